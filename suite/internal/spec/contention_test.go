package spec

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// still is a bench of a target to which nothing is sent.
func still() *Bench {
	client := xrpc.NewClient("http://127.0.0.1:1", time.Minute, xrpc.NewSecrets())
	server := target.New(target.Options{Client: client, Random: rand.New(rand.NewPCG(1, 2))})
	return NewBench(server, map[string]Recipe{}, func(xrpc.Exchange) []Finding { return nil })
}

// tryAll tries a check under as many IDs at once and returns how each ended, in
// no order, when all have.
func tryAll(ctx context.Context, t *testing.T, bench *Bench, cases int, run func(context.Context, *Trial)) func() []Verdict {
	t.Helper()
	verdicts := make([]Verdict, cases)
	var group sync.WaitGroup
	for i := range cases {
		group.Go(func() { verdicts[i] = Try(ctx, one(fmt.Sprintf("server.read.x%d", i), run), bench) })
	}
	return func() []Verdict { group.Wait(); return verdicts }
}

// Of all that ask at once, one gathers the evidence, and the others wait for it.
func TestOnceUnderContention(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bench, gate, runs := still(), make(chan struct{}), 0
		wait := tryAll(t.Context(), t, bench, 16, func(ctx context.Context, trial *Trial) {
			value := Once(ctx, trial, "shared", func(context.Context, *Trial) int { runs++; <-gate; return 7 })
			if value != 7 {
				trial.Fail("7", fmt.Sprint(value))
			}
		})
		synctest.Wait()
		if runs != 1 {
			t.Errorf("%d gather at once", runs)
		}
		close(gate)
		for _, verdict := range wait() {
			if verdict.Outcome != reports.Passed {
				t.Errorf("%+v", verdict)
			}
		}
		if runs != 1 {
			t.Errorf("%d have gathered", runs)
		}
	})
}

// Where the one that gathers breaks down, another takes over: each that waits
// comes to a verdict of its own.
func TestOnceUnderContentionBreaksDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bench, gate, runs := still(), make(chan struct{}), 0
		wait := tryAll(t.Context(), t, bench, 8, func(ctx context.Context, trial *Trial) {
			Once(ctx, trial, "shared", func(context.Context, *Trial) int {
				if runs++; runs == 1 {
					<-gate
					panic("by a fault of the suite")
				}
				return 7
			})
		})
		synctest.Wait()
		close(gate)
		outcomes := map[reports.Outcome]int{}
		for _, verdict := range wait() {
			outcomes[verdict.Outcome]++
		}
		if outcomes[reports.Errored] != 1 || outcomes[reports.Passed] != 7 || runs != 2 {
			t.Errorf("%v after %d have gathered", outcomes, runs)
		}
	})
}

// An interruption ends all that wait, though the one that gathers goes on.
func TestOnceUnderContentionInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bench, gate := still(), make(chan struct{})
		ctx, interrupt := context.WithCancel(t.Context())
		wait := tryAll(ctx, t, bench, 8, func(ctx context.Context, trial *Trial) {
			Once(ctx, trial, "shared", func(context.Context, *Trial) int { <-gate; return 7 })
		})
		synctest.Wait()
		interrupt()
		synctest.Wait()
		close(gate)
		outcomes := map[reports.Outcome]int{}
		for _, verdict := range wait() {
			outcomes[verdict.Outcome]++
		}
		if outcomes[reports.Blocked] != 7 || outcomes[reports.Passed] != 1 {
			t.Errorf("%v", outcomes)
		}
	})
}

// No two trials hold the same, however many take at once, and what a trial
// leaves goes to the next.
func TestStockUnderContention(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var stock Stock[int]
		var mutex sync.Mutex
		made, held := 0, map[int]bool{}
		gate := make(chan struct{})
		produce := func() int {
			mutex.Lock()
			defer mutex.Unlock()
			made++
			return made
		}
		bench := still()
		take := func(_ context.Context, trial *Trial) {
			value := stock.Take(trial, produce)
			mutex.Lock()
			taken := held[value]
			held[value] = true
			mutex.Unlock()
			<-gate
			if taken || stock.Take(trial, produce) != value {
				trial.Fail("one of its own", "one that another trial holds")
			}
			mutex.Lock()
			delete(held, value)
			mutex.Unlock()
		}
		wait := tryAll(t.Context(), t, bench, 8, take)
		synctest.Wait()
		close(gate)
		for _, verdict := range append(wait(), tryAll(t.Context(), t, bench, 1, take)()...) {
			if verdict.Outcome != reports.Passed {
				t.Errorf("%+v", verdict)
			}
		}
		if made != 8 {
			t.Errorf("%d were made for 8 at once and one later", made)
		}
	})
}

// What is used up goes to nobody else.
func TestStockUsed(t *testing.T) {
	t.Parallel()
	var stock Stock[int]
	made := 0
	produce := func() int { made++; return made }
	bench := still()
	for want := 1; want <= 2; want++ {
		verdict := Try(t.Context(), one("server.read.x", func(_ context.Context, trial *Trial) {
			if _, there := stock.Used(trial); there {
				trial.Fail("nothing", "what was never taken")
			}
			stock.Take(trial, produce)
			if used, there := stock.Used(trial); !there || used != want {
				trial.Fail(fmt.Sprint(want), fmt.Sprint(used))
			}
		}), bench)
		if verdict.Outcome != reports.Passed {
			t.Errorf("%+v", verdict)
		}
	}
}

// A trial leaves what it holds to the next only where it is sure that it was not
// used up.
func TestStockPutBack(t *testing.T) {
	t.Parallel()
	foreign := func(trial *Trial, exchange xrpc.Exchange) { trial.AfterForeignSuccess(exchange) }
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		after  func(*Trial, xrpc.Exchange)
		kept   bool
	}{
		"refused":                         {answers(400, `{}`), nil, true},
		"refused, by another's token":     {answers(401, `{}`), foreign, true},
		"accepted, by another's token":    {answers(200, `{}`), foreign, false},
		"a fault of the server":           {answers(500, `{}`), nil, false},
		"no answer":                       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, false},
		"accepted, which the recipe sees": {answers(200, `{}`), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stock Stock[int]
			made, bench := 0, served(t, test.answer)
			take := func(ctx context.Context, trial *Trial) {
				stock.Take(trial, func() int { made++; return made })
				exchange := trial.Do(ctx, read())
				if test.after != nil {
					test.after(trial, exchange)
				}
			}
			for range 2 {
				Try(t.Context(), one("server.read.x", take), bench)
			}
			if kept := made == 1; kept != test.kept {
				t.Errorf("%d were made for two trials", made)
			}
		})
	}
}

// What was part of a request that was refused is in none that has to succeed.
func TestStockUnused(t *testing.T) {
	t.Parallel()
	var stock Stock[string]
	made, bench := 0, served(t, answers(400, `{}`))
	bench.Recipes[readMethod] = Recipe{Request: func(_ context.Context, trial *Trial) xrpc.Request {
		return xrpc.Query(readMethod, nil).WithParameter("code", stock.Take(trial, func() string { made++; return fmt.Sprint(made) }))
	}}
	var sent []string
	for _, request := range []func(*Trial, context.Context, string) xrpc.Request{(*Trial).ValidRequest, (*Trial).ValidRequest, (*Trial).UnusedRequest} {
		Try(t.Context(), one("server.read.x", func(ctx context.Context, trial *Trial) {
			made := request(trial, ctx, readMethod)
			sent = append(sent, made.Query.Get("code"))
			trial.Do(ctx, made)
		}), bench)
	}
	if got := fmt.Sprint(sent); got != "[1 1 2]" {
		t.Errorf("the requests have %s", got)
	}
}
