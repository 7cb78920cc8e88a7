package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// state is what may have become of a session or its account, for which methods
// refuse it.
type state struct {
	id, title string
	authority reports.Authority
	source    string
	in        string // a condition on the documents
	needs     []target.Capability
	access    func(ctx context.Context, t *spec.Trial) string // the token of such a session
}

// The states. The token of each was accepted before, or is accepted elsewhere.
var (
	// Who holds an app password is a client, not the account's owner. The account is
	// a new one each time, since a server that takes it may do as it is asked.
	ofAppPassword = &state{
		id: "app-password.refused", title: "A session made with an app password is refused.",
		authority: reports.Reference, needs: signUp,
		access: func(ctx context.Context, t *spec.Trial) string {
			account := fresh(ctx, t)
			made := sessionOf(t, logIn(ctx, t, account.Handle, newAppPassword(ctx, t, account).Password))
			t.Rely(whoAmI(ctx, t, made.Access))
			return made.Access
		},
	}
	ofPrivileged = &state{
		id: "privileged-app-password.refused", title: "A session made with a privileged app password is refused: it is for clients as well.",
		authority: reports.Reference, in: "createAppPassword#input.privileged", needs: signUp,
		access: func(ctx context.Context, t *spec.Trial) string {
			account := fresh(ctx, t)
			made := privilegedSession(ctx, t, account)
			t.Rely(whoAmI(ctx, t, made.Access))
			return made.Access
		},
	}
	// Such a session is opened while the account is down, for its owner to leave.
	ofTakendownSession = &state{
		id: "allow-takendown.refused", title: "The token that an account which was taken down has logged in for is refused.",
		authority: reports.Reference, in: "createSession#input.allowTakendown", needs: needsTakedown,
		access: func(ctx context.Context, t *spec.Trial) string { return takendownSession(ctx, t).Access },
	}
	ofTakenDownApp = &state{
		id: "takedown.app-password.refused", title: "The token of an app password is refused once the account was taken down.",
		authority: reports.Reference, needs: needsTakedown,
		access: func(ctx context.Context, t *spec.Trial) string { return takenDown(ctx, t).appSession.Access },
	}
	ofTakenDown = &state{
		id: "takedown.refused", title: "The token of an account that was taken down is refused.",
		authority: reports.Reference, needs: needsTakedown,
		access: func(ctx context.Context, t *spec.Trial) string { return takenDown(ctx, t).session.Access },
	}
	ofDeactivated = &state{
		id: "deactivation.refused", title: "An account that was deactivated is refused.",
		authority: reports.Reference, in: "method.deactivateAccount", needs: signUp,
		access: func(ctx context.Context, t *spec.Trial) string {
			return session(ctx, t, deactivated(ctx, t).account).Access
		},
	}
	whileDeactivated = &state{
		id: "deactivation.served", title: "An account that was deactivated is served.",
		authority: reports.Reference, in: "method.deactivateAccount", needs: signUp, access: ofDeactivated.access,
	}
	ofDeleted = &state{
		id: "deletion.refused", title: "The access token of a deleted account is refused.",
		authority: reports.Security, source: sourceSessions, needs: withMail,
		access: func(ctx context.Context, t *spec.Trial) string { return deleted(ctx, t).session.Access },
	}
)

// refusals are the requirements that the table of callers says of a method: which
// sessions it refuses, and which it serves. A request that is valid for another
// account shows that nothing but the session is at fault.
func refusals(nsid string, recipe spec.Recipe) []scenario {
	var all []scenario
	for _, refused := range callers()[nsid].refuses {
		of := refused.state
		all = append(all, scenario{
			id: of.id, title: of.title, level: refused.level, authority: of.authority, source: of.source, in: of.in,
			needs: append(of.needs[:len(of.needs):len(of.needs)], recipe.Needs...),
			run: func(ctx context.Context, t *spec.Trial) {
				t.Baseline(ctx, nsid)
				access := of.access(ctx, t)
				t.Expect(t.Do(ctx, t.ValidRequest(ctx, nsid).WithBearer(access)), check.Refused())
			},
		})
	}
	for _, served := range callers()[nsid].serves {
		of := served.state
		all = append(all, scenario{
			id: of.id, title: of.title, level: served.level, authority: of.authority, source: of.source, in: of.in,
			needs: append(of.needs[:len(of.needs):len(of.needs)], recipe.Needs...),
			run: func(ctx context.Context, t *spec.Trial) {
				t.Baseline(ctx, nsid)
				t.Expect(t.Do(ctx, t.UnusedRequest(ctx, nsid).WithBearer(of.access(ctx, t))), check.Succeeds())
			},
		})
	}
	return all
}
