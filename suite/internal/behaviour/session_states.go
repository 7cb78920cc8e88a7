package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// sessionStates are the states of an account of which the answers about its
// sessions tell. The answer is made of one that has opened a session.
func sessionStates(answer func(ctx context.Context, t *spec.Trial, opened xrpc.Exchange) xrpc.Exchange) map[string]spec.State {
	return map[string]spec.State{
		"status": {Needs: signUp, Answer: func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
			account := deactivated(ctx, t).account
			return answer(ctx, t, t.Rely(logIn(ctx, t, account.Handle, account.Password)))
		}},
		"emailAuthFactor": {Needs: withMail, Answer: func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
			account := withFactor(ctx, t)
			request := account.LoginRequest(account.Handle).With("authFactorToken", factorCode(ctx, t, account))
			return answer(ctx, t, t.Rely(t.Do(ctx, request)))
		}},
	}
}
