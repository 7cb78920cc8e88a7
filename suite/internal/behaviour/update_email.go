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

// updateEmail changes the address of an account that nothing else uses at the
// time. Where
// the target wants a token even for an address that nobody has confirmed, one
// is fetched.
func updateEmail() endpoint {
	accounts := &spec.Stock[*target.Account]{}
	return endpoint{
		nsid: nsidUpdateEmail,
		recipe: spec.Recipe{
			Needs: signUp,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				account, code := accounts.Take(t, func() *target.Account {
					account, err := t.Target().Borrow(ctx, t)
					t.Unless(err)
					return account
				}), ""
				if requestUpdate(ctx, t, account).Object()["tokenRequired"] == any(true) {
					code = updateCode(ctx, t, account)
				}
				return updateTo(t.Target().NewIdentity().Email, code).WithBearer(session(ctx, t, account).Access)
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, exchange xrpc.Exchange) {
				account, taken := accounts.Used(t)
				email, given := exchange.Request.Input["email"].(string)
				if !taken || !given {
					return
				}
				t.Unless(t.Target().EmailChanged(account, email))
				if t.Target().OwnForm(email) {
					t.Target().GiveBack(account)
				}
			},
		},
		cases: slices.Concat(updateErrors(), updates(), addresses(), wrongUpdateCodes()),
	}
}

func updateErrors() []scenario {
	return []scenario{
		{
			error: "TokenRequired", title: "A confirmed address is not changed without a token: TokenRequired.",
			level: reports.Must, authority: reports.Lexicon, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := confirmed(ctx, t)
				t.Expect(update(ctx, t, account, t.Target().NewIdentity().Email, ""), check.ErrorNamed("TokenRequired"))
				expectOwn(t, whoAmI(ctx, t, session(ctx, t, account).Access), account)
			},
		},
		{
			error: "InvalidToken", title: "A confirmed address is not changed with a token that was never mailed: InvalidToken.",
			level: reports.Must, authority: reports.Lexicon, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := confirmed(ctx, t)
				t.Expect(update(ctx, t, account, t.Target().NewIdentity().Email, bogusMailCode), check.ErrorNamed("InvalidToken"))
				expectOwn(t, whoAmI(ctx, t, session(ctx, t, account).Access), account)
			},
		},
		{
			error: "ExpiredToken", title: "A token whose time has passed is refused with ExpiredToken.",
			level: reports.Must, authority: reports.Lexicon, needs: withClock,
			run: func(ctx context.Context, t *spec.Trial) {
				exchange := pastItsTime(ctx, t, func() func() xrpc.Exchange {
					account := confirmed(ctx, t)
					code := updateCode(ctx, t, account)
					return func() xrpc.Exchange { return update(ctx, t, account, t.Target().NewIdentity().Email, code) }
				})
				t.ExpectThat("a token that is past its time", exchange, check.ErrorNamed("ExpiredToken"))
			},
		},
	}
}

func updates() []scenario {
	return []scenario{
		{
			id: "email.replaced", title: "Afterwards the account has the new address, which is not confirmed.",
			level: reports.Should, authority: reports.Reference, source: "description", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := confirmed(ctx, t)
				t.Rely(update(ctx, t, account, t.Target().NewIdentity().Email, updateCode(ctx, t, account)))
				exchange := t.Rely(whoAmI(ctx, t, session(ctx, t, account).Access))
				if email := exchange.String("email"); !strings.EqualFold(email, account.Email) {
					t.Fail("getSession to say the new address", "email is "+check.ValueOf(exchange.Object(), "email"))
				}
				if emailConfirmed(exchange) {
					t.Fail("the new address to be unconfirmed", "emailConfirmed is true")
				}
			},
		},
		{
			id: "login.moves", title: "The new address logs in, and the old one does not any more.",
			level: reports.Should, authority: reports.Reference, source: "createSession#input.identifier", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				old := account.Email
				if exchange := logIn(ctx, t, old, account.Password); exchange.Refused() {
					t.NotObserved("the target logs nobody in by an address: %s", check.Answer(exchange))
				}
				t.Rely(updateUnconfirmed(ctx, t, account, t.Target().NewIdentity().Email))
				t.ExpectThat("logging in by the new address", logIn(ctx, t, account.Email, account.Password), check.Member("did", account.DID))
				t.ExpectThat("logging in by the old address", logIn(ctx, t, old, account.Password), check.Refused())
			},
		},
		{
			// Whoever has the second account would read the first one's mail.
			id: "email.taken", title: "The address of another account is refused.",
			level: reports.Should, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				other := ownAccount(ctx, t)
				account := unconfirmed(ctx, t)
				t.Expect(update(ctx, t, account, other.Email, ""), check.Refused())
			},
		},
	}
}

// wrongUpdateCodes are codes with which a confirmed address must not be changed.
func wrongUpdateCodes() []scenario {
	var all []scenario
	for _, other := range otherPurposes(nsidUpdateEmail, nsidConfirmEmail) {
		id, title := other.refusal()
		all = append(all, wrongUpdateCode(id, title, reports.Must, other.code))
	}
	return append(all,
		wrongUpdateCode("code.empty", "An empty token is none.", reports.Must,
			func(context.Context, *spec.Trial, *target.Account) string { return "" }),
		wrongUpdateCode("code.of-confirmation", "The code for the confirmation of an address is refused.", reports.Must, secondConfirmationCode),
		wrongUpdateCode("code.beginning", "The beginning of a code is not taken for all of it.", reports.Must,
			func(ctx context.Context, t *spec.Trial, account *target.Account) string {
				return beginning(updateCode(ctx, t, account))
			}),
		wrongUpdateCode("code.other-account", "The code of another account is refused.", reports.Must,
			func(ctx context.Context, t *spec.Trial, _ *target.Account) string {
				return updateCode(ctx, t, confirmed(ctx, t))
			}),
		wrongUpdateCode("code.superseded", "A code is refused once a newer one was mailed.", reports.Should,
			func(ctx context.Context, t *spec.Trial, account *target.Account) string {
				code := updateCode(ctx, t, account)
				if newer := updateCode(ctx, t, account); newer == code {
					t.NotObserved("the target mails the same code again")
				}
				return code
			}),
		wrongUpdateCode("code.single-use", "A code that was used is refused.", reports.Must,
			func(ctx context.Context, t *spec.Trial, account *target.Account) string {
				code := updateCode(ctx, t, account)
				t.Rely(update(ctx, t, account, t.Target().NewIdentity().Email, code))
				t.Rely(confirm(ctx, t, account, account.Email, confirmationCode(ctx, t, account)))
				return code
			}),
	)
}

// secondConfirmationCode is a code for the confirmation of an address that is
// confirmed already. Servers may send none, which shows once a later mail has
// come.
func secondConfirmationCode(ctx context.Context, t *spec.Trial, account *target.Account) string {
	box := mailbox(ctx, t, account.Email)
	t.Do(ctx, confirmationRequest(ctx, t, account))
	resetCode(ctx, t, account)
	messages, err := box.Peek(ctx)
	t.Unless(err)
	code := target.CodeAbout(messages, target.AboutConfirmation())
	if code == "" {
		t.NotObserved("the target mails no code for the confirmation of an address that is confirmed")
	}
	return code
}

// wrongUpdateCode is a code with which a confirmed address must not be changed:
// it would give the account away.
func wrongUpdateCode(id, title string, level reports.Level, code func(context.Context, *spec.Trial, *target.Account) string) scenario {
	return scenario{
		id: id, title: title, level: level, authority: reports.Security, source: sourceMailedCodes, needs: withMail,
		run: func(ctx context.Context, t *spec.Trial) {
			account := confirmed(ctx, t)
			request := updateTo(t.Target().NewIdentity().Email, "").With("token", code(ctx, t, account))
			t.Expect(t.Do(ctx, request.WithBearer(session(ctx, t, account).Access)), check.Refused())
			expectOwn(t, whoAmI(ctx, t, session(ctx, t, account).Access), account)
		},
	}
}
