package xrpc

import (
	"context"
	"sync"
)

// lanes keep the requests to a method apart from a race of others to it, which
// the server counts.
type lanes struct{ byMethod sync.Map }

func (l *lanes) of(nsid string) *sync.RWMutex {
	lane, _ := l.byMethod.LoadOrStore(nsid, new(sync.RWMutex))
	return lane.(*sync.RWMutex)
}

// Alone waits until no request to a method is under way, and keeps others from
// being sent until end is called: the server then counts only those of race.
func (c *Client) Alone(nsid string) (race func(context.Context, []Request) []Exchange, end func()) {
	lane := c.lanes.of(nsid)
	lane.Lock()
	return func(ctx context.Context, requests []Request) []Exchange { return atOnce(ctx, requests, c.do) }, lane.Unlock
}

// Race sends requests at the same time, each on a connection of its own, and
// returns the exchanges in the order of the requests. Others may be sent
// meanwhile.
func (c *Client) Race(ctx context.Context, requests []Request) []Exchange {
	return atOnce(ctx, requests, c.Do)
}

func atOnce(ctx context.Context, requests []Request, send func(context.Context, Request) Exchange) []Exchange {
	exchanges := make([]Exchange, len(requests))
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i, request := range requests {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			exchanges[i] = send(ctx, request)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return exchanges
}
