package behaviour

import (
	"context"
	"slices"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func requestEmailUpdate() endpoint {
	return endpoint{
		nsid: nsidRequestEmailUpdate,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return xrpc.ProcedureWithoutInput(nsidRequestEmailUpdate).
					WithBearer(session(ctx, t, sharedAccount(ctx, t, "unconfirmed")).Access)
			},
		},
		cases: slices.Concat(codesAreMailedAlone(nsidRequestEmailUpdate), []scenario{
			{
				// Who finds an open session would otherwise take the account with a new
				// address and a password reset.
				id: "token-required.confirmed", title: "For a confirmed address a token is required.",
				level: reports.Must, authority: reports.Lexicon, source: "updateEmail#input.token", needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					expectTokenRequired(t, true, requestUpdate(ctx, t, confirmed(ctx, t)))
				},
			},
			{
				id: "token-required.unconfirmed", title: "For an address that was never confirmed no token is required: none could be read.",
				level: reports.Should, authority: reports.Reference, source: "updateEmail#input.token", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					expectTokenRequired(t, false, requestUpdate(ctx, t, unconfirmed(ctx, t)))
				},
			},
			{
				id: "mail.old-address", title: "The mail with the code goes to the address that is confirmed.",
				level: reports.Should, authority: reports.Reference, source: "description", needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := confirmed(ctx, t)
					box := mailbox(ctx, t, account.Email)
					t.Rely(requestUpdate(ctx, t, account))
					expectMail(ctx, t, box, target.AboutEmailUpdate())
				},
			},
			{
				id: "address.stays-confirmed", title: "Asking for the change leaves the address confirmed.",
				level: reports.Should, authority: reports.Reference, in: "getSession#output.emailConfirmed", needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := confirmed(ctx, t)
					t.Rely(requestUpdate(ctx, t, account))
					if exchange := t.Rely(whoAmI(ctx, t, session(ctx, t, account).Access)); !emailConfirmed(exchange) {
						t.Fail("emailConfirmed to be true until the address is another", "emailConfirmed is "+check.ValueOf(exchange.Object(), "emailConfirmed"))
					}
				},
			},
			{
				id: "address.lives", title: "Asking for the change changes nothing yet.",
				level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := fresh(ctx, t)
					t.Rely(requestUpdate(ctx, t, account))
					expectOwn(t, whoAmI(ctx, t, session(ctx, t, account).Access), account)
				},
			},
		}),
	}
}

func expectTokenRequired(t *spec.Trial, want bool, exchange xrpc.Exchange) {
	t.Expect(exchange, check.Succeeds())
	if exchange.Object()["tokenRequired"] != any(want) {
		t.Failf("tokenRequired to be "+check.Value(want), "tokenRequired is %s", check.ValueOf(exchange.Object(), "tokenRequired"))
	}
}
