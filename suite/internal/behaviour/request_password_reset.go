package behaviour

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func requestPasswordReset() endpoint {
	return endpoint{
		nsid: nsidRequestPasswordReset,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return resetRequest(named(ctx, t, "mail").Email)
			},
			Stranger: func(t *spec.Trial) xrpc.Request { return resetRequest(t.Target().NewIdentity().Email) },
		},
		cases: []scenario{
			{
				id: "mail.sent", title: "A mail with a code goes to the account's address.",
				level: reports.Must, authority: reports.Lexicon, needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					box := mailbox(ctx, t, account.Email)
					t.Rely(t.Do(ctx, resetRequest(account.Email)))
					expectMail(ctx, t, box)
				},
			},
			{
				id: "address.any-case", title: "The address is recognised in any letter case.",
				level: reports.Should, authority: reports.Reference, needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					box := mailbox(ctx, t, account.Email)
					t.Expect(t.Do(ctx, resetRequest(strings.ToUpper(account.Email))), check.Succeeds())
					expectMail(ctx, t, box)
				},
			},
			{
				id: "password.lives", title: "Asking for a reset changes nothing yet: the password goes on working.",
				level: reports.Must, authority: reports.Security, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := named(ctx, t, "mail")
					t.Rely(t.Do(ctx, resetRequest(account.Email)))
					t.Expect(logIn(ctx, t, account.Handle, account.Password), check.Succeeds())
				},
			},
			{
				id: "unknown-address.discloses-nothing", title: "An address that no account has is answered like one that an account has.",
				level: reports.Should, authority: reports.Security, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Rely(t.Do(ctx, resetRequest(named(ctx, t, "mail").Email)))
					t.Expect(t.Do(ctx, resetRequest(t.Target().NewIdentity().Email)), check.Succeeds())
				},
			},
			{
				id: "code.hidden", title: "The code is mailed, and not in the answer.",
				level: reports.Must, authority: reports.Security, needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := named(ctx, t, "mail")
					box := mailbox(ctx, t, account.Email)
					exchange := t.Rely(t.Do(ctx, resetRequest(account.Email)))
					code, err := box.Code(ctx)
					t.Unless(err)
					if code != "" && strings.Contains(string(exchange.Body), code) {
						t.Fail("an answer without the code", "the code stands in it")
					}
				},
			},
			strayAuthorization(nsidRequestPasswordReset),
		},
	}
}
