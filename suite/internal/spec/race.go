package spec

import (
	"context"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Race sends requests at the same time, each on a connection of its own, and
// returns the exchanges in the order of the requests. None is sent twice.
func (t *Trial) Race(ctx context.Context, requests []xrpc.Request) []xrpc.Exchange {
	t.permit(ctx, requests...)
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
	return t.raced(ctx, exchanges)
}

// Pipeline is Race on one connection, all requests before the first answer.
func (t *Trial) Pipeline(ctx context.Context, requests []xrpc.Request) []xrpc.Exchange {
	t.permit(ctx, requests...)
	return t.raced(ctx, t.bench.Target.Client().Pipeline(ctx, requests))
}

func (t *Trial) raced(ctx context.Context, exchanges []xrpc.Exchange) []xrpc.Exchange {
	for _, exchange := range exchanges {
		t.keep(exchange)
	}
	t.cutOff(ctx, exchanges...)
	for _, exchange := range exchanges {
		t.observe(exchange)
	}
	return exchanges
}
