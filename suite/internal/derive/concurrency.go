package derive

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// concurrency asks that a request which comes twice at once, as from a client
// that tries again too soon, is no fault of the server. Which of the two
// succeeds, or both, is open.
func (b *builder) concurrency() {
	if b.method.IsQuery() {
		return
	}
	nsid := b.method.NSID
	b.add(protocol(reports.Must, "concurrency.twice", "A request that comes twice at once is answered or refused each time, and is no fault of the server.", sourceStatus),
		func(ctx context.Context, t *spec.Trial) {
			t.Need(b.recipe.Needs...)
			t.Baseline(ctx, nsid)
			request := t.UnusedRequest(ctx, nsid)
			exchanges := t.Race(ctx, []xrpc.Request{request, request})
			settled := false
			for _, exchange := range exchanges {
				if exchange.Succeeded() && !settled {
					t.AfterSuccess(ctx, nsid, exchange)
					settled = true
				}
			}
			for _, exchange := range exchanges {
				t.Expect(exchange, check.NoFault())
			}
		})
}
