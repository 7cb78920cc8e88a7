package behaviour

import (
	"context"
	"net/http"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func getSession() endpoint {
	return endpoint{
		nsid: nsidGetSession,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return xrpc.Query(nsidGetSession, nil).WithBearer(session(ctx, t, shared(ctx, t)).Access)
			},
			States: sessionStates(func(ctx context.Context, t *spec.Trial, opened xrpc.Exchange) xrpc.Exchange {
				return whoAmI(ctx, t, opened.String("accessJwt"))
			}),
		},
		cases: []scenario{
			{
				id: "session.belongs-to-account", title: "The answer is about the account whose token was sent.",
				level: reports.Must, authority: reports.Security, source: sourceAccess, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					exchange := whoAmI(ctx, t, session(ctx, t, account).Access)
					expectOwn(t, exchange, account)
				},
			},
			{
				id: "accounts.told-apart", title: "Two accounts' tokens are answered each with its own account.",
				level: reports.Must, authority: reports.Security, source: sourceAccess, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					for _, account := range accountPair(ctx, t) {
						exchange := whoAmI(ctx, t, session(ctx, t, account).Access)
						expectOwn(t, exchange, account)
					}
				},
			},
			{
				id: "app-password.accepted", title: "A session made with an app password is accepted.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := appSession(ctx, t, account)
					t.Expect(whoAmI(ctx, t, made.Access), check.Member("did", account.DID))
				},
			},
			{
				id: "auth.garbage-named", title: "A token that is none is refused with 400 or 401 and InvalidToken, by which clients know to log in again.",
				level: reports.Should, authority: reports.Reference,
				run: func(ctx context.Context, t *spec.Trial) {
					exchange := whoAmI(ctx, t, "garbage")
					t.Expect(exchange, check.StatusIs(http.StatusBadRequest, http.StatusUnauthorized),
						check.ErrorNamed("InvalidToken", "AuthenticationRequired", "AuthMissing"))
				},
			},
		},
	}
}
