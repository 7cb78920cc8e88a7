package spec

import (
	"context"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Bench is what the cases of a run share.
type Bench struct {
	Target  *target.Target
	Recipes map[string]Recipe // by NSID
	Ledger  *Ledger

	// Observe judges any exchange by what holds for every answer.
	Observe func(xrpc.Exchange) []Finding

	// Sample makes a placeholder request to a method of the catalogue, by which
	// is found out whether the target offers it; nil asks nobody.
	Sample func(nsid string) (xrpc.Request, bool)

	// Notify is told what a run is waiting for; nil tells nobody.
	Notify func(string)

	mutex  sync.Mutex
	memo   map[string]any
	offers *offers
}

func (b *Bench) note(text string) {
	if b.Notify != nil {
		b.Notify(text)
	}
}

// NewBench makes the bench of a run.
func NewBench(server *target.Target, recipes map[string]Recipe, observe func(xrpc.Exchange) []Finding) *Bench {
	return &Bench{Target: server, Recipes: recipes, Observe: observe, Ledger: NewLedger(), memo: map[string]any{}, offers: newOffers()}
}

// evidence is what an evidence function returned when it first ran.
type evidence struct {
	value     any
	exchanges []xrpc.Exchange
	stop      *stop
}

// Once runs a function for the first trial that asks under a name, and gives
// its result to all that ask later, each with the exchanges as its evidence. A
// trial that it ended ends the later ones alike. So one exchange can show many
// things, and the order of cases makes no difference.
func Once[T any](ctx context.Context, t *Trial, name string, produce func(context.Context, *Trial) T) T {
	t.bench.mutex.Lock()
	known, ok := t.bench.memo[name].(*evidence)
	t.bench.mutex.Unlock()
	if !ok {
		known = gather(ctx, t, func(ctx context.Context, inner *Trial) any { return produce(ctx, inner) })
		if ctx.Err() == nil {
			t.bench.mutex.Lock()
			t.bench.memo[name] = known
			t.bench.mutex.Unlock()
		}
	}
	t.exchanges = append(t.exchanges, known.exchanges...)
	if known.stop != nil {
		panic(known.stop)
	}
	value, _ := known.value.(T)
	return value
}

func gather(ctx context.Context, t *Trial, produce func(context.Context, *Trial) any) (found *evidence) {
	inner := &Trial{requirement: t.requirement, bench: t.bench}
	found = &evidence{}
	defer func() {
		found.exchanges = inner.exchanges
		if r := recover(); r != nil {
			ended, ok := r.(*stop)
			if !ok {
				t.exchanges = append(t.exchanges, inner.exchanges...)
				panic(r)
			}
			found.stop = ended
		}
	}()
	found.value = produce(ctx, inner)
	return found
}
