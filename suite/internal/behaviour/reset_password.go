package behaviour

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// How far the clock is moved past a mailed code's life: 15 minutes on the
// reference server; no server should let one live for a day.
const (
	afterCodeLife = 16 * time.Minute
	longAfterCode = 25 * time.Hour
)

// bogusMailCode has the form of a mailed code.
const bogusMailCode = "AAAAA-BBBBB"

func resetPassword() endpoint {
	// Each code is for an account of its own: a newer one may supersede it.
	type mailed struct {
		account *target.Account
		code    string
	}
	codes := &spec.Stock[mailed]{}
	ask := func(t *spec.Trial, code string) xrpc.Request {
		return xrpc.Procedure(nsidResetPassword, map[string]any{"token": code, "password": t.Target().NewPassword()})
	}
	return endpoint{
		nsid: nsidResetPassword,
		recipe: spec.Recipe{
			Needs: withMail,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				kept := codes.Take(t, func() mailed {
					account, err := t.Target().Borrow(ctx, t)
					t.Unless(err)
					return mailed{account, resetCode(ctx, t, account)}
				})
				return ask(t, kept.code)
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, exchange xrpc.Exchange) {
				kept, taken := codes.Used(t)
				password, given := exchange.Request.Input["password"].(string)
				if taken && given {
					t.Unless(t.Target().PasswordChanged(kept.account, password))
					t.Target().GiveBack(kept.account)
				}
			},
			Placeholder: func(t *spec.Trial) xrpc.Request { return ask(t, bogusMailCode) },
		},
		cases: slices.Concat(resetEffects(), resetRefusals(), resetErrors(), []scenario{strayAuthorization(nsidResetPassword)}),
	}
}

func resetEffects() []scenario {
	return []scenario{
		{
			id: "password.replaced", title: "The new password logs in, and the old one does not any more.",
			level: reports.Must, authority: reports.Lexicon, source: "description", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				old := account.Password
				t.Rely(reset(ctx, t, account, resetCode(ctx, t, account), t.Target().NewPassword()))
				t.ExpectThat("logging in with the new password", logIn(ctx, t, account.Handle, account.Password), check.Member("did", account.DID))
				t.ExpectThat("logging in with the old password", logIn(ctx, t, account.Handle, old), check.Refused())
			},
		},
		{
			id: "other-account.lives", title: "The password of another account stays as it is.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account, other := t.Borrow(ctx), ownAccount(ctx, t)
				t.Rely(reset(ctx, t, account, resetCode(ctx, t, account), t.Target().NewPassword()))
				t.ExpectThat("logging in to the other account", logIn(ctx, t, other.Handle, other.Password), check.Succeeds())
				t.ExpectThat("logging in to the other account with the new password", logIn(ctx, t, other.Handle, account.Password), check.Refused())
			},
		},
		{
			id: "password.counts", title: "A long password that was set by a code logs in, and each of its letters counts.",
			level: reports.Must, authority: reports.Security, source: "input.password", needs: withMail, run: resetPasswordCounts,
		},
		{
			id: "sessions.end", title: "The account's sessions can't be refreshed after its password was reset.",
			level: reports.Should, authority: reports.Security, source: sourceSessionsAfterReset, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				made := newSession(ctx, t, account)
				t.Rely(reset(ctx, t, account, resetCode(ctx, t, account), t.Target().NewPassword()))
				t.Expect(refresh(ctx, t, made.Refresh), check.Refused())
			},
		},
		{
			id: "sessions.app-password.end", title: "Sessions that were opened with an app password can't be refreshed either.",
			level: reports.May, authority: reports.Reference, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				appPassword := newAppPassword(ctx, t, account)
				made := sessionOf(t, t.Rely(logIn(ctx, t, account.Handle, appPassword.Password)))
				t.Rely(reset(ctx, t, account, resetCode(ctx, t, account), t.Target().NewPassword()))
				t.Expect(refresh(ctx, t, made.Refresh), check.Refused())
			},
		},
		{
			id: "app-passwords.live", title: "App passwords go on working after the account's password was reset.",
			level: reports.Should, authority: reports.Reference, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				made := newAppPassword(ctx, t, account)
				t.Rely(reset(ctx, t, account, resetCode(ctx, t, account), t.Target().NewPassword()))
				t.Expect(logIn(ctx, t, account.Handle, made.Password), check.Succeeds())
			},
		},
		{
			id: "password.short", title: "A password of one letter is accepted or refused, and is no fault of the server.",
			level: reports.Must, authority: reports.XRPC, source: sourceStatuses, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := fresh(ctx, t)
				if exchange := reset(ctx, t, account, resetCode(ctx, t, account), "a"); !exchange.Succeeded() {
					t.Expect(exchange, check.Refused())
				}
			},
		},
		{
			id: "account.lives", title: "The account is the same after its password was reset: its DID, handle and app passwords.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				t.Rely(reset(ctx, t, account, resetCode(ctx, t, account), t.Target().NewPassword()))
				expectOwn(t, logIn(ctx, t, account.Handle, account.Password), account)
			},
		},
		{
			id: "takedown.stays", title: "A password reset does not bring back an account that was taken down.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: append([]target.Capability{target.Takedown}, withMail...),
			run: func(ctx context.Context, t *spec.Trial) {
				account := fresh(ctx, t)
				code := resetCode(ctx, t, account)
				t.Unless(t.Target().SetTakedown(ctx, account.DID, true))
				reset(ctx, t, account, code, t.Target().NewPassword())
				t.ExpectThat("logging in after the reset", logIn(ctx, t, account.Handle, account.Password), check.Refused())
			},
		},
		{
			id: "code.of-deleted-account", title: "The code of an account that was deleted is refused.",
			level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := fresh(ctx, t)
				code := resetCode(ctx, t, account)
				t.Rely(remove(ctx, t, session(ctx, t, account).Access, account.DID, account.Password, deletionCode(ctx, t, account)))
				awaitGone(ctx, t, account)
				t.Expect(t.Do(ctx, xrpc.Procedure(nsidResetPassword, map[string]any{
					"token": code, "password": t.Target().NewPassword()})), check.Refused())
			},
		},
		{
			id: "code.of-old-address", title: "The code that was mailed to an address is refused once the account has another.",
			level: reports.May, authority: reports.Reference, in: "method.updateEmail", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				code := resetCode(ctx, t, account)
				t.Rely(update(ctx, t, account, t.Target().NewIdentity().Email, ""))
				t.Expect(reset(ctx, t, account, code, t.Target().NewPassword()), check.Refused())
			},
		},
		{
			id: "deactivation.stays", title: "The password of a deactivated account can be reset, and that does not activate it.",
			level: reports.Should, authority: reports.Reference, source: "getSession#output.status", in: "getSession#output.active", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := fresh(ctx, t)
				t.Rely(deactivate(ctx, t, session(ctx, t, account).Access))
				account.Forget()
				box := mailbox(ctx, t, account.Email)
				t.Expect(t.Do(ctx, resetRequest(account.Email)), check.Succeeds())
				code, err := box.Code(ctx, target.AboutReset())
				t.Unless(err)
				if code == "" {
					t.Fail("a mail with a code to the address of a deactivated account", "none came within the time limit"+box.Suspicion())
				}
				t.Expect(reset(ctx, t, account, code, t.Target().NewPassword()), check.Succeeds())
				expectInactive(t, "logging in after the reset", logIn(ctx, t, account.Handle, account.Password))
			},
		},
		{
			id: "code.any-case", title: "The code is accepted in any letter case.",
			level: reports.May, authority: reports.Reference, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				exchange := reset(ctx, t, account, swapCase(resetCode(ctx, t, account)), t.Target().NewPassword())
				if exchange.Refused() {
					t.NotObserved("the target wants the code as it was mailed")
				}
				t.Expect(exchange, check.Succeeds())
			},
		},
	}
}

func swapCase(text string) string {
	if lower := strings.ToLower(text); lower != text {
		return lower
	}
	return strings.ToUpper(text)
}

// refusedCode is a way to reset a password with a code that is not, or no
// longer, the account's.
type refusedCode struct {
	id, title, in string
	level         reports.Level
	authority     reports.Authority
	whose         func(ctx context.Context, t *spec.Trial) *target.Account
	code          func(ctx context.Context, t *spec.Trial, account *target.Account) string
}

func refusedCodes() []refusedCode {
	var all []refusedCode
	for _, other := range otherPurposes(nsidResetPassword) {
		id, title := other.refusal()
		all = append(all, refusedCode{id, title, other.in, reports.Must, reports.Security, other.whose, other.code})
	}
	return append(all, []refusedCode{
		{"code.single-use", "A code that was used is refused.", "", reports.Must, reports.Security, borrowed,
			func(ctx context.Context, t *spec.Trial, account *target.Account) string {
				code := resetCode(ctx, t, account)
				t.Rely(reset(ctx, t, account, code, t.Target().NewPassword()))
				return code
			}},
		{"code.superseded", "A code is refused once a newer one was mailed.", "", reports.Should, reports.Reference, borrowed,
			func(ctx context.Context, t *spec.Trial, account *target.Account) string {
				code := resetCode(ctx, t, account)
				if newer := resetCode(ctx, t, account); newer == code {
					t.NotObserved("the target mails the same code again")
				}
				return code
			}},
		{"code.beginning", "The beginning of a code is not taken for all of it.", "", reports.Must, reports.Security, borrowed,
			func(ctx context.Context, t *spec.Trial, account *target.Account) string {
				return beginning(resetCode(ctx, t, account))
			}},
		{"code.empty", "An empty code is refused.", "", reports.Must, reports.Security, borrowed,
			func(context.Context, *spec.Trial, *target.Account) string { return "" }},
	}...)
}

// beginning is a code without its last character.
func beginning(code string) string {
	letters := []rune(code)
	return string(letters[:max(0, len(letters)-1)])
}

func resetRefusals() []scenario {
	var scenarios []scenario
	for _, wrong := range refusedCodes() {
		scenarios = append(scenarios, scenario{
			id: wrong.id, title: wrong.title, level: wrong.level, authority: wrong.authority, source: sourceMailedCodes, needs: withMail, in: wrong.in,
			run: func(ctx context.Context, t *spec.Trial) {
				account := wrong.whose(ctx, t)
				code := wrong.code(ctx, t, account)
				before := account.Password
				t.Expect(reset(ctx, t, account, code, t.Target().NewPassword()), check.Refused())
				t.ExpectThat("logging in with the password from before", logIn(ctx, t, account.Handle, before), check.Succeeds())
			},
		})
	}
	return append(scenarios, scenario{
		// The reference server lets all of them win. A code that works again later is
		// another matter, and a must.
		id: "code.race", title: "Of several resets with one code at once, exactly one succeeds.",
		level: reports.Should, authority: reports.Security, source: sourceRaces, needs: withMail,
		run: func(ctx context.Context, t *spec.Trial) {
			account := fresh(ctx, t)
			code := resetCode(ctx, t, account)
			exchanges := t.Race(ctx, racing(func() xrpc.Request {
				return xrpc.Procedure(nsidResetPassword, map[string]any{"token": code, "password": t.Target().NewPassword()})
			}))
			for _, exchange := range exchanges {
				if password, ok := exchange.Request.Input["password"].(string); ok && exchange.Succeeded() {
					t.Unless(t.Target().PasswordChanged(account, password))
				}
			}
			t.OneWinner("resets with one code", exchanges)
		},
	}, scenario{
		// Whichever of them came last: nobody can be left with a password that is
		// none of those, nor with two.
		id: "race.one-password", title: "After several resets at once, the account has one password: that of a reset which succeeded.",
		level: reports.Must, authority: reports.Security, source: sourceRaces, needs: withMail, run: resetRaceState,
	}, scenario{
		id: "code.expires", title: "A code is refused when a quarter of an hour has passed.",
		level: reports.Should, authority: reports.Reference, needs: withClock,
		run: func(ctx context.Context, t *spec.Trial) {
			account := t.Borrow(ctx)
			code := resetCode(ctx, t, account)
			advance(ctx, t, afterCodeLife)
			t.Expect(reset(ctx, t, account, code, t.Target().NewPassword()), check.Refused())
		},
	})
}

func resetErrors() []scenario {
	return []scenario{
		{
			error: "InvalidToken", title: "A code that was never mailed is refused with InvalidToken.",
			level: reports.Must, authority: reports.Lexicon,
			run: func(ctx context.Context, t *spec.Trial) {
				exchange := t.Do(ctx, xrpc.Procedure(nsidResetPassword, map[string]any{
					"token": bogusMailCode, "password": t.Target().NewPassword()}))
				t.Expect(exchange, check.ErrorNamed("InvalidToken"))
			},
		},
		{
			error: "ExpiredToken", title: "A code whose time has passed is refused with ExpiredToken, and the password stays.",
			level: reports.Must, authority: reports.Lexicon, needs: withClock,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				before := ""
				exchange := pastItsTime(ctx, t, func() func() xrpc.Exchange {
					code := resetCode(ctx, t, account)
					before = account.Password
					return func() xrpc.Exchange { return reset(ctx, t, account, code, t.Target().NewPassword()) }
				})
				t.ExpectThat("a code that is past its time", exchange, check.ErrorNamed("ExpiredToken"))
				t.ExpectThat("logging in with the password from before", logIn(ctx, t, account.Handle, before), check.Succeeds())
			},
		},
	}
}

// pastItsTime uses a mailed code whose time has passed: that which the reference
// server gives it, and where the code is still good then, a day. Less is tried
// first, since a server may forget a code that is long expired. prepare gets a
// code and returns how to use it.
func pastItsTime(ctx context.Context, t *spec.Trial, prepare func() func() xrpc.Exchange) xrpc.Exchange {
	var exchange xrpc.Exchange
	for _, wait := range []time.Duration{afterCodeLife, longAfterCode} {
		use := prepare()
		advance(ctx, t, wait)
		if exchange = use(); !exchange.Succeeded() {
			return exchange
		}
		if t.Target().Patient() {
			t.NotObserved("the code was still good after %s", wait)
		}
	}
	return exchange
}

func resetRaceState(ctx context.Context, t *spec.Trial) {
	account := fresh(ctx, t)
	code := resetCode(ctx, t, account)
	exchanges := t.Race(ctx, racing(func() xrpc.Request {
		return xrpc.Procedure(nsidResetPassword, map[string]any{"token": code, "password": t.Target().NewPassword()})
	}))
	t.Undisturbed(exchanges)
	before, candidates, good := account.Password, []string{}, 0
	for _, exchange := range exchanges {
		if password, ok := exchange.Request.Input["password"].(string); ok && exchange.Succeeded() {
			candidates = append(candidates, password)
		}
	}
	if len(candidates) == 0 {
		candidates = []string{before}
	}
	for _, password := range candidates {
		if logIn(ctx, t, account.Handle, password).Succeeded() {
			good++
			t.Unless(t.Target().PasswordChanged(account, password))
		}
	}
	if good != 1 {
		t.Failf("one of the passwords of the resets that succeeded to log in", "%d of %d log in; %s", good, len(candidates), t.AtOnce(len(exchanges)))
	}
}
