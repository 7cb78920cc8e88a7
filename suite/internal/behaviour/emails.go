package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// confirmationCode asks for the confirmation of the account's address and reads
// the code.
func confirmationCode(ctx context.Context, t *spec.Trial, account *target.Account) string {
	return mailedCode(ctx, t, account.Email, target.AboutConfirmation(),
		confirmationRequest(ctx, t, account))
}

// confirm asks confirmEmail.
func confirm(ctx context.Context, t *spec.Trial, account *target.Account, email, code string) xrpc.Exchange {
	return t.Do(ctx, confirmationOf(email, code).WithBearer(session(ctx, t, account).Access))
}

func confirmationOf(email, code string) xrpc.Request {
	return xrpc.Procedure(nsidConfirmEmail, map[string]any{"email": email, "token": code})
}

// unconfirmed is a new account whose address the target says to be unconfirmed.
// The trial ends where addresses are confirmed from the start, or never: the
// documents let a server do without confirmations.
func unconfirmed(ctx context.Context, t *spec.Trial) *target.Account {
	account := fresh(ctx, t)
	if emailConfirmed(t.Rely(whoAmI(ctx, t, session(ctx, t, account).Access))) {
		t.NotObserved("the target takes the address of a new account for confirmed")
	}
	return account
}

func emailConfirmed(exchange xrpc.Exchange) bool {
	return exchange.Object()["emailConfirmed"] == any(true)
}

// confirmed is a new account whose address was confirmed by a mailed code. The
// trial ends where it was confirmed from the start: a server without
// confirmations has nothing that guards an address.
func confirmed(ctx context.Context, t *spec.Trial) *target.Account {
	account := unconfirmed(ctx, t)
	t.Rely(confirm(ctx, t, account, account.Email, confirmationCode(ctx, t, account)))
	if !emailConfirmed(t.Rely(whoAmI(ctx, t, session(ctx, t, account).Access))) {
		t.NotObserved("the target does not say that the address was confirmed")
	}
	return account
}

// requestUpdate asks requestEmailUpdate.
func requestUpdate(ctx context.Context, t *spec.Trial, account *target.Account) xrpc.Exchange {
	return t.Do(ctx, xrpc.ProcedureWithoutInput(nsidRequestEmailUpdate).WithBearer(session(ctx, t, account).Access))
}

// updateCode asks for a change of a confirmed address and reads the code.
func updateCode(ctx context.Context, t *spec.Trial, account *target.Account) string {
	return mailedCode(ctx, t, account.Email, target.AboutEmailUpdate(),
		xrpc.ProcedureWithoutInput(nsidRequestEmailUpdate).WithBearer(session(ctx, t, account).Access))
}

// update asks updateEmail, with a code or without where it is empty; on success
// the account has the new address.
func update(ctx context.Context, t *spec.Trial, account *target.Account, email, code string) xrpc.Exchange {
	exchange := t.Do(ctx, updateTo(email, code).WithBearer(session(ctx, t, account).Access))
	if exchange.Succeeded() {
		t.Unless(t.Target().EmailChanged(account, email))
	}
	return exchange
}

// updateUnconfirmed is update of an account whose address is not confirmed. No code
// has to be asked for then; a target that asks for one all the same gets it.
func updateUnconfirmed(ctx context.Context, t *spec.Trial, account *target.Account, email string) xrpc.Exchange {
	exchange := update(ctx, t, account, email, "")
	if exchange.ErrorName() != "TokenRequired" || t.Target().Missing(target.Mail) != nil {
		return exchange
	}
	return update(ctx, t, account, email, updateCode(ctx, t, account))
}

func updateTo(email, code string) xrpc.Request {
	request := xrpc.Procedure(nsidUpdateEmail, map[string]any{"email": email})
	if code == "" {
		return request
	}
	return request.With("token", code)
}
