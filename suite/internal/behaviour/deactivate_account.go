package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// deactivateAccount takes a new account for every success: a second
// deactivation may be refused, and sessions may end with the first.
func deactivateAccount() endpoint {
	next := &spec.Stock[*target.Account]{}
	return endpoint{
		nsid: nsidDeactivateAccount,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				account := next.Take(t, func() *target.Account { return fresh(ctx, t) })
				return deactivation().WithBearer(session(ctx, t, account).Access)
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, _ xrpc.Exchange) { next.Used(t) },
			Transient:    true,
		},
		cases: []scenario{
			{
				id: "get-session.inactive", title: "Afterwards getSession says that the account is not active, and why.",
				level: reports.Should, authority: reports.Reference, in: "getSession#output.active", source: "getSession#output.status",
				needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := deactivated(ctx, t).account
					expectInactive(t, "getSession after the deactivation", whoAmI(ctx, t, session(ctx, t, account).Access))
				},
			},
			{
				id: "create-session.inactive", title: "A deactivated account can log in, and the answer says that it is not active, and why.",
				level: reports.Should, authority: reports.Reference, in: "createSession#output.active", source: "createSession#output.status",
				needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := deactivated(ctx, t).account
					expectInactive(t, "logging in after the deactivation", logIn(ctx, t, account.Handle, account.Password))
				},
			},
			{
				id: "other-account.lives", title: "Another account stays active.",
				level: reports.Must, authority: reports.Security, source: sourceAccess, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					other := ownAccount(ctx, t)
					deactivated(ctx, t)
					expectActive(t, "getSession of another account", whoAmI(ctx, t, session(ctx, t, other).Access))
				},
			},
			{
				id: "repeat.accepted", title: "Deactivating an account a second time is accepted.",
				level: reports.Should, authority: reports.Reference, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := deactivated(ctx, t).account
					t.Expect(deactivate(ctx, t, session(ctx, t, account).Access), check.Succeeds())
				},
			},
		},
	}
}
