package behaviour

import (
	"context"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

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
