package target

import (
	"context"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Race sends requests to one method at the same time and returns the exchanges
// in their order. Where the target offers it they meet before the first of them
// commits, and no other request to the method comes between them; where it does
// not, or fails to, the race is as it is.
func (t *Target) Race(ctx context.Context, requests []xrpc.Request) []xrpc.Exchange {
	races, nsid := t.options.Drivers.Races, requests[0].NSID
	if races == nil {
		return t.Client().Race(ctx, requests)
	}
	race, end := t.Client().Alone(nsid)
	defer end()
	_ = races.WidenRace(ctx, nsid, len(requests))
	// Also when the run is being stopped: a window that stays wide makes the
	// method slow, and nothing else.
	defer func() { _ = races.WidenRace(context.WithoutCancel(ctx), nsid, 0) }()
	return race(ctx, requests)
}
