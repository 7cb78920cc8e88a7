package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// deactivate asks deactivateAccount.
func deactivate(ctx context.Context, t *spec.Trial, accessToken string) xrpc.Exchange {
	return t.Do(ctx, deactivation().WithBearer(accessToken))
}

// deactivation names a time that is far off, whatever the server's clock says:
// to name none is another requirement's.
func deactivation() xrpc.Request {
	return xrpc.Procedure(nsidDeactivateAccount, map[string]any{"deleteAfter": "2099-12-31T23:59:59.000Z"})
}

// activate asks activateAccount.
func activate(ctx context.Context, t *spec.Trial, accessToken string) xrpc.Exchange {
	return t.Do(ctx, xrpc.ProcedureWithoutInput(nsidActivateAccount).WithBearer(accessToken))
}

// deactivated is an account that was deactivated, with an app password from
// before; scenarios that leave it so share it. The run's own account it never
// is.
func deactivated(ctx context.Context, t *spec.Trial) moderated {
	return spec.Once(ctx, t, "deactivated account", func(ctx context.Context, t *spec.Trial) moderated {
		account := fresh(ctx, t)
		made := moderated{account: account, session: newSession(ctx, t, account), appPassword: lastingAppPassword(ctx, t, account)}
		t.Rely(deactivate(ctx, t, made.session.Access))
		account.Forget() // servers may end sessions with it
		return made
	})
}

// expectInactive asks that an answer speaks of a deactivated account.
func expectInactive(t *spec.Trial, circumstance string, exchange xrpc.Exchange) {
	t.ExpectThat(circumstance, exchange, check.Succeeds())
	object := exchange.Object()
	if object["active"] != any(false) || object["status"] != any("deactivated") {
		t.Failf(circumstance+`: active to be false and status "deactivated"`, "active is %s, status is %s",
			check.ValueOf(object, "active"), check.ValueOf(object, "status"))
	}
}

// expectActive asks that an answer speaks of an account as active, or of
// nothing: the member may be absent, and then the account is taken for active.
func expectActive(t *spec.Trial, circumstance string, exchange xrpc.Exchange) {
	t.ExpectThat(circumstance, exchange, check.Succeeds())
	if active := exchange.Object()["active"]; active != nil && active != any(true) {
		t.Fail(circumstance+": active to be true", "active is "+check.Value(active))
	}
}
