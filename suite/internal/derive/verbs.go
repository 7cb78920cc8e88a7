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
			sound := t.Sound(ctx, nsid)
			exchange := t.DoUnobserved(ctx, t.Unbroken(ctx, nsid).WithVerb(verb))
			t.Settle(ctx, nsid, exchange)
			if exchange.Answered() && exchange.Status == http.StatusNotImplemented {
				return
			}
			t.Expect(exchange, check.Refused())
			if sound.Stranger && alike(sound.Exchange, exchange) {
				b.undecided(t, exchange)
			}
		})
}
