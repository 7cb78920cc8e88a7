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

// confirmEmail takes a new account for every success: servers refuse to confirm
// what is confirmed, or accept any code then. For the same reason the wrong
// codes are sent before the address is confirmed.
func confirmEmail() endpoint {
	next := &spec.Stock[deletable]{}
	return endpoint{
		nsid: nsidConfirmEmail,
		recipe: spec.Recipe{
			Needs: withMail,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				kept := next.Take(t, func() deletable {
					account := unconfirmed(ctx, t)
					return deletable{account, confirmationCode(ctx, t, account)}
				})
				return confirmationOf(kept.account.Email, kept.code).WithBearer(session(ctx, t, kept.account).Access)
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, _ xrpc.Exchange) { next.Used(t) },
			Transient:    true,
		},
		cases: slices.Concat(confirmationErrors(), confirmations(), foreignConfirmations()),
	}
}

func confirmationErrors() []scenario {
	return []scenario{
		{
			error: "InvalidToken", title: "A code that was never mailed is refused with InvalidToken.",
			level: reports.Must, authority: reports.Lexicon, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				t.Expect(confirm(ctx, t, account, account.Email, bogusMailCode), check.ErrorNamed("InvalidToken"))
			},
		},
		{
			error: "ExpiredToken", title: "A code whose time has passed is refused with ExpiredToken.",
			level: reports.Must, authority: reports.Lexicon, needs: withClock,
			run: func(ctx context.Context, t *spec.Trial) {
				exchange := pastItsTime(ctx, t, func() func() xrpc.Exchange {
					account := unconfirmed(ctx, t)
					code := confirmationCode(ctx, t, account)
					return func() xrpc.Exchange { return confirm(ctx, t, account, account.Email, code) }
				})
				t.ExpectThat("a code that is past its time", exchange, check.ErrorNamed("ExpiredToken"))
			},
		},
		{
			// One server of eight does not look at the address.
			error: "InvalidEmail", title: "Another address than the account's is refused with InvalidEmail, even with the right code.",
			level: reports.Should, authority: reports.Reference, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				code := confirmationCode(ctx, t, account)
				t.Expect(confirm(ctx, t, account, t.Target().NewIdentity().Email, code), check.ErrorNamed("InvalidEmail"))
			},
		},
		{
			// The token of an account that is gone may be refused for itself.
			error: "AccountNotFound", title: "An account that was deleted is refused, with AccountNotFound where its token is still looked at.",
			level: reports.May, authority: reports.Reference, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				gone := deleted(ctx, t)
				exchange := t.Do(ctx, confirmationOf(gone.account.Email, bogusMailCode).WithBearer(gone.session.Access))
				t.Expect(exchange, check.Refused())
				if name := exchange.ErrorName(); name != "AccountNotFound" {
					t.NotObserved("the target refuses the deleted account under another name: %s", check.Answer(exchange))
				}
			},
		},
	}
}

func confirmations() []scenario {
	return []scenario{
		{
			id: "email-confirmed.true", title: "Afterwards getSession, createSession and refreshSession say that the address is confirmed, and did not before.",
			level: reports.Should, authority: reports.Reference, source: "getSession#output.emailConfirmed",
			in: "getSession#output.emailConfirmed", needs: withMail, run: confirmationShows,
		},
		{
			id: "email.any-case", title: "The account's address is recognised in any letter case.",
			level: reports.Should, authority: reports.Reference, source: "input.email", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				t.Expect(confirm(ctx, t, account, strings.ToUpper(account.Email), confirmationCode(ctx, t, account)), check.Succeeds())
			},
		},
		{
			id: "code.single-use", title: "A code that was used is refused.",
			level: reports.Should, authority: reports.Security, source: sourceMailedCodes, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				code := confirmationCode(ctx, t, account)
				t.Rely(confirm(ctx, t, account, account.Email, code))
				t.Expect(confirm(ctx, t, account, account.Email, code), check.Refused())
			},
		},
		{
			id: ofTakenDown.id, title: "An account that was taken down can't confirm its address, even with a code that is good.",
			level: reports.Should, authority: reports.Reference, needs: append(withMail[:len(withMail):len(withMail)], target.Takedown),
			run: func(ctx context.Context, t *spec.Trial) {
				t.Baseline(ctx, nsidConfirmEmail)
				account := unconfirmed(ctx, t)
				request := confirmationOf(account.Email, confirmationCode(ctx, t, account)).WithBearer(session(ctx, t, account).Access)
				t.Unless(t.Target().SetTakedown(ctx, account.DID, true))
				t.Expect(t.Do(ctx, request), check.Refused())
			},
		},
		refusedConfirmation("code.superseded", "A code is refused once a newer one was mailed.", reports.Should, reports.Reference,
			func(ctx context.Context, t *spec.Trial, account *target.Account) string {
				code := confirmationCode(ctx, t, account)
				if newer := confirmationCode(ctx, t, account); newer == code {
					t.NotObserved("the target mails the same code again")
				}
				return code
			}),
		refusedConfirmation("code.other-account", "The code of another account is refused.", reports.Must, reports.Security,
			func(ctx context.Context, t *spec.Trial, _ *target.Account) string {
				return confirmationCode(ctx, t, unconfirmed(ctx, t))
			}),
		refusedConfirmation("code.beginning", "The beginning of a code is not taken for all of it.", reports.Must, reports.Security,
			func(ctx context.Context, t *spec.Trial, account *target.Account) string {
				return beginning(confirmationCode(ctx, t, account))
			}),
		{
			// Whoever reads the mail to one address would confirm any other.
			id: "code.of-old-address", title: "The code that was mailed to an address does not confirm the one that came after it.",
			level: reports.Should, authority: reports.Security, source: sourceMailedCodes, in: "method.updateEmail", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				code := confirmationCode(ctx, t, account)
				t.Rely(updateUnconfirmed(ctx, t, account, t.Target().NewIdentity().Email))
				t.Expect(confirm(ctx, t, account, account.Email, code), check.Refused())
			},
		},
		{
			id: "other-account.unconfirmed", title: "With a token of one account, the address of another is not confirmed, even with its code.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account, other := unconfirmed(ctx, t), unconfirmed(ctx, t)
				confirm(ctx, t, account, other.Email, confirmationCode(ctx, t, other))
				for who, confirmed := range map[string]*target.Account{"the other account": other, "the account whose token was sent": account} {
					if emailConfirmed(t.Rely(whoAmI(ctx, t, session(ctx, t, confirmed).Access))) {
						t.Fail("the addresses of both accounts to be unconfirmed", "that of "+who+" is confirmed")
					}
				}
			},
		},
		refusedConfirmation("code.empty", "An empty code is refused.", reports.Must, reports.Security,
			func(context.Context, *spec.Trial, *target.Account) string { return "" }),
	}
}

// foreignConfirmations are codes for other purposes. An account that may change
// its address by a code has confirmed it, and then some servers accept any code.
func foreignConfirmations() []scenario {
	var all []scenario
	for _, other := range otherPurposes(nsidConfirmEmail, nsidUpdateEmail) {
		id, title := other.refusal()
		all = append(all, refusedConfirmation(id, title, reports.Should, reports.Security, other.code))
	}
	return all
}

// refusedConfirmation is a code by which an address must not be confirmed.
func refusedConfirmation(id, title string, level reports.Level, authority reports.Authority,
	code func(context.Context, *spec.Trial, *target.Account) string) scenario {
	return scenario{
		id: id, title: title, level: level, authority: authority, source: sourceMailedCodes, needs: withMail,
		run: func(ctx context.Context, t *spec.Trial) {
			account := unconfirmed(ctx, t)
			t.Expect(confirm(ctx, t, account, account.Email, code(ctx, t, account)), check.Refused())
			if emailConfirmed(t.Rely(whoAmI(ctx, t, session(ctx, t, account).Access))) {
				t.Fail("the address to be unconfirmed after the refusal", "emailConfirmed is true")
			}
		},
	}
}

func confirmationShows(ctx context.Context, t *spec.Trial) {
	account := unconfirmed(ctx, t)
	made := newSession(ctx, t, account)
	t.Rely(confirm(ctx, t, account, account.Email, confirmationCode(ctx, t, account)))
	for circumstance, exchange := range map[string]xrpc.Exchange{
		"getSession":     whoAmI(ctx, t, made.Access),
		"logging in":     logIn(ctx, t, account.Handle, account.Password),
		"refreshSession": refresh(ctx, t, made.Refresh),
	} {
		t.ExpectThat(circumstance+" after the confirmation", exchange, check.Succeeds())
		if !emailConfirmed(exchange) {
			t.Failf(circumstance+" after the confirmation: emailConfirmed to be true", "emailConfirmed is %s",
				check.ValueOf(exchange.Object(), "emailConfirmed"))
		}
	}
}
