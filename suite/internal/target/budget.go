package target

import (
	"fmt"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// spending is what requests that are under way may use of the budgets, besides
// what was used already.
type spending struct{ requests, accounts int }

// Reserve returns nil where requests may be sent, all of them before the first
// answer: they don't go beyond the budgets, nor does the removal of what they
// make, and they make no account that nobody has agreed to. Release has to be
// called once they are answered and tracked.
func (t *Target) Reserve(requests ...xrpc.Request) *Missing {
	wanted, agreed := spending{requests: len(requests)}, true
	for _, request := range requests {
		if request.NSID == createAccount {
			wanted.accounts++
			agreed = agreed && (t.makesNoAccount(request) || t.confirm())
		}
	}
	if !agreed {
		return t.Missing(SignUp)
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	accounts := t.spent.accounts + wanted.accounts
	removals := requestsPerRemoval*(t.AccountsLeft()+accounts) + t.AppPasswordsLeft()
	sent := t.options.Client.Sent() + t.spent.requests + wanted.requests
	if budget := t.options.BudgetRequests; budget > 0 && sent+removals > budget {
		return &Missing{SignUp, fmt.Sprintf("the budget of %d requests is spent, but for what the clean-up needs", budget), "a larger --budget-requests"}
	}
	if budget := t.options.BudgetAccounts; budget > 0 && wanted.accounts > 0 && t.AccountsCreated()+accounts > budget {
		return &Missing{SignUp, fmt.Sprintf("the budget of %d accounts is spent", budget), "a larger --budget-accounts"}
	}
	t.spent.requests += wanted.requests
	t.spent.accounts += wanted.accounts
	return nil
}

// Release ends what Reserve has begun.
func (t *Target) Release(requests ...xrpc.Request) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.spent.requests -= len(requests)
	for _, request := range requests {
		if request.NSID == createAccount {
			t.spent.accounts--
		}
	}
}
