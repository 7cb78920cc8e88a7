package target

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// The admin methods of takedowns: today's, and those of 2023.
const (
	updateSubjectStatus     = "com.atproto.admin.updateSubjectStatus"
	takeModerationAction    = "com.atproto.admin.takeModerationAction"
	reverseModerationAction = "com.atproto.admin.reverseModerationAction"
)

// operator stands for whoever takes an account down, where a server records it.
const operator = "did:web:pdsconform.invalid"

// AdminTakedown takes accounts down through the target's own admin methods,
// found by asking.
type AdminTakedown struct {
	client  *xrpc.Client
	asAdmin func(xrpc.Request) xrpc.Request
	mutex   sync.Mutex     // held for no request
	actions map[string]any // by DID: the id of the action, as 2023's method wants it back
}

// findAdminTakedown asks the target for one of the methods, with an input that
// does nothing; nil where it has neither.
func findAdminTakedown(ctx context.Context, client *xrpc.Client, asAdmin func(xrpc.Request) xrpc.Request) *AdminTakedown {
	for _, nsid := range []string{updateSubjectStatus, takeModerationAction} {
		exchange := client.Ask(ctx, asAdmin(xrpc.Procedure(nsid, map[string]any{})))
		if exchange.Status == http.StatusBadRequest && exchange.ErrorName() == "InvalidRequest" && !unknown(exchange) {
			return &AdminTakedown{client: client, asAdmin: asAdmin, actions: map[string]any{}}
		}
	}
	return nil
}

// unknown reports whether a refusal is that of a method which the target would
// pass on to another service: an invented one is refused alike.
func unknown(exchange xrpc.Exchange) bool {
	return len(exchange.String("message")) >= len("No service") && exchange.String("message")[:len("No service")] == "No service"
}

func subject(did string) map[string]any {
	return map[string]any{"$type": "com.atproto.admin.defs#repoRef", "did": did}
}

// SetTakedown calls today's method, and that of 2023 where there is none.
func (a *AdminTakedown) SetTakedown(ctx context.Context, did string, down bool) error {
	exchange := a.client.Ask(ctx, a.asAdmin(xrpc.Procedure(updateSubjectStatus, map[string]any{
		"subject": subject(did), "takedown": map[string]any{"applied": down},
	})))
	if exchange.Succeeded() {
		return nil
	}
	if exchange = a.moderate(ctx, did, down); exchange.Succeeded() {
		return nil
	}
	return &Missing{Takedown, fmt.Sprintf("the target's admin methods take no account down (%d %s)", exchange.Status, exchange.ErrorName()),
		unlocks()[Takedown]}
}

func (a *AdminTakedown) moderate(ctx context.Context, did string, down bool) xrpc.Exchange {
	if !down {
		a.mutex.Lock()
		id := a.actions[did]
		a.mutex.Unlock()
		return a.client.Ask(ctx, a.asAdmin(xrpc.Procedure(reverseModerationAction, map[string]any{
			"id": id, "reason": "pdsconform", "createdBy": operator,
		})))
	}
	exchange := a.client.Ask(ctx, a.asAdmin(xrpc.Procedure(takeModerationAction, map[string]any{
		"action": "com.atproto.admin.defs#takedown", "subject": subject(did), "reason": "pdsconform", "createdBy": operator,
	})))
	if exchange.Succeeded() {
		a.mutex.Lock()
		a.actions[did] = exchange.Object()["id"]
		a.mutex.Unlock()
	}
	return exchange
}
