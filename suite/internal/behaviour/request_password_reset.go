package behaviour

import (
	"context"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func requestPasswordReset() endpoint {
	return endpoint{
		nsid: nsidRequestPasswordReset,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return resetRequest(sharedAccount(ctx, t, "mail").Email)
			},
			Placeholder: func(t *spec.Trial) xrpc.Request { return resetRequest(t.Target().NewIdentity().Email) },
		},
		cases: slices.Concat(codesAreMailedAlone(nsidRequestPasswordReset), []scenario{
			{
				id: "mail.sent", title: "A mail with a code goes to the account's address.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					box := mailbox(ctx, t, account.Email)
					t.Rely(t.Do(ctx, resetRequest(account.Email)))
					expectMail(ctx, t, box, target.AboutReset())
				},
			},
			codesUnguessable(target.AboutReset(), borrowed, func(_ context.Context, _ *spec.Trial, account *target.Account) xrpc.Request {
				return resetRequest(account.Email)
			}),
			{
				id: "address.any-case", title: "The address is recognised in any letter case.",
				level: reports.Should, authority: reports.Reference, needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					box := mailbox(ctx, t, account.Email)
					t.Expect(t.Do(ctx, resetRequest(strings.ToUpper(account.Email))), check.Succeeds())
					expectMail(ctx, t, box, target.AboutReset())
				},
			},
			{
				id: "password.lives", title: "Asking for a reset changes nothing yet: the password goes on working.",
				level: reports.Must, authority: reports.Security, source: sourceResetRequest, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := fresh(ctx, t)
					made := newSession(ctx, t, account)
					t.Rely(t.Do(ctx, resetRequest(account.Email)))
					t.ExpectThat("logging in", logIn(ctx, t, account.Handle, account.Password), check.Succeeds())
					t.ExpectThat("the session from before", refresh(ctx, t, made.Refresh), check.Succeeds())
				},
			},
			{
				id: "mail.to-nobody-else", title: "No mail goes to another account, nor to an address that no account has.",
				level: reports.Must, authority: reports.Security, source: sourceResetRequest, needs: withMail, run: mailToNobodyElse,
			},
			{
				id: "mail.without-password", title: "The mail does not hold the account's password.",
				level: reports.Must, authority: reports.Security, source: sourcePasswords, needs: withMail,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					box := mailbox(ctx, t, account.Email)
					t.Rely(t.Do(ctx, resetRequest(account.Email)))
					expectMail(ctx, t, box, target.AboutReset())
					for _, message := range box.Read() {
						if strings.Contains(message.Text, account.Password) {
							t.Fail("a mail without the password", "the password stands in it")
						}
					}
				},
			},
			{
				id: "unknown-address.discloses-nothing", title: "An address that no account has is answered like one that an account has.",
				level: reports.Should, authority: reports.Security, source: sourceResetRequest, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Rely(t.Do(ctx, resetRequest(sharedAccount(ctx, t, "mail").Email)))
					t.Expect(t.Do(ctx, resetRequest(t.Target().NewIdentity().Email)), check.Succeeds())
				},
			},
			{
				id: "takedown.no-mail", title: "No mail goes to an account that was taken down.",
				level: reports.May, authority: reports.Reference, needs: append([]target.Capability{target.Takedown}, withMail...),
				run: func(ctx context.Context, t *spec.Trial) {
					down, other := fresh(ctx, t), t.Borrow(ctx) // an account that others share may get their mail
					t.Unless(t.Target().SetTakedown(ctx, down.DID, true))
					box, otherBox := mailbox(ctx, t, down.Email), mailbox(ctx, t, other.Email)
					t.Do(ctx, resetRequest(down.Email))
					t.Rely(t.Do(ctx, resetRequest(other.Email)))
					expectMail(ctx, t, otherBox, target.AboutReset()) // mail that was to come has come by then
					messages, err := box.Peek(ctx)
					t.Unless(err)
					if len(messages) > 0 {
						t.Fail("no mail", "mail came to its address")
					}
				},
			},
			strayAuthorization(nsidRequestPasswordReset),
		}),
	}
}

// mailToNobodyElse asks for the reset of an account and of an address that
// nobody has, and looks into the mail of others once the account's own has
// come.
func mailToNobodyElse(ctx context.Context, t *spec.Trial) {
	account, other, stranger := t.Borrow(ctx), t.Borrow(ctx), t.Target().NewIdentity()
	box, otherBox, strangerBox := mailbox(ctx, t, account.Email), mailbox(ctx, t, other.Email), mailbox(ctx, t, stranger.Email)
	t.Do(ctx, resetRequest(stranger.Email))
	t.Rely(t.Do(ctx, resetRequest(account.Email)))
	expectMail(ctx, t, box, target.AboutReset())
	for who, wrong := range map[string]*target.Mailbox{"another account": otherBox, "an address that no account has": strangerBox} {
		messages, err := wrong.Peek(ctx)
		t.Unless(err)
		if len(messages) > 0 {
			t.Fail("mail to the account's own address alone", "mail came to "+who)
		}
	}
}
