package spec

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// UnknownMethod is an NSID under which no server offers a method.
const UnknownMethod = "com.atproto.server.pdsconformUnknownMethod"

// unknownNames are the error names by which servers say that they don't have a
// method.
var unknownNames = []string{"MethodNotImplemented", "MethodNotFound", "NotImplemented", "UnknownMethod", "XRPCNotSupported"}

// offers is which methods the target has been found to offer.
type offers struct {
	mutex sync.Mutex
	known map[string]bool // whether it does, by NSID and kind of credential
	not   map[string]bool // by NSID
	works map[string]bool // by NSID: it has answered with success
}

func newOffers() *offers {
	return &offers{known: map[string]bool{}, not: map[string]bool{}, works: map[string]bool{}}
}

// NotOffered reports whether the target was found not to implement a method,
// and no request to it has ever succeeded.
func (b *Bench) NotOffered(nsid string) bool {
	b.offers.mutex.Lock()
	defer b.offers.mutex.Unlock()
	return b.offers.not[nsid] && !b.offers.works[nsid]
}

// Works reports whether any request to a method has succeeded.
func (b *Bench) Works(nsid string) bool {
	b.offers.mutex.Lock()
	defer b.offers.mutex.Unlock()
	return b.offers.works[nsid]
}

// demandOffered ends the trial, blocked, where an answer means that the target
// doesn't implement the method at all. That is one failure, of the requirement
// that a well-formed request succeeds, however many trials come upon it.
func (t *Trial) demandOffered(ctx context.Context, exchange xrpc.Exchange) {
	if t.bench.Sample == nil {
		return
	}
	nsid, o := exchange.Request.NSID, t.bench.offers
	sample, ok := t.bench.Sample(nsid)
	if !ok || exchange.Request.Verb != sample.Verb {
		return // a preflight, say, to which a framework answers whatever the path
	}
	if exchange.Succeeded() {
		o.mutex.Lock()
		o.works[nsid] = true
		o.mutex.Unlock()
		return
	}
	if !soundsUnknown(exchange) || t.isOffered(ctx, sample, exchange) {
		return
	}
	t.bench.Ledger.Add(Finding{
		ID: SuccessID(nsid), Exchange: exchange, SeenIn: t.requirement.ID,
		Expected: "the method to be implemented", Actual: "it is not: " + check.Answer(exchange) + ", as for a method that does not exist",
	})
	t.BlockBy(SuccessID(nsid), fmt.Sprintf("the target does not implement %s", nsid))
}

// soundsUnknown reports whether an answer may mean that there is no such
// method. It may as well be about what was asked for.
func soundsUnknown(exchange xrpc.Exchange) bool {
	return exchange.Answered() && (exchange.Status == http.StatusNotImplemented || exchange.Status == http.StatusNotFound ||
		slices.Contains(unknownNames, exchange.ErrorName()))
}

// isOffered compares the answers to a method with those to one that does not
// exist, and asks once for each kind of credential.
func (t *Trial) isOffered(ctx context.Context, sample xrpc.Request, exchange xrpc.Exchange) bool {
	nsid, o := sample.NSID, t.bench.offers
	key := fmt.Sprint(nsid, exchange.Request.Authorization != "")
	o.mutex.Lock()
	offered, asked := o.known[key]
	offered = offered || o.works[nsid]
	asked = asked || o.works[nsid]
	o.mutex.Unlock()
	if asked {
		return offered
	}
	offered = t.answersAsOffered(ctx, sample, exchange)
	if ctx.Err() != nil {
		return true
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.known[key] = offered
	o.not[nsid] = o.not[nsid] || !offered
	return offered
}

// answersAsOffered sends a placeholder request without a credential, which can
// do no harm. Where that is refused before the method is looked for, the answer
// to the request with its credential decides.
func (t *Trial) answersAsOffered(ctx context.Context, sample xrpc.Request, exchange xrpc.Exchange) bool {
	unknown := sample
	unknown.NSID = UnknownMethod
	plain, made := t.ask(ctx, sample), t.ask(ctx, unknown)
	if !check.Alike(plain, made) {
		return plain.Status != http.StatusNotImplemented
	}
	if soundsUnknown(plain) {
		return false
	}
	return !check.Alike(exchange, t.ask(ctx, unknown.WithAuthorization(exchange.Request.Authorization)))
}

// ask sends a request that is no evidence against the method.
func (t *Trial) ask(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	exchange := t.send(ctx, request)
	t.cutOff(ctx, exchange)
	return exchange
}
