package spec

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pdsconform/pdsconform/reports"
)

// TestOnce shares one exchange among cases.
func TestOnce(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	bench := served(t, counted(&requests, answers(200, `{"a":"b"}`)))
	shared := func(ctx context.Context, t *Trial) {
		value := Once(ctx, t, "shared", func(ctx context.Context, t *Trial) string { return t.Do(ctx, read()).String("a") })
		if value != "b" {
			t.Fail("b", value)
		}
		t.Do(ctx, read())
	}
	for i := range 3 {
		verdict := Try(t.Context(), one(fmt.Sprintf("server.read.x%d", i), shared), bench)
		if verdict.Outcome != reports.Passed || len(verdict.Exchanges) != 2 {
			t.Errorf("case %d: %+v", i, verdict)
		}
	}
	if requests.Load() != 4 {
		t.Errorf("%d requests, want one that is shared and three of their own", requests.Load())
	}
	Try(t.Context(), one("server.read.y", func(ctx context.Context, t *Trial) {
		Once(ctx, t, "another name", func(ctx context.Context, t *Trial) any { t.Do(ctx, read()); return nil })
		if value := Once(ctx, t, "another name", func(context.Context, *Trial) any { panic("again") }); value != nil {
			t.Fail("nil", "something")
		}
	}), bench)
	if requests.Load() != 5 {
		t.Errorf("%d requests, want 5: names are told apart", requests.Load())
	}
}

// What ended the first trial ends the later ones alike.
func TestOnceReplaysStops(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(*Trial)
		want Verdict
	}{
		"failure":      {func(t *Trial) { t.Fail("a", "b") }, Verdict{Outcome: reports.Failed, Expected: "a", Actual: "b"}},
		"block":        {func(t *Trial) { t.Block("r", "u") }, Verdict{Outcome: reports.Blocked, Reason: "r", Unlock: "u"}},
		"not observed": {func(t *Trial) { t.NotObserved("r") }, Verdict{Outcome: reports.NotObserved, Reason: "r"}},
	} {
		bench := served(t, answers(200, "{}"))
		runs := 0
		ends := func(ctx context.Context, t *Trial) {
			Once(ctx, t, "ends", func(ctx context.Context, t *Trial) int {
				runs++
				t.Do(ctx, read())
				test.end(t)
				return 0
			})
			panic("not reached")
		}
		for range 3 {
			got := Try(t.Context(), one("server.read.x", ends), bench)
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(Verdict{}, "Duration", "Exchanges")); diff != "" || len(got.Exchanges) != 1 {
				t.Errorf("%s: %d exchanges, (-want +got):\n%s", name, len(got.Exchanges), diff)
			}
		}
		if runs != 1 {
			t.Errorf("%s: ran %d times", name, runs)
		}
	}
}

// Evidence may rest on other evidence.
func TestOnceInOnce(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	bench := served(t, counted(&requests, answers(200, "{}")))
	inner := func(ctx context.Context, t *Trial) int {
		return Once(ctx, t, "inner", func(ctx context.Context, t *Trial) int { return t.Do(ctx, read()).Status })
	}
	outer := func(ctx context.Context, t *Trial) int {
		return Once(ctx, t, "outer", func(ctx context.Context, t *Trial) int { return inner(ctx, t) + t.Do(ctx, read()).Status })
	}
	verdicts := []Verdict{
		Try(t.Context(), one("server.read.a", func(ctx context.Context, t *Trial) { inner(ctx, t) }), bench),
		Try(t.Context(), one("server.read.b", func(ctx context.Context, t *Trial) { outer(ctx, t) }), bench),
		Try(t.Context(), one("server.read.c", func(ctx context.Context, t *Trial) {
			if outer(ctx, t) != 400 {
				t.Fail("400", "another sum")
			}
		}), bench),
	}
	for i, want := range []int{1, 2, 2} {
		if verdicts[i].Outcome != reports.Passed || len(verdicts[i].Exchanges) != want {
			t.Errorf("case %d: %s with %d exchanges, want %d", i, verdicts[i].Outcome, len(verdicts[i].Exchanges), want)
		}
	}
	if requests.Load() != 2 {
		t.Errorf("%d requests, want 2", requests.Load())
	}
}

// What was interrupted has shown nothing: it is not kept.
func TestOnceIsNotKeptWhenInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := true
	bench := served(t, func(_ http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			cancel()
			<-r.Context().Done()
		}
	})
	runs := 0
	shared := one("server.read.x", func(ctx context.Context, t *Trial) {
		Once(ctx, t, "shared", func(ctx context.Context, t *Trial) int { runs++; return t.Do(ctx, read()).Status })
	})
	if verdict := Try(ctx, shared, bench); verdict.Outcome != reports.Blocked {
		t.Errorf("interrupted: %+v", verdict)
	}
	if verdict := Try(t.Context(), shared, bench); verdict.Outcome != reports.Passed || runs != 2 {
		t.Errorf("afterwards: ran %d times, %+v", runs, verdict)
	}
}

// A mistake of the suite keeps the evidence that led to it, and is made again
// by the next case rather than passed on as a value.
func TestOnceThatBreaksDown(t *testing.T) {
	t.Parallel()
	bench := served(t, answers(200, "{}"))
	for range 2 {
		verdict := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) {
			Once(ctx, t, "broken", func(ctx context.Context, t *Trial) int { t.Do(ctx, read()); panic("a mistake") })
		}), bench)
		if verdict.Outcome != reports.Errored || verdict.Fault != reports.FaultSuite || len(verdict.Exchanges) != 1 {
			t.Errorf("got %+v", verdict)
		}
	}
}
