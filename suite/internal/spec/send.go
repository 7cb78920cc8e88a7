package spec

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

const (
	longestWait = 10 * time.Second // for a rate limit to pass, once
	maxWaits    = 3
)

// Do sends a request as part of the trial: the exchange is kept as evidence
// and held against what is true of every answer. Where the target asks to wait
// and the wait is short, the request is sent again after it; both exchanges
// are kept.
func (t *Trial) Do(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	exchange := t.DoUnobserved(ctx, request)
	t.observe(exchange)
	return exchange
}

// DoUnobserved is Do for a request to which the texts leave the form of the
// answer open, such as one with the wrong HTTP method.
func (t *Trial) DoUnobserved(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	var exchange xrpc.Exchange
	for waits := 0; ; waits++ {
		exchange = t.bench.Target.Client().Do(ctx, request)
		t.exchanges = append(t.exchanges, exchange)
		wait := retryAfter(exchange)
		if !exchange.RateLimited() || waits == maxWaits || wait > longestWait {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
			continue
		}
		break
	}
	if ctx.Err() != nil {
		t.Block("the run was interrupted", "")
	}
	return exchange
}

// retryAfter is how long an answer asks to wait.
// Source: RFC 9110, section 10.2.3
func retryAfter(exchange xrpc.Exchange) time.Duration {
	for _, name := range []string{"Retry-After", "RateLimit-Reset"} {
		seconds, err := strconv.Atoi(exchange.Header.Get(name))
		if err != nil {
			continue
		}
		if seconds > 1<<20 { // RateLimit-Reset as a point in time
			return max(time.Until(time.Unix(int64(seconds), 0)), 0)
		}
		return time.Duration(seconds) * time.Second
	}
	return time.Second
}

// Sound returns an unbroken request to a method with its answer, sent once for
// all cases of a run. It ends the trial where the method can't be called, or
// refuses what it ought to accept.
func (t *Trial) Sound(ctx context.Context, nsid string) Sound {
	return Once(ctx, t, "sound "+nsid, func(ctx context.Context, t *Trial) Sound {
		recipe := t.bench.Recipes[nsid]
		if missing := t.missing(recipe); missing {
			if recipe.Stranger == nil {
				t.Need(recipe.Needs...)
			}
			return Sound{Exchange: t.Do(ctx, recipe.Stranger(t)), Stranger: true}
		}
		exchange := t.Do(ctx, recipe.Request(ctx, t))
		t.Rely(exchange)
		t.Settle(ctx, nsid, exchange)
		return Sound{Exchange: exchange}
	})
}

func (t *Trial) missing(recipe Recipe) bool {
	for _, capability := range recipe.Needs {
		if t.Target().Missing(capability) != nil {
			return true
		}
	}
	return false
}

// Unbroken makes a fresh unbroken request to a method, not sent yet; one of a
// stranger's values where no other can be made.
func (t *Trial) Unbroken(ctx context.Context, nsid string) xrpc.Request {
	recipe := t.bench.Recipes[nsid]
	if !t.missing(recipe) {
		return recipe.Request(ctx, t)
	}
	if recipe.Stranger == nil {
		t.Need(recipe.Needs...)
	}
	return recipe.Stranger(t)
}

// Recipe returns how a method is called.
func (t *Trial) Recipe(nsid string) Recipe { return t.bench.Recipes[nsid] }

// Settle takes note of a request's success, so that what it used up is made
// anew. It must be called for a broken request that succeeded as well.
func (t *Trial) Settle(ctx context.Context, nsid string, exchange xrpc.Exchange) {
	if settle := t.bench.Recipes[nsid].Settle; settle != nil && exchange.Succeeded() {
		settle(ctx, t, exchange)
	}
}

// Race sends requests at the same time, each on a connection of its own, and
// returns the exchanges in the order of the requests. None is sent twice.
func (t *Trial) Race(ctx context.Context, requests []xrpc.Request) []xrpc.Exchange {
	exchanges := make([]xrpc.Exchange, len(requests))
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i, request := range requests {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			exchanges[i] = t.bench.Target.Client().Do(ctx, request)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	for _, exchange := range exchanges {
		t.exchanges = append(t.exchanges, exchange)
		t.observe(exchange)
	}
	if ctx.Err() != nil {
		t.Block("the run was interrupted", "")
	}
	return exchanges
}

func (t *Trial) observe(exchange xrpc.Exchange) {
	for _, finding := range t.bench.Observe(exchange) {
		finding.SeenIn = t.requirement.ID
		finding.Exchange = exchange
		t.bench.Ledger.Add(finding)
	}
}
