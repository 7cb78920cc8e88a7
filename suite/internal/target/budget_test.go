package target

import (
	"slices"
	"testing"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Budgets that others use as well are leased piece by piece, never more than
// what is needed, and nothing is allowed that was not leased.
func TestLeasedBudgets(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	requests, accounts := 0, 0
	leases := map[string]int{"requests": 3, "accounts": 1}
	target := probed(t, fake.serve(t), Options{BudgetRequests: 100, BudgetAccounts: 100, Leased: 2,
		Lease: func(moreRequests, moreAccounts int) bool {
			if moreRequests > leases["requests"] || moreAccounts > leases["accounts"] {
				return false
			}
			leases["requests"] -= moreRequests
			leases["accounts"] -= moreAccounts
			requests, accounts = requests+moreRequests, accounts+moreAccounts
			return true
		}})
	sent := target.Client().Sent()
	question := xrpc.Query(describeServer, nil)
	for target.Allow(question) == nil {
		target.Client().Do(t.Context(), question)
		if most := 2 + requests; target.Client().Sent() > most {
			t.Fatalf("%d requests sent, %d leased", target.Client().Sent(), most)
		}
	}
	if got := target.Client().Sent() - sent; got != 5-sent || requests != 3 {
		t.Errorf("%d requests sent and %d leased", got, requests)
	}
	wantMissing(t, target.Allow(question), SignUp, "budget of 100 requests", "--budget-requests")

	leases["requests"] = 100
	signUp := xrpc.Procedure(createAccount, map[string]any{"handle": "a.test"})
	wantMissing(t, target.Allow(signUp, signUp), SignUp, "budget of 100 accounts")
	if missing := target.Allow(signUp); missing != nil || accounts != 1 {
		t.Errorf("%v, %d accounts leased", missing, accounts)
	}
}

// What is sent at once is allowed as one: the budget covers all of it, and the
// removal of what it makes.
func TestAllowCountsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{BudgetRequests: 10})
	question, signUp := xrpc.Query(describeServer, nil), xrpc.Procedure(createAccount, map[string]any{"handle": "a.test"})
	left := 10 - target.Client().Sent()
	several := slices.Repeat([]xrpc.Request{question}, left)
	if missing := target.Allow(several...); missing != nil {
		t.Errorf("%d of %d requests are refused: %v", left, left, missing)
	}
	wantMissing(t, target.Allow(append(several, question)...), SignUp, "budget of 10 requests")
	several[0] = signUp
	wantMissing(t, target.Allow(several...), SignUp, "clean-up")
}
