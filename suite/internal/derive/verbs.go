package derive

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// verbs asks that a method is served under its own HTTP method only.
func (b *builder) verbs() {
	for _, verb := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if verb != b.method.Verb() {
			b.wrongVerb(verb)
		}
	}
}

// wrongVerb leaves the form of the refusal open: frameworks answer for
// themselves there, and real servers differ.
func (b *builder) wrongVerb(verb string) {
	nsid := b.method.NSID
	level := reports.Must
	if verb == http.MethodPut || verb == http.MethodDelete {
		level = reports.Should
	}
	title := fmt.Sprintf("A %s is called with %s: %s is refused.", b.method.TypeName(), b.method.Verb(), verb)
	b.add(protocol(level, "method."+strings.ToLower(verb)+"-refused", title, sourceMethods),
		func(ctx context.Context, t *spec.Trial) {
			baseline := t.Baseline(ctx, nsid)
			exchange := t.DoUnobserved(ctx, t.ValidRequest(ctx, nsid).WithVerb(verb))
			t.AfterSuccess(ctx, nsid, exchange)
			if exchange.Answered() && exchange.Status == http.StatusNotImplemented {
				return
			}
			t.Expect(exchange, check.Refused())
			if baseline.Placeholder && check.Alike(baseline.Exchange, exchange) {
				b.undecided(t, exchange)
			}
		})
}

// verbRefusal asks for the protocol's form where a router would rather answer
// with a page of its own.
func (b *builder) verbRefusal() {
	nsid := b.method.NSID
	wrong := http.MethodGet
	if b.method.IsQuery() {
		wrong = http.MethodPost
	}
	b.add(protocol(reports.Should, "method.refusal-envelope", "The wrong HTTP method is refused in the form of an XRPC error.", sourceErrors),
		func(ctx context.Context, t *spec.Trial) {
			exchange := t.DoUnobserved(ctx, Sample(b.method).WithVerb(wrong))
			if !exchange.Refused() {
				t.NotObserved("%s %s is not refused as the client's fault: %s", wrong, nsid, check.Answer(exchange))
			}
			t.Expect(exchange, check.IsErrorEnvelope())
		})
}
