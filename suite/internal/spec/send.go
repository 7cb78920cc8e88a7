package spec

import (
	"context"
	"errors"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Do sends a request as part of the trial: the exchange is kept as evidence
// and held against what is true of every answer. Where the target refuses it by a
// limit, the request is sent again after that; both exchanges are kept.
func (t *Trial) Do(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	exchange := t.DoUnobserved(ctx, request)
	t.observe(exchange)
	return exchange
}

// DoUnobserved is Do for a request to which the texts leave the form of the
// answer open, such as one with the wrong HTTP method.
func (t *Trial) DoUnobserved(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	for times := 0; ; times++ {
		exchange := t.send(ctx, request)
		t.cutOff(ctx, exchange)
		t.usable(exchange)
		if !t.pace().Again(exchange, times) {
			t.demandOffered(ctx, exchange)
			return exchange
		}
	}
}

func (t *Trial) send(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	defer t.permit(ctx, request)()
	exchange := t.bench.Target.Client().Do(ctx, request)
	t.keep(exchange)
	return exchange
}

// permit ends the trial where requests must not be sent, lets the journal know
// of what they may make, and waits while the target wants none. The function
// that it returns is called once the exchanges are kept.
func (t *Trial) permit(ctx context.Context, requests ...xrpc.Request) (done func()) {
	if missing := t.Target().Reserve(requests...); missing != nil {
		t.Block(missing.Reason, missing.Unlock)
	}
	release := func() { t.Target().Release(requests...) }
	for _, request := range requests {
		if err := t.Target().Announce(request); err != nil {
			release()
			panic(&stop{outcome: reports.Errored, reason: err.Error(), fault: reports.FaultSuite})
		}
	}
	sent, err := t.pace().Wait(ctx, requests...)
	if err != nil {
		release()
		t.exhausted(err)
	}
	done = func() { sent(); release() }
	if ctx.Err() != nil {
		done()
		t.interrupted(ctx)
	}
	return done
}

// keep takes an exchange as evidence, and takes note of what it made.
func (t *Trial) keep(exchange xrpc.Exchange) {
	t.exchanges = append(t.exchanges, exchange.Brief())
	t.Target().Track(exchange)
}

func (t *Trial) pace() *xrpc.Pace { return t.Target().Client().Pace() }

// exhausted ends the trial where requests can't be sent at the target's pace.
func (t *Trial) exhausted(err error) {
	var exhausted *xrpc.Exhausted
	if errors.As(err, &exhausted) {
		t.Block(exhausted.Reason, exhausted.Unlock)
	}
}

func (t *Trial) interrupted(ctx context.Context) {
	if ctx.Err() != nil {
		t.Block(Interruption(ctx), "")
	}
}

// cutOff ends the trial where an exchange has no answer because the run was
// interrupted, before the target is blamed for that. An answer is the caller's
// to take note of, whatever came meanwhile.
func (t *Trial) cutOff(ctx context.Context, exchanges ...xrpc.Exchange) {
	for _, exchange := range exchanges {
		if exchange.Err != nil {
			t.interrupted(ctx)
		}
	}
}

// usable ends the trial where the target refuses what the run was given.
func (t *Trial) usable(exchange xrpc.Exchange) {
	if missing := t.Target().Unusable(exchange); missing != nil {
		t.Unless(missing)
	}
}

// Baseline returns a valid request to a method with its answer, sent once for
// all cases of a run. It ends the trial where the method can't be called, or
// refuses what it ought to accept.
func (t *Trial) Baseline(ctx context.Context, nsid string) Baseline {
	return Once(ctx, t, "baseline "+nsid, func(ctx context.Context, t *Trial) Baseline {
		recipe := t.bench.Recipes[nsid]
		if missing := t.missing(recipe); missing {
			if recipe.Placeholder == nil {
				t.Need(recipe.Needs...)
			}
			return Baseline{Exchange: t.Do(ctx, recipe.Placeholder(t)), Placeholder: true}
		}
		exchange := t.Do(ctx, t.UnusedRequest(ctx, nsid))
		t.Rely(exchange)
		t.AfterSuccess(ctx, nsid, exchange)
		return Baseline{Exchange: exchange}
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

// ValidRequest makes a fresh valid request to a method, not sent yet; one of
// placeholder values where no other can be made.
func (t *Trial) ValidRequest(ctx context.Context, nsid string) xrpc.Request {
	recipe := t.bench.Recipes[nsid]
	if !t.missing(recipe) {
		return recipe.Request(ctx, t)
	}
	if recipe.Placeholder == nil {
		t.Need(recipe.Needs...)
	}
	return recipe.Placeholder(t)
}

// UnusedRequest is ValidRequest for a request that is expected to succeed: nothing
// in it has been part of another that was refused, since a target may have used it
// up all the same.
func (t *Trial) UnusedRequest(ctx context.Context, nsid string) xrpc.Request {
	t.unused = true
	defer func() { t.unused = false }()
	return t.ValidRequest(ctx, nsid)
}

// Recipe returns how a method is called.
func (t *Trial) Recipe(nsid string) Recipe { return t.bench.Recipes[nsid] }

// AfterSuccess takes note of a request's success, so that what it used up is made
// anew. It must be called for a broken request that succeeded as well.
func (t *Trial) AfterSuccess(ctx context.Context, nsid string, exchange xrpc.Exchange) {
	if afterSuccess := t.bench.Recipes[nsid].AfterSuccess; afterSuccess != nil && exchange.Succeeded() {
		afterSuccess(ctx, t, exchange)
	}
}

// AfterForeignSuccess is AfterSuccess for a request with another credential than
// the recipe's: whose account it changed, and how, is not for the recipe to say.
func (t *Trial) AfterForeignSuccess(exchange xrpc.Exchange) {
	t.spent = t.spent || exchange.Succeeded()
}

func (t *Trial) observe(exchange xrpc.Exchange) {
	for _, finding := range t.bench.Observe(exchange) {
		finding.SeenIn = t.requirement.ID
		finding.Exchange = exchange
		t.bench.Ledger.Add(finding)
	}
}
