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

	mutex  sync.Mutex
	memo   map[string]*flight
	long   []longEvidence // of the memo, oldest first
	size   int            // bytes of it
	offers *offers
}

// NewBench makes the bench of a run.
func NewBench(server *target.Target, recipes map[string]Recipe, observe func(xrpc.Exchange) []Finding) *Bench {
	return &Bench{Target: server, Recipes: recipes, Observe: observe, Ledger: NewLedger(), memo: map[string]*flight{}, offers: newOffers()}
}

// evidence is what an evidence function returned when it first ran.
type evidence struct {
	value     any
	exchanges []xrpc.Exchange
	stop      *stop
}

// flight is evidence that is being gathered, or was.
type flight struct {
	done    chan struct{} // closed when found is there, or nothing was found
	waiting int           // trials
	found   *evidence     // nil where the function broke down
}

// Once runs a function for the first trial that asks under a name, and gives
// its result to all that ask later, each with the exchanges as its evidence. A
// trial that it ended ends the later ones alike. So one exchange can show many
// things, and the order of cases makes no difference.
func Once[T any](ctx context.Context, t *Trial, name string, produce func(context.Context, *Trial) T) T {
	known := t.bench.once(ctx, t, name, func(ctx context.Context, inner *Trial) any { return produce(ctx, inner) })
	t.exchanges = append(t.exchanges, known.exchanges...)
	if known.stop != nil {
		panic(known.stop)
	}
	value, _ := known.value.(T)
	return value
}

func (b *Bench) once(ctx context.Context, t *Trial, name string, produce func(context.Context, *Trial) any) *evidence {
	name = memoName(name)
	for {
		b.mutex.Lock()
		under := b.memo[name]
		if under == nil {
			under = &flight{done: make(chan struct{})}
			b.memo[name] = under
			b.mutex.Unlock()
			return b.lead(ctx, t, name, under, produce)
		}
		b.mutex.Unlock()
		if found := b.join(ctx, t, under); found != nil {
			return found
		}
	}
}

// lead gathers evidence for all who wait for it. What an interruption has cut
// short is not kept.
func (b *Bench) lead(ctx context.Context, t *Trial, name string, own *flight, produce func(context.Context, *Trial) any) *evidence {
	defer func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		if own.found == nil || ctx.Err() != nil {
			delete(b.memo, name)
		} else {
			b.bound(name, own.found)
		}
		b.Target.Resume(own.waiting)
		own.waiting = 0
		close(own.done)
	}()
	own.found = gather(ctx, t, produce)
	return own.found
}

// join waits for what another trial gathers; nil where nothing came of it.
func (b *Bench) join(ctx context.Context, t *Trial, other *flight) *evidence {
	b.mutex.Lock()
	select {
	case <-other.done:
		b.mutex.Unlock()
		return other.found
	default:
	}
	other.waiting++
	b.mutex.Unlock()
	b.Target.Leave()
	select {
	case <-other.done:
		return other.found
	case <-ctx.Done():
	}
	b.mutex.Lock()
	if other.waiting > 0 { // or else the other has let it back in already
		other.waiting--
		b.Target.Resume(1)
	}
	b.mutex.Unlock()
	t.interrupted(ctx)
	return nil
}

func gather(ctx context.Context, t *Trial, produce func(context.Context, *Trial) any) (found *evidence) {
	inner := &Trial{requirement: t.requirement, bench: t.bench, outer: t}
	found = &evidence{}
	defer inner.release()
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
