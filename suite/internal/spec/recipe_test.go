package spec

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// making is a recipe whose requests are numbered, and that counts what is
// settled.
func making(settled *int, needs ...target.Capability) Recipe {
	made := 0
	return Recipe{
		Needs: needs,
		Request: func(context.Context, *Trial) xrpc.Request {
			made++
			return xrpc.Procedure(makeMethod, map[string]any{"n": made})
		},
		AfterSuccess: func(context.Context, *Trial, xrpc.Exchange) { *settled++ },
	}
}

func placeholder(*Trial) xrpc.Request {
	return xrpc.Procedure(makeMethod, map[string]any{"n": "placeholder"})
}

// TestBaseline sends the valid request of a method once for all cases.
func TestBaseline(t *testing.T) {
	t.Parallel()
	settled := 0
	withPlaceholder := making(&settled, target.Admin)
	withPlaceholder.Placeholder = placeholder
	for name, test := range map[string]struct {
		recipe      Recipe
		status      int
		outcome     reports.Outcome
		reason      string
		input       any
		placeholder bool
		settled     int
		findings    int
	}{
		"success":              {making(&settled), 200, reports.Passed, "", 1, false, 1, 0},
		"needs are there":      {making(&settled, target.SignUp), 200, reports.Passed, "", 1, false, 1, 0},
		"refused":              {making(&settled), 400, reports.Blocked, "it relies on server.make.success, which failed", 1, false, 0, 1},
		"needs lack":           {making(&settled, target.SignUp, target.Admin), 200, reports.Blocked, "no admin credential", nil, false, 0, 0},
		"placeholder":          {withPlaceholder, 400, reports.Passed, "", "placeholder", true, 0, 0},
		"placeholder accepted": {withPlaceholder, 200, reports.Passed, "", "placeholder", true, 0, 0},
	} {
		settled = 0
		bench := served(t, answers(test.status, `{"error":"Odd"}`))
		bench.Recipes[makeMethod] = test.recipe
		for i := range 2 {
			var baseline Baseline
			verdict := Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) { baseline = t.Baseline(ctx, makeMethod) }), bench)
			if verdict.Outcome != test.outcome || verdict.Reason != test.reason {
				t.Errorf("%s %d: %s %s", name, i, verdict.Outcome, verdict.Reason)
			}
			if verdict.Outcome == reports.Passed && (baseline.Status != test.status || baseline.Placeholder != test.placeholder) {
				t.Errorf("%s %d: %d, placeholder %t", name, i, baseline.Status, baseline.Placeholder)
			}
			if test.input == nil {
				if len(verdict.Exchanges) != 0 {
					t.Errorf("%s %d: something was sent", name, i)
				}
			} else if len(verdict.Exchanges) != 1 || verdict.Exchanges[0].Request.Input["n"] != test.input {
				t.Errorf("%s %d: sent %v", name, i, verdict.Exchanges)
			}
		}
		if settled != test.settled || len(bench.Ledger.Of("server.make.success")) != test.findings {
			t.Errorf("%s: settled %d times, %d findings", name, settled, len(bench.Ledger.Of("server.make.success")))
		}
	}
}

// TestValidRequest makes requests that are not sent yet, each a new one.
func TestValidRequest(t *testing.T) {
	t.Parallel()
	settled := 0
	var requests atomic.Int32
	bench := served(t, counted(&requests, answers(200, "{}")))
	bench.Recipes[makeMethod] = making(&settled)
	closed := making(&settled, target.Admin)
	open := closed
	open.Placeholder = placeholder
	bench.Recipes["closed"], bench.Recipes["open"] = closed, open
	var got []any
	Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) {
		for _, nsid := range []string{makeMethod, makeMethod, "open"} {
			got = append(got, t.ValidRequest(ctx, nsid).Input["n"])
		}
	}), bench)
	if diff := cmp.Diff([]any{1, 2, "placeholder"}, got); diff != "" || requests.Load() != 0 {
		t.Errorf("%d sent, requests (-want +got):\n%s", requests.Load(), diff)
	}
	verdict := Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) { t.ValidRequest(ctx, "closed") }), bench)
	if verdict.Outcome != reports.Blocked || verdict.Unlock != "--admin-password" {
		t.Errorf("got %+v", verdict)
	}
}

func TestAfterSuccess(t *testing.T) {
	t.Parallel()
	settled := 0
	bench := served(t, answers(200, "{}"))
	bench.Recipes[makeMethod], bench.Recipes[readMethod] = making(&settled), Recipe{Credential: AccessToken, Transient: true}
	Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) {
		t.AfterSuccess(ctx, makeMethod, xrpc.Exchange{Status: 200})
		t.AfterSuccess(ctx, makeMethod, xrpc.Exchange{Status: 400})
		t.AfterSuccess(ctx, readMethod, xrpc.Exchange{Status: 200})
		t.AfterSuccess(ctx, "no such method", xrpc.Exchange{Status: 200})
		if recipe := t.Recipe(readMethod); recipe.Credential != AccessToken || !recipe.Transient {
			settled = -1
		}
	}), bench)
	if settled != 1 {
		t.Errorf("settled %d times, want 1", settled)
	}
}

// signsUp answers createAccount with accounts that are numbered.
func signsUp(made *atomic.Int32) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "createAccount") {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		n := made.Add(1)
		fmt.Fprintf(w, `{"did":"did:plc:n%d","handle":"n%d.test","accessJwt":"access-token-%d","refreshJwt":"refresh-token-%d"}`, n, n, n, n)
	}
}

// An account is lent again after a pass only: a failure may have left it in any
// state.
func TestBorrow(t *testing.T) {
	t.Parallel()
	var made atomic.Int32
	bench := served(t, signsUp(&made))
	borrow := func(end func(*Trial)) string {
		did := ""
		Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) {
			did = t.Borrow(ctx).DID
			end(t)
		}), bench)
		return did
	}
	passes, fails := func(*Trial) {}, func(t *Trial) { t.Fail("a", "b") }
	borrow(fails) // did:plc:n1 is lent to nobody again
	lent := map[string]bool{}
	for range 50 {
		lent[borrow(passes)] = true
	}
	if lent["did:plc:n1"] {
		t.Error("the account of a failed trial was lent again")
	}
	if len(lent) >= 50 || int(made.Load()) != len(lent)+1 {
		t.Errorf("%d accounts lent, %d made", len(lent), made.Load())
	}
	var first, second string
	Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) {
		first = t.Borrow(ctx).DID
		second = t.Borrow(ctx).DID
	}), bench)
	if first == "" || first == second {
		t.Errorf("one account was lent twice at a time: %s", first)
	}
}

func TestBorrowFromAServerThatRefuses(t *testing.T) {
	t.Parallel()
	bench := served(t, answers(400, `{"error":"Odd"}`))
	verdict := Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) { t.Borrow(ctx) }), bench)
	if verdict.Reason != "it relies on server.createAccount.success, which failed" || len(verdict.Exchanges) != 1 {
		t.Errorf("got %+v", verdict)
	}
	if len(bench.Ledger.Of("server.createAccount.success")) != 1 {
		t.Error("no finding")
	}
}
