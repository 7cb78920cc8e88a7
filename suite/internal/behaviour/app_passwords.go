package behaviour

import (
	"context"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// standing is an app password of the shared account that scenarios leave as it
// is.
func standing(ctx context.Context, t *spec.Trial) appPassword {
	return spec.Once(ctx, t, "standing app password", func(ctx context.Context, t *spec.Trial) appPassword {
		return lastingAppPassword(ctx, t, shared(ctx, t))
	})
}

// appSession is a session of the shared account made with an app password.
func appSession(ctx context.Context, t *spec.Trial, account *target.Account) target.Session {
	made, err := account.OwnSession(ctx, func() (target.Session, error) {
		return target.SessionOf(logIn(ctx, t, account.Handle, standing(ctx, t).Password))
	})
	t.Unless(err)
	return made
}

// bareAccount is an account for which nobody makes anything. Where none can be
// made it is the one that the run was given.
func bareAccount(ctx context.Context, t *spec.Trial) *target.Account {
	if t.Target().Missing(target.SignUp) != nil {
		return shared(ctx, t)
	}
	return sharedAccount(ctx, t, "bare")
}

// accountPair is two accounts that scenarios read from.
func accountPair(ctx context.Context, t *spec.Trial) []*target.Account {
	return []*target.Account{ownAccount(ctx, t), sharedAccount(ctx, t, "other")}
}

// listed asks listAppPasswords and returns the names in it.
func listed(ctx context.Context, t *spec.Trial, accessToken string) ([]string, xrpc.Exchange) {
	exchange := t.Do(ctx, xrpc.Query(nsidListAppPasswords, nil).WithBearer(accessToken))
	t.Rely(exchange)
	return members(exchange, "passwords", "name"), exchange
}

// members collects one string member of each object in a list.
func members(exchange xrpc.Exchange, list, name string) []string {
	var found []string
	elements, _ := exchange.Object()[list].([]any)
	for _, element := range elements {
		object, _ := element.(map[string]any)
		if text, ok := object[name].(string); ok {
			found = append(found, text)
		}
	}
	return found
}

// loose is a text without what people leave out when they type it.
func loose(text string) string { return strings.ReplaceAll(text, "-", "") }

// protocolBegan is a time before which no server of the protocol can have made
// anything, whatever its clock says.
var protocolBegan = time.Date(2022, time.January, 1, 0, 0, 0, 0, time.UTC)

// expectPlausible asks of a time that it is one at which something can have
// been made. One that can't be read is another requirement's.
func expectPlausible(t *spec.Trial, what, text string) {
	at, err := time.Parse(time.RFC3339, text)
	if err == nil && at.Before(protocolBegan) {
		t.Failf(what+" to be a time since the protocol exists", "%s is %s", what, text)
	}
}
