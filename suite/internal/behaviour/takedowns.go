package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// moderated is an account that was taken down, with a session from before that
// had been used with success.
type moderated struct {
	account     *target.Account
	session     target.Session
	appPassword appPassword
	appSession  target.Session // opened with the app password
}

// takenDown is an account that is down; scenarios share it.
func takenDown(ctx context.Context, t *spec.Trial) moderated {
	return whileTheClockStands(ctx, t, "account taken down", func(ctx context.Context, t *spec.Trial) moderated {
		made := active(ctx, t)
		t.Unless(t.Target().SetTakedown(ctx, made.account.DID, true))
		return made
	})
}

// reinstated is an account that was taken down and is back; scenarios share it.
func reinstated(ctx context.Context, t *spec.Trial) moderated {
	return whileTheClockStands(ctx, t, "account reinstated", func(ctx context.Context, t *spec.Trial) moderated {
		made := active(ctx, t)
		t.Unless(t.Target().SetTakedown(ctx, made.account.DID, true))
		t.Unless(t.Target().SetTakedown(ctx, made.account.DID, false))
		return made
	})
}

// active is a new account whose session is accepted where scenarios will want
// it to be refused.
func active(ctx context.Context, t *spec.Trial) moderated {
	account := fresh(ctx, t)
	made := newSession(ctx, t, account)
	t.Rely(whoAmI(ctx, t, made.Access))
	appPassword := lastingAppPassword(ctx, t, account)
	opened := sessionOf(t, t.Rely(logIn(ctx, t, account.Handle, appPassword.Password)))
	return moderated{account, made, appPassword, opened}
}

// loginTakedowns are the requirements on logging in to an account that was
// taken down.
func loginTakedowns() []scenario {
	return []scenario{
		{
			error: "AccountTakedown", title: "An account that was taken down is refused with AccountTakedown.",
			level: reports.Must, authority: reports.Lexicon, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				account := takenDown(ctx, t).account
				t.Expect(logIn(ctx, t, account.Handle, account.Password), check.ErrorNamed("AccountTakedown"))
			},
		},
		{
			id: "takedown.wrong-password", title: "With a wrong password, nobody learns that an account was taken down.",
			level: reports.Should, authority: reports.Security, source: sourceErrorWords, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				account := takenDown(ctx, t).account
				exchange := logIn(ctx, t, account.Handle, t.Target().NewPassword())
				t.Expect(exchange, check.Refused())
				if exchange.ErrorName() == "AccountTakedown" {
					t.Fail("the refusal of any wrong password", check.Answer(exchange))
				}
			},
		},
		{
			id: "takedown.reinstated", title: "An account that was reinstated can log in again.",
			level: reports.Must, authority: reports.Security, source: "error.AccountTakedown", needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				account := reinstated(ctx, t).account
				t.Expect(logIn(ctx, t, account.Handle, account.Password), check.Succeeds())
			},
		},
		{
			id: "takedown.reinstated.app-password", title: "An app password of an account that was reinstated logs in again.",
			level: reports.Should, authority: reports.Reference, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				back := reinstated(ctx, t)
				t.Expect(logIn(ctx, t, back.account.Handle, back.appPassword.Password), check.Succeeds())
			},
		},
		{
			id: "takedown.app-password", title: "An app password of an account that was taken down is refused as well.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				down := takenDown(ctx, t)
				t.Expect(logIn(ctx, t, down.account.Handle, down.appPassword.Password), check.Refused())
			},
		},
	}
}
