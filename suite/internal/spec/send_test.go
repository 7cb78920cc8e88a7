package spec

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// limitedAtFirst answers that many requests with 429, then with success.
func limitedAtFirst(times int32, header, value string) http.HandlerFunc {
	var requests atomic.Int32
	return func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) <= times {
			w.Header().Set(header, value)
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
}

// TestRateLimits waits for limits to pass, without one that takes time.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handle   http.HandlerFunc
		statuses []int
		want     reports.Outcome
	}{
		"none":            {limitedAtFirst(0, "", ""), []int{200}, reports.Passed},
		"one":             {limitedAtFirst(1, "Retry-After", "0"), []int{429, 200}, reports.Passed},
		"as many as wait": {limitedAtFirst(xrpc.MaxWaits, "Retry-After", "0"), []int{429, 429, 429, 200}, reports.Passed},
		"one more":        {limitedAtFirst(xrpc.MaxWaits+1, "Retry-After", "0"), []int{429, 429, 429, 429}, reports.Blocked},
		"a year":          {limitedAtFirst(1, "Retry-After", "31536000"), []int{429}, reports.Blocked},
		"a longer wait":   {limitedAtFirst(1, "Retry-After", "99999999"), []int{429}, reports.Blocked},
		"a far date":      {limitedAtFirst(1, "Retry-After", "Fri, 31 Dec 2999 23:59:59 GMT"), []int{429}, reports.Blocked},
		"a past date":     {limitedAtFirst(1, "Retry-After", "Tue, 18 Apr 2023 20:41:07 GMT"), []int{429, 200}, reports.Passed},
		"reset in 0":      {limitedAtFirst(1, "RateLimit-Reset", "0"), []int{429, 200}, reports.Passed},
		"reset was":       {limitedAtFirst(1, "RateLimit-Reset", "1681850467"), []int{429, 200}, reports.Passed},
		"reset will be":   {limitedAtFirst(1, "RateLimit-Reset", "4102444800"), []int{429}, reports.Blocked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := served(t, test.handle)
			var observed []string
			bench.Observe = func(exchange xrpc.Exchange) []Finding {
				observed = append(observed, fmt.Sprint(exchange.Status))
				return nil
			}
			verdict := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) {
				t.Expect(t.Do(ctx, read()), check.Succeeds())
			}), bench)
			if diff := cmp.Diff(test.statuses, statuses(verdict.Exchanges)); diff != "" || verdict.Outcome != test.want {
				t.Errorf("%s, exchanges (-want +got):\n%s", verdict.Outcome, diff)
			}
			if len(observed) != 1 || observed[0] != fmt.Sprint(test.statuses[len(test.statuses)-1]) {
				t.Errorf("observed %v, want the last exchange alone", observed)
			}
		})
	}
}

// A run that is stopped while it waits does not wait any longer.
func TestInterruptedWhileWaiting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	bench := served(t, limitedAtFirst(1, "Retry-After", "10"))
	bench.Target.Client().Pace().Expect(1, func(string) { cancel() })
	verdict := Try(ctx, one("server.read.x", func(ctx context.Context, t *Trial) { t.Do(ctx, read()) }), bench)
	if verdict.Reason != wasInterrupted.Reason || len(verdict.Exchanges) != 1 {
		t.Errorf("got %+v", verdict)
	}
}

// TestObservation says who sees what.
func TestObservation(t *testing.T) {
	t.Parallel()
	bench := served(t, answers(500, ""))
	bench.Observe = func(exchange xrpc.Exchange) []Finding {
		return []Finding{{ID: "server.read.no-server-error", Actual: check.Answer(exchange)}, {ID: "server.read.envelope", SeenIn: "nobody"}}
	}
	Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) { t.DoUnobserved(ctx, read()) }), bench)
	if found := seenBy(bench.Ledger, "server.make.x"); len(found) != 0 {
		t.Errorf("DoUnobserved: %v", found)
	}
	verdict := Try(t.Context(), one("server.make.y", func(ctx context.Context, t *Trial) {
		t.Do(ctx, read().WithParameter("n", "1"))
		t.Race(ctx, []xrpc.Request{read().WithParameter("n", "2"), read().WithParameter("n", "3")})
	}), bench)
	if verdict.Outcome != reports.Passed {
		t.Errorf("findings are no verdict of the case: %+v", verdict)
	}
	var got []string
	for _, finding := range seenBy(bench.Ledger, "server.make.y") {
		got = append(got, finding.ID+" "+finding.Exchange.Request.Query.Get("n"))
	}
	want := []string{"server.read.envelope 1", "server.read.envelope 2", "server.read.envelope 3",
		"server.read.no-server-error 1", "server.read.no-server-error 2", "server.read.no-server-error 3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// All requests of a race arrive before any is answered: the server waits for
// the last one.
func TestRace(t *testing.T) {
	t.Parallel()
	const runners = 8
	var requests atomic.Int32
	all := make(chan struct{})
	bench := served(t, func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) == runners {
			close(all)
		}
		<-all
		if requests.Load() == runners && r.URL.Query().Get("n") == "3" {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		fmt.Fprintf(w, `{"n":%q}`, r.URL.Query().Get("n"))
	})
	verdict := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) {
		all := make([]xrpc.Request, runners)
		for i := range all {
			all[i] = read().WithParameter("n", fmt.Sprint(i))
		}
		for i, exchange := range t.Race(ctx, all) {
			if exchange.String("n") != fmt.Sprint(i) {
				t.Failf("the order of the requests", "%d is answered with %s", i, exchange.Body)
			}
		}
	}), bench)
	if verdict.Outcome != reports.Passed || len(verdict.Exchanges) != runners || requests.Load() != runners {
		t.Errorf("%d requests, want each once; %+v", requests.Load(), verdict)
	}
}

func TestPipeline(t *testing.T) {
	t.Parallel()
	bench := served(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"n":%q}`, r.URL.Query().Get("n")) })
	verdict := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) {
		for i, exchange := range t.Pipeline(ctx, []xrpc.Request{read().WithParameter("n", "0"), read().WithParameter("n", "1")}) {
			if exchange.String("n") != fmt.Sprint(i) {
				t.Failf("the order of the requests", "%d is answered with %s, %v", i, exchange.Body, exchange.Err)
			}
		}
	}), bench)
	if verdict.Outcome != reports.Passed || len(verdict.Exchanges) != 2 {
		t.Errorf("got %+v", verdict)
	}
}

// Nothing is sent that the target's budget does not allow.
func TestBudget(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(context.Context, *Trial){
		"Do":       func(ctx context.Context, t *Trial) { t.Do(ctx, read()) },
		"Race":     func(ctx context.Context, t *Trial) { t.Race(ctx, []xrpc.Request{read()}) },
		"Pipeline": func(ctx context.Context, t *Trial) { t.Pipeline(ctx, []xrpc.Request{read()}) },
	} {
		var requests atomic.Int32
		bench := served(t, counted(&requests, answers(200, "{}")), func(o *target.Options) { o.BudgetRequests = 1 })
		Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) { t.Do(ctx, read()) }), bench)
		verdict := Try(t.Context(), one("server.read.y", send), bench)
		if verdict.Outcome != reports.Blocked || verdict.Unlock != "a larger --budget-requests" || requests.Load() != 1 {
			t.Errorf("%s: %d requests, %+v", name, requests.Load(), verdict)
		}
	}
}
