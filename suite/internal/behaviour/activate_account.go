package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// activateAccount is called on an active account, which it leaves as it is.
func activateAccount() endpoint {
	return endpoint{
		nsid: nsidActivateAccount,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return xrpc.ProcedureWithoutInput(nsidActivateAccount).
					WithBearer(session(ctx, t, sharedAccount(ctx, t, "activation")).Access)
			},
		},
		cases: []scenario{
			{
				id: "account.active", title: "A deactivated account is active again, by getSession and when it logs in.",
				level: reports.Should, authority: reports.Reference, source: "description", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := fresh(ctx, t)
					t.Rely(deactivate(ctx, t, session(ctx, t, account).Access))
					made := newSession(ctx, t, account)
					t.Expect(activate(ctx, t, made.Access), check.Succeeds())
					expectActive(t, "getSession after the activation", whoAmI(ctx, t, newSession(ctx, t, account).Access))
					expectActive(t, "logging in after the activation", logIn(ctx, t, account.Handle, account.Password))
				},
			},
			{
				id: "account.same", title: "An account is as it was before it was deactivated: its address stays confirmed, and its app passwords log in.",
				level: reports.Should, authority: reports.Reference, in: "getSession#output.emailConfirmed", needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := confirmed(ctx, t)
					password := lastingAppPassword(ctx, t, account).Password
					t.Rely(deactivate(ctx, t, session(ctx, t, account).Access))
					made := newSession(ctx, t, account)
					t.Rely(activate(ctx, t, made.Access))
					exchange := whoAmI(ctx, t, newSession(ctx, t, account).Access)
					expectOwn(t, exchange, account)
					if !emailConfirmed(exchange) {
						t.Fail("the address to be confirmed as before", "emailConfirmed is "+check.ValueOf(exchange.Object(), "emailConfirmed"))
					}
					t.ExpectThat("logging in with an app password from before", logIn(ctx, t, account.Handle, password), check.Succeeds())
				},
			},
			{
				id: "repeat.accepted", title: "Activating an account that is active is accepted.",
				level: reports.Should, authority: reports.Reference, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					access := session(ctx, t, sharedAccount(ctx, t, "activation")).Access
					t.Rely(activate(ctx, t, access))
					t.Expect(activate(ctx, t, access), check.Succeeds())
				},
			},
			{
				// What moderators decided is not for the account's owner to undo.
				id: "takedown.stays", title: "It does not bring back an account that was taken down.",
				level: reports.Must, authority: reports.Security, source: sourceAccess, needs: needsTakedown,
				run: func(ctx context.Context, t *spec.Trial) {
					down := takenDown(ctx, t)
					activate(ctx, t, down.session.Access)
					t.ExpectThat("logging in afterwards", logIn(ctx, t, down.account.Handle, down.account.Password), check.Refused())
				},
			},
			{
				id: "did-document.elsewhere", title: "An account is not activated while its DID document names another server.",
				level: reports.Should, authority: reports.Reference, source: "description", in: "createAccount#input.did", needs: withPLC,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Expect(activate(ctx, t, move(ctx, t).session.Access), check.Refused())
				},
			},
			{
				id: "did-document.here", title: "An account that was brought along is activated once its DID document names this server.",
				level: reports.Should, authority: reports.Reference, source: "description", in: "createAccount#input.did", needs: withPLC,
				run: func(ctx context.Context, t *spec.Trial) {
					moved := move(ctx, t)
					moved.settle(ctx, t)
					t.Expect(activate(ctx, t, moved.session.Access), check.Succeeds())
					expectActive(t, "getSession after the activation", whoAmI(ctx, t, moved.session.Access))
				},
			},
		},
	}
}
