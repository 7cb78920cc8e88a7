package behaviour

import (
	"context"
	"net/url"
	"slices"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// withAdmin is what scenarios on the codes of an account need.
var withAdmin = []target.Capability{target.SignUp, target.Admin}

// invitee is the DID of an account that codes can be made for. A server may look
// whether there is such an account; without one, any DID has to do.
func invitee(ctx context.Context, t *spec.Trial) string {
	if t.Target().Missing(target.SignUp) != nil {
		return t.Target().NewDID()
	}
	return ownAccount(ctx, t).DID
}

// invitees are the DIDs of two accounts.
func invitees(ctx context.Context, t *spec.Trial) (string, string) {
	pair := accountPair(ctx, t)
	return pair[0].DID, pair[1].DID
}

// invitedAccount is an account with a code of two uses, one of them spent
// where the target counts them. Scenarios leave its codes as they are.
func invitedAccount(ctx context.Context, t *spec.Trial) *target.Account {
	return spec.Once(ctx, t, "account with a used code", func(ctx context.Context, t *spec.Trial) *target.Account {
		account := fresh(ctx, t)
		if t.Target().Missing(target.Admin) == nil {
			code := inviteCode(ctx, t, map[string]any{"useCount": 2, "forAccount": account.DID})
			if t.Target().InviteRequired() {
				t.Rely(signUpWith(ctx, t, t.Target().NewIdentity(), code))
			}
		}
		return account
	})
}

// codesRequest asks for the codes of an account, none of them made by asking.
func codesRequest(accessToken string) xrpc.Request {
	return xrpc.Query(nsidGetAccountInviteCodes, url.Values{"createAvailable": {"false"}}).WithBearer(accessToken)
}

// codesOf returns the entries of an account's list of codes, by code.
func codesOf(ctx context.Context, t *spec.Trial, account *target.Account) map[string]map[string]any {
	return codesIn(t.Rely(t.Do(ctx, codesRequest(session(ctx, t, account).Access))))
}

func codesIn(exchange xrpc.Exchange) map[string]map[string]any {
	found := map[string]map[string]any{}
	entries, _ := exchange.Object()["codes"].([]any)
	for _, entry := range entries {
		object, _ := entry.(map[string]any)
		if code, ok := object["code"].(string); ok {
			found[code] = object
		}
	}
	return found
}

// codeLists returns the lists of codes in an answer to createInviteCodes, by
// account.
func codeLists(exchange xrpc.Exchange) map[string][]string {
	lists := map[string][]string{}
	entries, _ := exchange.Object()["codes"].([]any)
	for _, entry := range entries {
		object, _ := entry.(map[string]any)
		account, _ := object["account"].(string)
		codes, _ := object["codes"].([]any)
		for _, code := range codes {
			if text, ok := code.(string); ok {
				lists[account] = append(lists[account], text)
			}
		}
		if lists[account] == nil {
			lists[account] = []string{}
		}
	}
	return lists
}

func distinct(codes []string) bool {
	sorted := slices.Sorted(slices.Values(codes))
	return len(slices.Compact(sorted)) == len(codes)
}
