package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// checkAccountStatus asks nothing about the numbers, nor about validDid, which
// some servers say by heart. An account that was given may have no repository
// yet, so one that the run made is preferred.
func checkAccountStatus() endpoint {
	return endpoint{
		nsid: nsidCheckAccountStatus,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				account := shared(ctx, t)
				if t.Target().Missing(target.SignUp) == nil {
					account = ownAccount(ctx, t)
				}
				return statusRequest(session(ctx, t, account).Access)
			},
		},
		cases: []scenario{
			{
				// Two servers of eight say the same of every account.
				id: "valid-did.follows", title: "The member validDid says whether the DID document names this server.",
				level: reports.May, authority: reports.Reference, source: "output.validDid", in: "createAccount#input.did", needs: withPLC,
				run: func(ctx context.Context, t *spec.Trial) {
					moved := move(ctx, t)
					const member = "validDid"
					before := t.Rely(t.Do(ctx, statusRequest(moved.session.Access))).Object()
					moved.settle(ctx, t)
					after := t.Rely(t.Do(ctx, statusRequest(moved.session.Access))).Object()
					if before[member] != any(false) || after[member] != any(true) {
						t.Failf(member+" to be false, then true", "it is %s, then %s", check.ValueOf(before, member), check.ValueOf(after, member))
					}
				},
			},
			{
				id: "activated.follows", title: "The member activated says whether the account is deactivated.",
				level: reports.Should, authority: reports.Reference, source: "output.activated", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := ownAccount(ctx, t)
					expectActivated(t, "of an active account", true, t.Do(ctx, statusRequest(session(ctx, t, account).Access)))
					down := deactivated(ctx, t).account
					expectActivated(t, "of a deactivated account", false, t.Do(ctx, statusRequest(session(ctx, t, down).Access)))
				},
			},
		},
	}
}

func statusRequest(accessToken string) xrpc.Request {
	return xrpc.Query(nsidCheckAccountStatus, nil).WithBearer(accessToken)
}

func expectActivated(t *spec.Trial, whose string, want bool, exchange xrpc.Exchange) {
	t.ExpectThat("the status "+whose, exchange, check.Succeeds())
	if exchange.Object()["activated"] != any(want) {
		t.Failf("the status "+whose+": activated to be "+check.Value(want), "activated is %s", check.ValueOf(exchange.Object(), "activated"))
	}
}
