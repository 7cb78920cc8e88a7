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
					if t.Target().OwnForm(password) {
						t.Target().GiveBack(kept.account)
					}
				}
			},
			Placeholder: func(t *spec.Trial) xrpc.Request { return ask(t, bogusMailCode) },
		},
		cases: slices.Concat(resetEffects(), unusuals(resetOnce, "a reset", withMail), resetRefusals(), resetErrors(), []scenario{strayAuthorization(nsidResetPassword)}),
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
			id: "other-account.named.lives", title: "Nor is it set where the request names that account beside its input.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account, other := t.Borrow(ctx), ownAccount(ctx, t)
				password := t.Target().NewPassword()
				exchange := t.Do(ctx, xrpc.Procedure(nsidResetPassword, map[string]any{
					"token": resetCode(ctx, t, account), "password": password,
					"did": other.DID, "account": other.DID, "handle": other.Handle, "identifier": other.Handle, "email": other.Email,
				}))
				if exchange.Succeeded() {
					t.Unless(t.Target().PasswordChanged(account, password))
				}
				t.ExpectThat("logging in to the other account with the new password, after "+check.Answer(exchange),
					logIn(ctx, t, other.Handle, password), check.Refused())
				t.ExpectThat("logging in to the other account, after "+check.Answer(exchange),
					logIn(ctx, t, other.Handle, other.Password), check.Succeeds())
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
			id: "sessions.used-token.end", title: "A refresh token that was used before the reset is refused after it, whatever grace it has.",
			level: reports.Should, authority: reports.Security, source: sourceSessionsAfterReset, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				used := newSession(ctx, t, account)
				t.Rely(refresh(ctx, t, used.Refresh))
				t.Rely(reset(ctx, t, account, resetCode(ctx, t, account), t.Target().NewPassword()))
				t.Expect(refresh(ctx, t, used.Refresh), check.Refused())
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
				t.Rely(updateUnconfirmed(ctx, t, account, t.Target().NewIdentity().Email))
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
