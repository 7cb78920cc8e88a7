package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// withFactor is a new account that wants a mailed code when it logs in, or as
// much of one as the target offers: nobody has to. The factor is turned off
// again, so that the account can be removed.
func withFactor(ctx context.Context, t *spec.Trial) *target.Account {
	account := confirmed(ctx, t)
	access := session(ctx, t, account).Access
	request := updateTo(account.Email, updateCode(ctx, t, account)).With("emailAuthFactor", true).WithBearer(access)
	if exchange := t.Do(ctx, request); exchange.Refused() {
		t.NotObserved("the target turns on no second factor where the address stays the same: %s", check.Answer(exchange))
	} else {
		t.Rely(exchange)
	}
	t.Afterwards(func(ctx context.Context) {
		t.Do(ctx, updateTo(account.Email, "").With("emailAuthFactor", false).WithBearer(access))
	})
	return account
}

// loginFactors are the requirements on logging in to an account with a second
// factor.
func loginFactors() []scenario {
	return []scenario{
		{
			// 400 and 401 are both in use. A server that takes no notice of the wish
			// has no second factor; one that says of the account that it has one, has.
			error: "AuthFactorTokenRequired", title: "An account with a second factor does not log in without its token: AuthFactorTokenRequired.",
			level: reports.Must, authority: reports.Lexicon, in: "updateEmail#input.emailAuthFactor", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := withFactor(ctx, t)
				exchange := logIn(ctx, t, account.Handle, account.Password)
				if exchange.Succeeded() && !factorIsOn(ctx, t, account) {
					t.NotObserved("the target turned on no second factor")
				}
				t.Expect(exchange, check.ErrorNamed("AuthFactorTokenRequired"))
			},
		},
		{
			id: "auth-factor.logs-in", title: "An account with a second factor logs in with the code that was mailed to it.",
			level: reports.Must, authority: reports.Lexicon, source: "input.authFactorToken",
			in: "input.authFactorToken updateEmail#input.emailAuthFactor", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := withFactor(ctx, t)
				code := factorCode(ctx, t, account)
				t.Expect(t.Do(ctx, account.LoginRequest(account.Handle).With("authFactorToken", code)), check.Member("did", account.DID))
			},
		},
		{
			id: "auth-factor.wrong", title: "Another code than the one that was mailed is refused.",
			level: reports.Must, authority: reports.Security, source: "input.authFactorToken",
			in: "input.authFactorToken updateEmail#input.emailAuthFactor", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := withFactor(ctx, t)
				factorCode(ctx, t, account)
				t.Expect(t.Do(ctx, account.LoginRequest(account.Handle).With("authFactorToken", bogusMailCode)), check.Refused())
			},
		},
	}
}

// factorIsOn reports whether the target says of the account that it has a second
// factor.
func factorIsOn(ctx context.Context, t *spec.Trial, account *target.Account) bool {
	return whoAmI(ctx, t, session(ctx, t, account).Access).Object()["emailAuthFactor"] == any(true)
}

// factorCode logs in without a code, which has one mailed.
func factorCode(ctx context.Context, t *spec.Trial, account *target.Account) string {
	box := mailbox(ctx, t, account.Email)
	exchange := logIn(ctx, t, account.Handle, account.Password)
	if exchange.Succeeded() {
		t.NotObserved("the target turned on no second factor")
	}
	t.Expect(exchange, check.Refused())
	code, err := box.Code(ctx, target.AboutLogin())
	t.Unless(err)
	if code == "" {
		t.NotObserved("no mail with a code came when the account logged in")
	}
	return code
}

// takendownLogins are the requirements on logging in where the client allows
// for a takedown.
func takendownLogins() []scenario {
	logIn := logInThoughDown
	return []scenario{
		{
			id: "allow-takendown.inactive", title: "With allowTakendown an account that was taken down logs in, and the answer says that it is not active.",
			level: reports.Should, authority: reports.Reference, in: "input.allowTakendown", source: "input.allowTakendown", needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				exchange := logIn(ctx, t, takenDown(ctx, t).account.Password)
				t.Expect(exchange, check.Succeeds())
				if exchange.Object()["active"] != any(false) {
					t.Fail("active to be false", "active is "+check.ValueOf(exchange.Object(), "active"))
				}
			},
		},
		{
			id: "allow-takendown.wrong-password", title: "With allowTakendown a wrong password is refused as ever.",
			level: reports.Must, authority: reports.Security, in: "input.allowTakendown", source: sourceAccess, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				t.Expect(logIn(ctx, t, t.Target().NewPassword()), check.Refused())
			},
		},
		{
			// The document speaks of a narrow scoped token.
			id: "allow-takendown.limited", title: "The token of an account that was taken down can't create app passwords.",
			level: reports.Must, authority: reports.Security, in: "input.allowTakendown", source: "input.allowTakendown", needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				t.Expect(askAppPassword(ctx, t, takendownSession(ctx, t).Access, t.Target().NewName("app")), check.Refused())
			},
		},
	}
}

// logInThoughDown asks for a session of an account that was taken down.
func logInThoughDown(ctx context.Context, t *spec.Trial, password string) xrpc.Exchange {
	request := target.LoginRequest(takenDown(ctx, t).account.Handle, password)
	return t.Do(ctx, request.With("allowTakendown", true))
}

// takendownSession is one that was opened while the account was down; scenarios
// share it.
func takendownSession(ctx context.Context, t *spec.Trial) target.Session {
	return whileTheClockStands(ctx, t, "session of an account taken down", func(ctx context.Context, t *spec.Trial) target.Session {
		exchange := logInThoughDown(ctx, t, takenDown(ctx, t).account.Password)
		if !exchange.Succeeded() {
			t.NotObserved("the target lets nobody log in to an account that was taken down")
		}
		return sessionOf(t, exchange)
	})
}
