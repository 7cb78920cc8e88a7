package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// endedSessions are the requirements on the refresh tokens of sessions that other
// than the account's own password has opened, or that something has happened to.
func endedSessions() []scenario {
	return []scenario{
		{
			id: "takedown.app-password.refused", title: "The session of an app password is refused while the account is taken down.",
			level: reports.Must, authority: reports.Security, source: sourceSessions, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				t.Expect(refresh(ctx, t, takenDown(ctx, t).appSession.Refresh), check.Refused())
			},
		},
		{
			id: "takedown.app-password.ends", title: "A takedown ends the sessions of app passwords as well.",
			level: reports.Should, authority: reports.Reference, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				back := reinstated(ctx, t)
				t.Rely(logIn(ctx, t, back.account.Handle, back.account.Password))
				t.Expect(refresh(ctx, t, back.appSession.Refresh), check.Refused())
			},
		},
		{
			// It would outlive the takedown, or what the owner was let in for.
			id: "allow-takendown.refused", title: "The session that an account which was taken down has logged in for can't be refreshed.",
			level: reports.Should, authority: reports.Reference, in: "createSession#input.allowTakendown", needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				t.Expect(refresh(ctx, t, takendownSession(ctx, t).Refresh), check.Refused())
			},
		},
		{
			id: "deactivation.inactive", title: "A session of a deactivated account is refreshed, and the answer says that it is not active, and why.",
			level: reports.Should, authority: reports.Reference, source: "output.status", in: "output.active method.deactivateAccount", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := deactivated(ctx, t).account
				expectInactive(t, "refreshing a session of a deactivated account", refresh(ctx, t, newSession(ctx, t, account).Refresh))
			},
		},
		{
			id: "app-password.stays-privileged", title: "A refreshed session of a privileged app password can do what it could before.",
			level: reports.Should, authority: reports.Reference, in: "createAppPassword#input.privileged method.getServiceAuth", needs: login,
			run: staysPrivileged,
		},
		{
			// Two windows of one client refresh the same session.
			id: "race.lives", title: "Of two requests with one refresh token at once, at least one gets a session that goes on.",
			level: reports.Should, authority: reports.Reference, needs: login, run: refreshRace,
		},
	}
}

func staysPrivileged(ctx context.Context, t *spec.Trial) {
	made := privilegedSession(ctx, t, shared(ctx, t))
	move := func(access string) xrpc.Exchange {
		return t.Do(ctx, serviceAuth(ctx, t).WithParameter("lxm", nsidCreateAccount).WithBearer(access))
	}
	if before := move(made.Access); !before.Succeeded() {
		t.NotObserved("a session of a privileged app password gets no token to move the account: %s", check.Answer(before))
	}
	t.ExpectThat("a token to move the account, once the session was refreshed",
		move(sessionOf(t, refresh(ctx, t, made.Refresh)).Access), check.Succeeds())
}

func refreshRace(ctx context.Context, t *spec.Trial) {
	made := newSession(ctx, t, sessionAccount(ctx, t))
	request := xrpc.ProcedureWithoutInput(nsidRefreshSession).WithBearer(made.Refresh)
	exchanges := t.Race(ctx, []xrpc.Request{request, request})
	t.Undisturbed(exchanges)
	winners, lives := 0, 0
	for _, exchange := range exchanges {
		if !exchange.Succeeded() {
			continue
		}
		winners++
		if refresh(ctx, t, sessionOf(t, exchange).Refresh).Succeeded() {
			lives++
		}
	}
	if winners == 0 {
		t.Fail("one of the two requests to succeed", "both were refused: "+check.Answer(exchanges[0])+"; "+t.AtOnce(len(exchanges)))
	}
	if lives == 0 {
		t.Fail("a refresh token of one of the answers to be accepted", "none is; "+t.AtOnce(len(exchanges)))
	}
}

// appLogins are the requirements on logging in with an app password.
func appLogins() []scenario {
	return []scenario{
		{
			id: "app-password.identifiers", title: "With an app password as well, the identifier may be the account's DID or e-mail address.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account, password := shared(ctx, t), standing(ctx, t).Password
				for _, identifier := range []string{account.DID, account.Email} {
					if identifier != "" {
						t.ExpectThat("logging in with an app password, as "+identifier, logIn(ctx, t, identifier, password), check.Member("did", account.DID))
					}
				}
			},
		},
		{
			id: "deactivation.app-password", title: "An app password of a deactivated account logs in, and the answer says that it is not active, and why.",
			level: reports.Should, authority: reports.Reference, source: "output.status", in: "output.active method.deactivateAccount", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				made := deactivated(ctx, t)
				expectInactive(t, "logging in with an app password", logIn(ctx, t, made.account.Handle, made.appPassword.Password))
			},
		},
	}
}

// incompleteSignUps are accounts without what the documents of some revisions
// don't require.
func incompleteSignUps() []scenario {
	without := func(ctx context.Context, t *spec.Trial, member string) (target.Identity, xrpc.Exchange) {
		identity := t.Target().NewIdentity()
		request, err := t.Target().SignUpRequest(ctx, t, identity)
		t.Unless(err)
		exchange := t.Do(ctx, request.Without(member))
		if !exchange.Succeeded() {
			t.NotObserved("the target makes no account without %s: %s", member, check.Answer(exchange))
		}
		return identity, exchange
	}
	return []scenario{
		{
			id: "email.absent.works", title: "An account that was made without an e-mail address logs in, refreshes its session and asks for it.",
			level: reports.Must, authority: reports.Lexicon, source: "output.accessJwt", in: "optional.email", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				identity, exchange := without(ctx, t, "email")
				made := sessionOf(t, exchange)
				t.ExpectThat("getSession of an account without an address", whoAmI(ctx, t, made.Access), check.Succeeds())
				t.ExpectThat("refreshing its session", refresh(ctx, t, made.Refresh), check.Succeeds())
				t.ExpectThat("logging in", logIn(ctx, t, identity.Handle, identity.Password), check.Succeeds())
			},
		},
		{
			id: "password.absent.refused", title: "Nobody logs in with an empty password to an account that was made without one.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, in: "optional.password", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				identity, _ := without(ctx, t, "password")
				t.ExpectThat("logging in with an empty password", logIn(ctx, t, identity.Handle, ""), check.Refused())
			},
		},
	}
}
