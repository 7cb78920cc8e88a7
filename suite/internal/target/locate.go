package target

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Mistake is something that the caller has given and that can't be used: one
// line that says what was seen and what to do.
type Mistake struct{ Problem string }

// Error is that line.
func (m *Mistake) Error() string { return m.Problem }

func mistake(format string, arguments ...any) error {
	return &Mistake{fmt.Sprintf(format, arguments...)}
}

// Locate asks whether an account server answers at the client's URL, and
// returns its answer to describeServer. The error is a *Mistake where something
// else answers there, named for what it is, and any other where nothing does.
// An answer that is merely wrong is none, since it is for the requirements to
// judge, and neither is a server under construction that lacks methods.
func Locate(ctx context.Context, client *xrpc.Client) (xrpc.Exchange, error) {
	exchange := client.Ask(ctx, xrpc.Query(describeServer, nil))
	if exchange.Err != nil && xrpc.Unreachable(exchange.Err) {
		return exchange, fmt.Errorf("nothing answers at %s: %w", client.Base(), exchange.Err)
	}
	if serves(exchange) {
		return exchange, nil
	}
	// A server may have broken this one method: ask another before judging.
	second := client.Ask(ctx, xrpc.Query(getSession, nil))
	switch {
	case serves(second):
		return exchange, nil
	case speaksXRPC(exchange) || speaksXRPC(second):
		return exchange, anotherService(ctx, client)
	}
	return exchange, somethingElse(ctx, client, exchange)
}

// anotherService names a server of the protocol that is no account server: it
// lacks the methods of one, and has those of something else.
func anotherService(ctx context.Context, client *xrpc.Client) error {
	if serves(client.Ask(ctx, xrpc.Procedure(createSession, map[string]any{}))) {
		return nil
	}
	if isControl(ctx, client.Base()) {
		return mistake("%s is a control server: give it as --control, and the account server's URL as --target", client.Base())
	}
	for _, service := range []struct{ nsid, name string }{
		{"app.bsky.actor.getProfile", "an AppView"},
		{"app.bsky.feed.describeFeedGenerator", "a feed generator"},
		{"com.atproto.label.queryLabels", "a labeler"},
	} {
		if serves(client.Ask(ctx, xrpc.Query(service.nsid, nil))) {
			return mistake("%s is %s, not an account server: it has %s, and neither describeServer, createSession nor getSession; give the account server's URL",
				client.Base(), service.name, service.nsid)
		}
	}
	return nil
}

// somethingElse names what answers without speaking XRPC.
func somethingElse(ctx context.Context, client *xrpc.Client, exchange xrpc.Exchange) error {
	seen := fmt.Sprintf("no account server answers at %s: describeServer gave %s", client.Base(), shape(exchange))
	if exchange.Err != nil {
		return fmt.Errorf("%s", seen)
	}
	switch exchange.Status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return fmt.Errorf("%s: the server behind a proxy seems to be down", seen)
	}
	if exchange.Status/100 == 3 {
		location, _, _ := strings.Cut(exchange.Header.Get("Location"), "/xrpc")
		return mistake("%s, a redirect to %.200s: give the URL that it leads to", seen, location)
	}
	if isControl(ctx, client.Base()) {
		return mistake("%s; it is a control server: give it as --control, and the account server's URL as --target", seen)
	}
	if exchange.MediaType() == "text/html" {
		return mistake("%s, a web page: give the URL under which the account server answers /xrpc/%s", seen, describeServer)
	}
	return mistake("%s: give the URL under which the account server answers /xrpc/%s", seen, describeServer)
}

// isControl reports whether a control server answers, and says what it offers.
func isControl(ctx context.Context, base string) bool {
	control, err := NewControl(ctx, base, controlPatience)
	if err != nil {
		return false
	}
	defer control.Close()
	return !control.silent
}

// controlPatience is how long a control server may take to say that it is one.
const controlPatience = 5 * time.Second

// serves reports whether an answer is that of a method which the server has.
func serves(exchange xrpc.Exchange) bool {
	switch exchange.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return false
	}
	return speaksXRPC(exchange) && exchange.ErrorName() != "MethodNotImplemented"
}

// speaksXRPC reports whether an answer is success in JSON, or an error in the
// protocol's own form.
func speaksXRPC(exchange xrpc.Exchange) bool {
	exchange = unpacked(exchange)
	if exchange.Succeeded() {
		return len(exchange.Object()) > 0
	}
	return exchange.ErrorName() != ""
}

// unpacked is an exchange whose body can be read where it was compressed,
// though nobody asked for that: a fault of an account server, and one all the
// same.
func unpacked(exchange xrpc.Exchange) xrpc.Exchange {
	if !strings.EqualFold(exchange.Header.Get("Content-Encoding"), "gzip") {
		return exchange
	}
	reader, err := gzip.NewReader(bytes.NewReader(exchange.Body))
	if err != nil {
		return exchange
	}
	if body, err := io.ReadAll(io.LimitReader(reader, maxUnpacked)); err == nil {
		return exchange.WithBody(body)
	}
	return exchange
}

// maxUnpacked bounds what a compressed answer may come to, in bytes.
const maxUnpacked = 1 << 20

func shape(exchange xrpc.Exchange) string {
	if exchange.Err != nil {
		return "no answer: " + exchange.Err.Error()
	}
	mediaType := exchange.MediaType()
	if mediaType == "" {
		mediaType = "no media type"
	}
	return fmt.Sprintf("%d (%s)", exchange.Status, mediaType)
}
