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

// requestEmailConfirmation is asked for an address that is not confirmed: for
// one that is, servers refuse, or do nothing.
func requestEmailConfirmation() endpoint {
	return endpoint{
		nsid: nsidRequestEmailConfirmation,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return confirmationRequest(ctx, t, sharedAccount(ctx, t, "unconfirmed"))
			},
		},
		cases: slices.Concat(codesAreMailedAlone(nsidRequestEmailConfirmation), []scenario{
			{
				id: "mail.sent", title: "A mail with a code goes to the account's address.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := unconfirmed(ctx, t)
					box := mailbox(ctx, t, account.Email)
					t.Rely(t.Do(ctx, confirmationRequest(ctx, t, account)))
					expectMail(ctx, t, box, target.AboutConfirmation())
				},
			},
			codesUnguessable(target.AboutConfirmation(), unconfirmed, confirmationRequest),
			{
				id: "session.lives", title: "Asking for the confirmation ends no session: its refresh token goes on working.",
				level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					made := newSession(ctx, t, account)
					t.Rely(t.Do(ctx, xrpc.ProcedureWithoutInput(nsidRequestEmailConfirmation).WithBearer(made.Access)))
					t.Expect(refresh(ctx, t, made.Refresh), check.Succeeds())
				},
			},
			{
				id: "address.unconfirmed", title: "Asking for the confirmation does not confirm the address yet.",
				level: reports.Must, authority: reports.Security, source: sourceMailedCodes, in: "getSession#output.emailConfirmed", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := unconfirmed(ctx, t)
					t.Rely(t.Do(ctx, confirmationRequest(ctx, t, account)))
					if emailConfirmed(t.Rely(whoAmI(ctx, t, session(ctx, t, account).Access))) {
						t.Fail("emailConfirmed to be false until the code is used", "emailConfirmed is true")
					}
				},
			},
		}),
	}
}

func confirmationRequest(ctx context.Context, t *spec.Trial, account *target.Account) xrpc.Request {
	return xrpc.ProcedureWithoutInput(nsidRequestEmailConfirmation).WithBearer(session(ctx, t, account).Access)
}
