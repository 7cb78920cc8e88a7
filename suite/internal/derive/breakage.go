package derive

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// breakage is one way to break a valid request, which the target has to
// refuse.
type breakage struct {
	obligation
	apply    change
	valid    change // what the breakage is made in, where a valid request lacks it
	within   string // names that
	named    bool   // whether the refusal should be named as one of the schema's
	disputed bool   // whether a server may accept it
}

// change makes another request of one.
type change = func(xrpc.Request) xrpc.Request

// refusal adds the requirement that a broken request is refused.
func (b *builder) refusal(o obligation, apply change) {
	b.refuse(breakage{obligation: o, apply: apply})
}

// schemaRefusal is refusal where it is the input's schema that is broken, for
// which refusals have a common name.
func (b *builder) schemaRefusal(o obligation, apply change) {
	b.refuse(breakage{obligation: o, apply: apply, named: true})
}

// disputedRefusal is refusal where a server may as well accept the request.
func (b *builder) disputedRefusal(o obligation, apply change) {
	b.refuse(breakage{obligation: o, apply: apply, disputed: true})
}

// refuse sends the valid request first: it must have succeeded, or at least
// been refused in another way, or else the refusal may have any reason.
func (b *builder) refuse(broken breakage) {
	b.broken = append(b.broken, broken)
	b.add(broken.obligation, func(ctx context.Context, t *spec.Trial) {
		baseline := t.Baseline(ctx, b.method.NSID)
		if broken.valid != nil && !baseline.Placeholder {
			b.acceptedWith(ctx, t, broken)
		}
		exchange := b.send(ctx, t, broken)
		if broken.disputed && exchange.Succeeded() {
			t.NotObserved("the target accepts what revisions of the specification disagree on")
		}
		t.Expect(exchange, check.Refused())
		if baseline.Placeholder && check.Alike(baseline.Exchange, exchange) {
			b.undecided(t, exchange)
		}
	})
}

// acceptedWith shows that a request with valid values where another will be
// broken is accepted; a refusal of the broken one may have any reason otherwise.
func (b *builder) acceptedWith(ctx context.Context, t *spec.Trial, broken breakage) {
	exchange := spec.Once(ctx, t, "valid "+b.id(broken.within), func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		exchange := t.Do(ctx, broken.valid(t.UnusedRequest(ctx, b.method.NSID)))
		t.AfterSuccess(ctx, b.method.NSID, exchange)
		return exchange
	})
	if !exchange.Succeeded() {
		t.NotObserved("the target refuses a well-formed value in this place as well: %s", check.Answer(exchange))
	}
}

// send sends a broken request, once in a run.
func (b *builder) send(ctx context.Context, t *spec.Trial, broken breakage) xrpc.Exchange {
	return spec.Once(ctx, t, "broken "+b.id(broken.suffix), func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		exchange := t.Do(ctx, broken.apply(t.ValidRequest(ctx, b.method.NSID)))
		t.AfterSuccess(ctx, b.method.NSID, exchange)
		return exchange
	})
}

// undecided ends a trial in which the answer would have been the same anyway.
func (b *builder) undecided(t *spec.Trial, exchange xrpc.Exchange) {
	for _, capability := range b.recipe.Needs {
		if missing := t.Target().Missing(capability); missing != nil {
			t.Block(fmt.Sprintf("%s: a request without a fault is refused alike (%s)",
				missing.Reason, check.Answer(exchange)), missing.Unlock)
		}
	}
}

// tolerated adds the requirement that a request with something unusual but
// legal in it is answered as one without.
func (b *builder) tolerated(o obligation, apply change) {
	nsid := b.method.NSID
	b.add(o, func(ctx context.Context, t *spec.Trial) {
		baseline, request := t.Baseline(ctx, nsid), t.UnusedRequest(ctx, nsid)
		exchange := t.Do(ctx, apply(request))
		t.AfterSuccess(ctx, nsid, exchange)
		if baseline.Placeholder && check.Alike(baseline.Exchange, exchange) {
			return
		}
		b.expectAsWithout(ctx, t, exchange, request)
	})
}

// expectAsWithout expects success of a request with something in it that makes no
// difference. Where its credential was refused, the request without that comes
// next: if that is refused as well, the session has ended meanwhile, and nothing is
// known. Other refusals may have used up what both requests have.
func (b *builder) expectAsWithout(ctx context.Context, t *spec.Trial, exchange xrpc.Exchange, without xrpc.Request) {
	if nsid := b.method.NSID; refusesCredential(exchange) && !t.Baseline(ctx, nsid).Placeholder {
		again := t.Do(ctx, without)
		t.AfterSuccess(ctx, nsid, again)
		t.Rely(again)
	}
	t.Expect(exchange, check.Succeeds())
}

func refusesCredential(exchange xrpc.Exchange) bool {
	return exchange.Answered() && exchange.Status == http.StatusUnauthorized || slices.Contains([]string{"ExpiredToken", "InvalidToken"}, exchange.ErrorName())
}

// refusalsNamed asks that refusals of the schema carry the name by which
// clients know them.
func (b *builder) refusalsNamed() {
	named := slices.DeleteFunc(slices.Clone(b.broken), func(broken breakage) bool { return !broken.named })
	if len(named) == 0 {
		return
	}
	names := []string{"InvalidRequest"}
	for _, declared := range b.method.Errors {
		names = append(names, declared.Name)
	}
	b.add(obligation{
		"input.refusal-named", "Input that does not fit the schema is refused with 400 InvalidRequest, or a declared error.",
		reports.Should, reports.Reference, sourceErrors,
	}, func(ctx context.Context, t *spec.Trial) {
		t.Baseline(ctx, b.method.NSID)
		for _, broken := range named {
			exchange := b.send(ctx, t, broken)
			if exchange.Succeeded() {
				continue // another requirement's failure
			}
			t.ExpectThat(broken.title, exchange, check.RefusedWith(http.StatusBadRequest, names...))
		}
	})
}
