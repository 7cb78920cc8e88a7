package spec

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Race sends requests to one method at the same time, each on a connection of its
// own, and returns the exchanges in the order of the requests. None is sent
// twice. Where the target offers it, they meet before the first of them commits.
func (t *Trial) Race(ctx context.Context, requests []xrpc.Request) []xrpc.Exchange {
	answered := t.permit(ctx, requests...)
	return t.raced(ctx, t.Target().Race(ctx, requests), answered)
}

// Pipeline is Race on one connection, all requests before the first answer.
func (t *Trial) Pipeline(ctx context.Context, requests []xrpc.Request) []xrpc.Exchange {
	answered := t.permit(ctx, requests...)
	return t.raced(ctx, t.bench.Target.Client().Pipeline(ctx, requests), answered)
}

func (t *Trial) raced(ctx context.Context, exchanges []xrpc.Exchange, answered func()) []xrpc.Exchange {
	for _, exchange := range exchanges {
		t.keep(exchange)
	}
	answered()
	t.cutOff(ctx, exchanges...)
	for _, exchange := range exchanges {
		t.observe(exchange)
		t.demandOffered(ctx, exchange)
	}
	return exchanges
}

// OneWinner ends the trial unless exactly one of the exchanges of a race
// succeeded. Several winners are a failure, whatever the others were told; a
// race that nobody won, or that a limit or the network disturbed, shows nothing.
func (t *Trial) OneWinner(what string, exchanges []xrpc.Exchange) {
	winners := 0
	for _, exchange := range exchanges {
		if exchange.Succeeded() {
			winners++
		}
	}
	if winners > 1 {
		t.Failf("exactly one success", "%d of %d %s succeeded; %s", winners, len(exchanges), what, t.AtOnce(len(exchanges)))
	}
	t.Undisturbed(exchanges)
	if winners == 0 {
		t.NotObserved("none of %d %s sent at the same time succeeded (%s)", len(exchanges), what, check.Answer(exchanges[0]))
	}
}

// Undisturbed ends the trial where one request of a race was limited, or its
// connection dropped: then nobody knows what would have come of it.
func (t *Trial) Undisturbed(exchanges []xrpc.Exchange) {
	for _, exchange := range exchanges {
		t.usable(exchange)
		t.unlimited(exchange)
		if exchange.Err != nil {
			t.NotObserved("of %d requests sent at the same time, the connection of one was dropped (%s)", len(exchanges), check.Answer(exchange))
		}
	}
}

// AtOnce says of a race how it was run, and how to run it again.
func (t *Trial) AtOnce(requests int) string {
	return fmt.Sprintf("the %d requests were sent at the same time (repeat: pdsconform run --only %s, or send the commands of the evidence at the same time)",
		requests, t.requirement.ID)
}
