package target

import (
	"fmt"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// limit is a number that must not be exceeded.
type limit struct {
	budget int // 0: none
	leased int // what may be used of it so far

	// lease asks for so many more; nil where all of the budget is leased.
	lease func(more int) bool
}

// covers reports whether n is within the limit, and leases what lacks.
func (l *limit) covers(n int) bool {
	if l.budget == 0 || n <= l.leased {
		return true
	}
	if l.lease == nil || !l.lease(n-l.leased) {
		return false
	}
	l.leased = n
	return true
}

// limits returns those on requests and accounts.
func limits(options Options) (requests, accounts limit) {
	requests = limit{budget: options.BudgetRequests, leased: options.BudgetRequests}
	accounts = limit{budget: options.BudgetAccounts, leased: options.BudgetAccounts}
	if lease := options.Lease; lease != nil {
		requests.leased, requests.lease = options.Leased, func(more int) bool { return lease(more, 0) }
		accounts.leased, accounts.lease = 0, func(more int) bool { return lease(0, more) }
	}
	return requests, accounts
}

// Allow returns nil where requests may be sent, all of them before the first
// answer: they don't go beyond the budgets, nor does the removal of what they
// make, and they make no account that nobody has agreed to.
func (t *Target) Allow(requests ...xrpc.Request) *Missing {
	accounts, agreed := 0, true
	for _, request := range requests {
		if request.NSID == createAccount {
			accounts++
			agreed = agreed && (t.makesNoAccount(request) || t.confirm())
		}
	}
	removals := requestsPerRemoval*(t.AccountsLeft()+accounts) + t.AppPasswordsLeft()
	if !t.requests.covers(t.options.Client.Sent() + removals + len(requests)) {
		return &Missing{SignUp, fmt.Sprintf("the budget of %d requests is spent, but for what the clean-up needs", t.requests.budget), "a larger --budget-requests"}
	}
	if accounts > 0 && !t.signUps.covers(t.AccountsCreated()+accounts) {
		return &Missing{SignUp, fmt.Sprintf("the budget of %d accounts is spent", t.signUps.budget), "a larger --budget-accounts"}
	}
	if !agreed {
		return t.Missing(SignUp)
	}
	return nil
}
