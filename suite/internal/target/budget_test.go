package target

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Cases that are under way at once don't exceed a budget together: what was
// allowed to one is not allowed to another.
func TestReserveIsShared(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{BudgetRequests: 10 + requestsPerRemoval, BudgetAccounts: 1})
	question, signUp := xrpc.Query(describeServer, nil), xrpc.Procedure(createAccount, map[string]any{"handle": "a.test"})
	if missing := target.Reserve(signUp); missing != nil {
		t.Fatal(missing)
	}
	wantMissing(t, target.Reserve(signUp), SignUp, "budget of 1 accounts", "--budget-accounts")
	left := 10 - target.Client().Sent() - 1
	var together sync.WaitGroup
	var allowed atomic.Int32
	for range 3 * left {
		together.Go(func() {
			if target.Reserve(question) == nil {
				allowed.Add(1)
			}
		})
	}
	together.Wait()
	if got := int(allowed.Load()); got != left {
		t.Errorf("%d requests allowed, %d are left", got, left)
	}
	wantMissing(t, target.Reserve(question), SignUp, "budget of 14 requests", "--budget-requests")
	target.Release(signUp)
	if missing := target.Reserve(signUp); missing != nil {
		t.Errorf("after the sign-up came to nothing: %v", missing)
	}
}

// What is sent at once is allowed as one: the budget covers all of it, and the
// removal of what it makes.
func TestReserveCountsWhatIsSentAtOnce(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{BudgetRequests: 10})
	question, signUp := xrpc.Query(describeServer, nil), xrpc.Procedure(createAccount, map[string]any{"handle": "a.test"})
	left := 10 - target.Client().Sent()
	several := slices.Repeat([]xrpc.Request{question}, left)
	if missing := target.Reserve(several...); missing != nil {
		t.Errorf("%d of %d requests are refused: %v", left, left, missing)
	}
	target.Release(several...)
	wantMissing(t, target.Reserve(append(several, question)...), SignUp, "budget of 10 requests")
	several[0] = signUp
	wantMissing(t, target.Reserve(several...), SignUp, "clean-up")
}
