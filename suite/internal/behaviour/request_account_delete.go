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

func requestAccountDelete() endpoint {
	request := func(ctx context.Context, t *spec.Trial, account *target.Account) xrpc.Request {
		return xrpc.ProcedureWithoutInput(nsidRequestAccountDelete).WithBearer(session(ctx, t, account).Access)
	}
	return endpoint{
		nsid: nsidRequestAccountDelete,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return request(ctx, t, sharedAccount(ctx, t, "mail"))
			},
		},
		cases: slices.Concat(codesAreMailedAlone(nsidRequestAccountDelete), []scenario{
			{
				id: "mail.sent", title: "A mail with a code goes to the account's address.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					box := mailbox(ctx, t, account.Email)
					t.Rely(t.Do(ctx, request(ctx, t, account)))
					expectMail(ctx, t, box, target.AboutDeletion())
				},
			},
			codesUnguessable(target.AboutDeletion(), borrowed, request),
			{
				id: "account.lives", title: "Asking for the deletion changes nothing yet: the account goes on working.",
				level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					made := session(ctx, t, account)
					t.Rely(t.Do(ctx, request(ctx, t, account)))
					t.ExpectThat("logging in", logIn(ctx, t, account.Handle, account.Password), check.Succeeds())
					t.ExpectThat("the session from before", whoAmI(ctx, t, made.Access), check.Succeeds())
				},
			},
			{
				id: "session.lives", title: "Asking for the deletion ends no session: its refresh token goes on working.",
				level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					made := newSession(ctx, t, account)
					t.Rely(t.Do(ctx, request(ctx, t, account)))
					t.Expect(refresh(ctx, t, made.Refresh), check.Succeeds())
				},
			},
		}),
	}
}

// expectMail waits for a mail with a code in it.
func expectMail(ctx context.Context, t *spec.Trial, box *target.Mailbox, topic target.Topic) {
	code, err := box.Code(ctx, topic)
	t.Unless(err)
	if code == "" {
		t.Fail("a mail with a code to the account's address", "none came within the time limit"+box.Suspicion())
	}
}
