package derive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Where it is said what a browser asks of a server, and what headers do.
const (
	sourcePreflight = "https://fetch.spec.whatwg.org/#cors-preflight-fetch"
	sourceCORS      = "https://fetch.spec.whatwg.org/#cors-check"
	sourceContent   = "https://www.rfc-editor.org/rfc/rfc9110#section-8.3"
	sourceAccept    = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5"
	sourceExpect    = "https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1"
	sourceUnknown   = "https://www.rfc-editor.org/rfc/rfc9110#section-5.1"
)

// pageOrigin is that of a page on a server of its own.
const pageOrigin = "https://client.example"

// transport asks what clients in a browser need of every method, and that
// headers which change nothing do no harm.
func (b *builder) transport() {
	b.preflights()
	b.readable()
	b.harmlessHeaders()
	b.compression()
	b.chunks()
}

// compression asks that whoever takes compressed answers gets one. What is in it
// is not looked at: only that it is an answer of success.
func (b *builder) compression() {
	b.add(protocol(reports.Should, "headers.accept-encoding", "A client that takes compressed answers is answered, compressed or not.",
		"https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3"), func(ctx context.Context, t *spec.Trial) {
		baseline, request := t.Baseline(ctx, b.method.NSID), t.UnusedRequest(ctx, b.method.NSID)
		exchange := t.DoUnobserved(ctx, request.WithHeader("Accept-Encoding", "gzip, deflate, br"))
		t.AfterSuccess(ctx, b.method.NSID, exchange)
		if baseline.Placeholder && exchange.Status == baseline.Status {
			return
		}
		b.expectAsWithout(ctx, t, exchange, request)
	})
}

// chunks asks that a body may come without its length. A server may ask for that
// all the same.
func (b *builder) chunks() {
	if b.method.Input == nil {
		return
	}
	b.add(protocol(reports.Should, "input.body.chunked", "A body that comes in chunks, without its length before it, is read.",
		"https://www.rfc-editor.org/rfc/rfc9112#section-7.1"), func(ctx context.Context, t *spec.Trial) {
		baseline, request := t.Baseline(ctx, b.method.NSID), t.UnusedRequest(ctx, b.method.NSID)
		exchange := t.Do(ctx, request.InChunks())
		t.AfterSuccess(ctx, b.method.NSID, exchange)
		switch {
		case exchange.Answered() && exchange.Status == http.StatusLengthRequired:
			t.NotObserved("the target asks for the length of a body")
		case baseline.Placeholder && check.Alike(baseline.Exchange, exchange):
			return
		}
		b.expectAsWithout(ctx, t, exchange, request)
	})
}

// preflights asks what a browser asks before it sends a request with a
// credential or JSON. It sends no credential with that.
func (b *builder) preflights() {
	ask := func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		return spec.Once(ctx, t, "preflight "+b.method.NSID, func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
			return t.DoUnobserved(ctx, xrpc.Query(b.method.NSID, nil).WithVerb(http.MethodOptions).
				WithHeader("Origin", pageOrigin).
				WithHeader("Access-Control-Request-Method", b.method.Verb()).
				WithHeader("Access-Control-Request-Headers", "atproto-accept-labelers,authorization,content-type,dpop"))
		})
	}
	b.addWith(nil, protocol(reports.Should, "cors.preflight", "A browser that asks before a request is answered without a credential, and may send it.", sourcePreflight),
		func(ctx context.Context, t *spec.Trial) {
			t.Expect(ask(ctx, t), check.Succeeds(), check.AllowsOrigin(pageOrigin))
		})
	for _, header := range []struct{ suffix, name string }{
		{"authorization", "Authorization"}, {"content-type", "Content-Type"},
		{"labelers", "atproto-accept-labelers"}, {"dpop", "DPoP"},
	} {
		title := fmt.Sprintf("A page may send the header %s, which the preflight allows.", header.name)
		b.addWith(nil, protocol(reports.Should, "cors.preflight.allows-"+header.suffix, title, sourcePreflight), func(ctx context.Context, t *spec.Trial) {
			exchange := ask(ctx, t)
			if !exchange.Succeeded() {
				t.NotObserved("the preflight is not answered with success: %s", check.Answer(exchange))
			}
			t.Expect(exchange, check.AllowsHeader(header.name))
		})
	}
}

// readable asks that a page can read the answers, those that it is refused with
// above all: without them it can't tell that its token has expired.
func (b *builder) readable() {
	b.addWith(nil, protocol(reports.Should, idRefusalReadable, "Pages of any origin may read that a request is refused.", sourceCORS),
		func(ctx context.Context, t *spec.Trial) {
			request := Sample(b.method).WithHeader("Origin", pageOrigin)
			if b.method.Input != nil {
				request = request.WithRaw([]byte(`{`), b.method.Input.Encoding)
			}
			exchange := t.Do(ctx, request)
			if exchange.Succeeded() {
				t.NotObserved("the target refuses no such request")
			}
			t.Expect(exchange, check.AllowsOrigin(pageOrigin))
		})
	b.credentialRefusalReadable()
	b.add(protocol(reports.Should, "cors.success-readable", "Pages of any origin may read an answer of success.", sourceCORS),
		func(ctx context.Context, t *spec.Trial) {
			b.baseline(ctx, t)
			exchange := b.sendHarmless(ctx, t, b.harmless())
			if !exchange.Succeeded() { // which the headers are blamed for, not the method
				t.NotObserved("no request from a page is answered with success: %s", check.Answer(exchange))
			}
			t.Expect(exchange, check.AllowsOrigin(pageOrigin))
		})
}

// credentialRefusalReadable asks the same of the refusal of a credential, which is
// made before the method is looked at.
func (b *builder) credentialRefusalReadable() {
	if b.recipe.Credential == spec.NoCredential {
		return
	}
	b.addWith(nil, protocol(reports.Should, "cors.credential-refusal-readable", "Pages of any origin may read that their credential is refused.", sourceCORS),
		func(ctx context.Context, t *spec.Trial) {
			exchange := b.sendCredential(ctx, t, b.credentials[slices.IndexFunc(b.credentials, func(c credential) bool { return c.suffix == fromPage })])
			if !exchange.Refused() {
				t.NotObserved("the target doesn't refuse a credential that is none: %s", check.Answer(exchange))
			}
			t.Expect(exchange, check.AllowsOrigin(pageOrigin))
		})
}

// harmlessHeader is one that makes no difference to what a method does, or
// something else in a request that makes none.
type harmlessHeader struct {
	suffix, title, source string
	name, value           string
	change                func(xrpc.Request) xrpc.Request // where it is no header
}

func (h harmlessHeader) on(request xrpc.Request) xrpc.Request {
	if h.change != nil {
		return h.change(request)
	}
	return request.WithHeader(h.name, h.value)
}

func (b *builder) harmless() []harmlessHeader {
	headers := []harmlessHeader{
		{"accept", "The header Accept, of whatever types, makes no difference: there is one kind of answer.", sourceAccept, "Accept", "text/html, image/*;q=0.5", nil},
		{"language", "The header Accept-Language makes no difference.", sourceAccept, "Accept-Language", "de-CH, *;q=0.1", nil},
		{"origin", "The header Origin makes no difference to the answer.", "https://fetch.spec.whatwg.org/#origin-header", "Origin", pageOrigin, nil},
		{"unknown", "A header that nobody knows makes no difference.", sourceUnknown, "X-Unknown-To-The-Document", "1", nil},
		{"names", "The letter case of the names of headers makes no difference.", sourceUnknown, "letter case", "small", xrpc.Request.WithSmallNames},
	}
	if !b.method.IsQuery() { // of a query it is asked by itself
		headers = append(headers, harmlessHeader{"parameters", "A parameter in the URL of a procedure makes no difference.", sourceMethods, "parameter", "1",
			func(request xrpc.Request) xrpc.Request { return request.WithParameter("unknownToTheDocument", "1") }})
	}
	if b.method.Input == nil {
		return append(headers, harmlessHeader{"content-type", "A Content-Type without a body makes no difference: clients send one with every request.",
			sourceContent, "Content-Type", jsonMediaType, nil})
	}
	return append(headers, harmlessHeader{"expect", "Expect: 100-continue makes no difference to the answer.", sourceExpect, "Expect", "100-continue", nil})
}

// harmlessHeaders asks for all headers at once, and for each by itself only
// where that was not answered as a request without them.
func (b *builder) harmlessHeaders() {
	all := b.harmless()
	for _, header := range all {
		b.add(protocol(reports.Should, "headers."+header.suffix, header.title, header.source), func(ctx context.Context, t *spec.Trial) {
			baseline := t.Baseline(ctx, b.method.NSID)
			asBefore := func(exchange xrpc.Exchange) bool {
				return exchange.Succeeded() || baseline.Placeholder && check.Alike(baseline.Exchange, exchange)
			}
			if asBefore(b.sendHarmless(ctx, t, all)) {
				return
			}
			if exchange := b.sendHarmless(ctx, t, []harmlessHeader{header}); !asBefore(exchange) {
				t.Expect(exchange, check.Succeeds())
			}
		})
	}
}

// sendHarmless sends a valid request with headers, once in a run.
func (b *builder) sendHarmless(ctx context.Context, t *spec.Trial, headers []harmlessHeader) xrpc.Exchange {
	var names []string
	for _, header := range headers {
		names = append(names, header.name)
	}
	return spec.Once(ctx, t, "headers "+strings.Join(names, ",")+" "+b.method.NSID, func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		request := t.UnusedRequest(ctx, b.method.NSID)
		for _, header := range headers {
			request = header.on(request)
		}
		exchange := t.Do(ctx, request)
		t.AfterSuccess(ctx, b.method.NSID, exchange)
		return exchange
	})
}

// readable judges a refusal by a limit to a page: one that it can't read is to it
// as if the server were down.
func (o *observation) readable() {
	var mismatch *check.Mismatch
	asked := o.exchange.Request.Header.Get("Origin")
	if asked != "" && o.exchange.RateLimited() && errors.As(check.AllowsOrigin(asked)(o.exchange), &mismatch) {
		o.find(idRefusalReadable, mismatch.Expected, mismatch.Actual)
	}
}

// encoding judges whether an answer is compressed as it says. Only gzip is known by
// how it begins.
func (o *observation) encoding() {
	exchange := o.exchange
	named := strings.ToLower(strings.Join(exchange.Header.Values("Content-Encoding"), ","))
	isGzip := bytes.HasPrefix(exchange.Body, []byte("\x1f\x8b"))
	if exchange.Answered() && len(exchange.Body) > 0 && strings.HasSuffix(named, "gzip") && !isGzip {
		o.find(idEncoding, "a body that is compressed as Content-Encoding says", fmt.Sprintf("%d with Content-Encoding: gzip and a body that is not", exchange.Status))
	}
}

// idEncoding is the requirement on what Content-Encoding says.
const idEncoding = "answer.content-encoding"

// idRefusalReadable is the requirement on what pages may read of a refusal.
const idRefusalReadable = "cors.refusal-readable"
