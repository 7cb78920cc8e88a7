package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// moderated is an account that was taken down, with a session from before that
// had been used with success.
type moderated struct {
	account *target.Account
	session target.Session
}

// takenDown is an account that is down; scenarios share it.
func takenDown(ctx context.Context, t *spec.Trial) moderated {
	return whileTheClockStands(ctx, t, "account taken down", func(ctx context.Context, t *spec.Trial) moderated {
		made := lively(ctx, t)
		t.Unless(t.Target().SetTakedown(ctx, made.account.DID, true))
		return made
	})
}

// reinstated is an account that was taken down and is back; scenarios share it.
func reinstated(ctx context.Context, t *spec.Trial) moderated {
	return whileTheClockStands(ctx, t, "account reinstated", func(ctx context.Context, t *spec.Trial) moderated {
		made := lively(ctx, t)
		t.Unless(t.Target().SetTakedown(ctx, made.account.DID, true))
		t.Unless(t.Target().SetTakedown(ctx, made.account.DID, false))
		return made
	})
}

// lively is a new account whose session is accepted where scenarios will want
// it to be refused.
func lively(ctx context.Context, t *spec.Trial) moderated {
	account := fresh(ctx, t)
	made := newSession(ctx, t, account)
	t.Rely(whoAmI(ctx, t, made.Access))
	t.Rely(askAppPassword(ctx, t, made.Access, t.Target().NewName("app")))
	return moderated{account, made}
}
