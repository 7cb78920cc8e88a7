package behaviour

import (
	"context"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// protocolCases are the requirements on no method in particular.
func protocolCases() []spec.Case {
	const source = "https://atproto.com/specs/xrpc#summary-of-http-status-codes"
	unknown := func(ctx context.Context, t *spec.Trial, verb string) xrpc.Exchange {
		return t.DoUnobserved(ctx, xrpc.Query(spec.UnknownMethod, nil).WithVerb(verb))
	}
	about := func(id, title string, level reports.Level, run func(context.Context, *spec.Trial)) spec.Case {
		return spec.Case{Run: run, Requirement: spec.Requirement{Requirement: reports.Requirement{
			ID: id, Title: title, Endpoint: "xrpc", Level: level, Authority: reports.XRPC, Source: source, Origin: reports.Behaviour,
		}}}
	}
	return []spec.Case{
		about("xrpc.unknown-method.query-refused", "A query that the server does not offer is an error.", reports.Must,
			func(ctx context.Context, t *spec.Trial) { t.Expect(unknown(ctx, t, http.MethodGet), check.NotServed()) }),
		about("xrpc.unknown-method.procedure-refused", "A procedure that the server does not offer is an error.", reports.Must,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(unknown(ctx, t, http.MethodPost), check.NotServed())
			}),
		about("xrpc.large-body.no-server-error", "A body that is too large is refused, and is no fault of the server.", reports.Must, largeBody),
		about("xrpc.long-header.no-server-error", "A request with a header of 20 kB is answered or refused, and is no fault of the server.", reports.Must, longHeader),
		about("xrpc.path-below-method.refused", "A path that goes on behind a method's name is no method.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(t.DoUnobserved(ctx, xrpc.Query(nsidDescribeServer+"/more", nil)), check.NotServed())
			}),
		about("xrpc.path-below-method.envelope", "A path that is no method is refused in the form of an XRPC error.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(t.DoUnobserved(ctx, xrpc.Query(nsidDescribeServer+"/more", nil)), check.NotServed(), check.IsErrorEnvelope())
			}),
		about("xrpc.path-empty.envelope", "A path without a method is refused in the form of an XRPC error.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(t.DoUnobserved(ctx, xrpc.Query("", nil)), check.NotServed(), check.IsErrorEnvelope())
			}),
		about("xrpc.path-escaped.no-server-error", "A path with characters that nobody's method has is refused, and is no fault of the server.", reports.Must,
			func(ctx context.Context, t *spec.Trial) {
				exchange := t.DoUnobserved(ctx, xrpc.Query(nsidDescribeServer+"%00%FF%2F..%2F", nil))
				if exchange.Status != http.StatusNotImplemented {
					t.Expect(exchange, check.Refused())
				}
			}),
		about("xrpc.large-body.envelope", "A body that is too large is refused in the form of an XRPC error.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				exchange := sendLargeBody(ctx, t)
				if !exchange.Refused() {
					t.NotObserved("the target does not refuse a body of %d bytes: %s", largeSize, check.Answer(exchange))
				}
				t.Expect(exchange, check.IsErrorEnvelope())
			}),
		about("xrpc.cors.large-body", "Pages of any origin may read that a body is too large.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				exchange := sendLargeBody(ctx, t)
				if exchange.Status != http.StatusRequestEntityTooLarge {
					t.NotObserved("the target does not answer a body of %d bytes with 413: %s", largeSize, check.Answer(exchange))
				}
				t.Expect(exchange, check.AllowsOrigin(someOrigin))
			}),
		about("xrpc.long-header.envelope", "A header that is too long is refused in the form of an XRPC error, where the server refuses it itself.", reports.Should,
			func(ctx context.Context, t *spec.Trial) { expectOwnEnvelope(t, sendLongHeader(ctx, t)) }),
		about("xrpc.path-malformed.envelope", "A path with a percent sign that escapes nothing is refused in the form of an XRPC error, where the server refuses it itself.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				expectOwnEnvelope(t, t.DoUnobserved(ctx, xrpc.Query(nsidDescribeServer, nil).WithRawPath(nsidDescribeServer+"%zz").WithHeader("Origin", someOrigin)))
			}),
		about("xrpc.content-encoding.no-server-error", "A body that is not compressed as it says is refused, and is no fault of the server.", reports.Must,
			func(ctx context.Context, t *spec.Trial) {
				for _, encoding := range []string{"gzip", "unknown-to-everybody"} {
					exchange := t.Do(ctx, strangeLogin(t).WithHeader("Content-Encoding", encoding))
					t.ExpectThat("Content-Encoding: "+encoding, exchange, check.Refused())
				}
			}),
		about("xrpc.charset.no-server-error", "A body in another character set than UTF-8 is answered or refused, and is no fault of the server.", reports.Must,
			func(ctx context.Context, t *spec.Trial) {
				request := strangeLogin(t)
				request.ContentType = "application/json; charset=iso-8859-15"
				t.Expect(t.Do(ctx, request), check.NoFault())
			}),
		about("xrpc.cors.unknown-method", "Pages of any origin may read that the server does not offer a method.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				exchange := t.DoUnobserved(ctx, xrpc.Query(spec.UnknownMethod, nil).WithHeader("Origin", someOrigin))
				t.Expect(exchange, check.NotServed(), check.AllowsOrigin(someOrigin))
			}),
		about("xrpc.unknown-method.envelope", "A method that the server does not offer is refused in the form of an XRPC error.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(unknown(ctx, t, http.MethodGet), check.IsErrorEnvelope())
			}),
		about("xrpc.unknown-method.named", "A method that the server does not offer is 501 MethodNotImplemented.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(unknown(ctx, t, http.MethodGet), check.RefusedWith(http.StatusNotImplemented, "MethodNotImplemented"))
			}),
		about("xrpc.head.no-server-error", "HEAD on a query is answered or refused, and is no fault of the server.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				exchange := t.DoUnobserved(ctx, xrpc.Query(nsidDescribeServer, nil).WithVerb(http.MethodHead))
				t.Expect(exchange, check.NoFault())
			}),
		about("xrpc.cors.readable", "Pages of any origin may read an answer: clients run in browsers.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(t.Do(ctx, xrpc.Query(nsidDescribeServer, nil).WithHeader("Origin", someOrigin)), check.AllowsOrigin(someOrigin))
			}),
		about("xrpc.cors.preflight", "A browser that asks first may send JSON with a token.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				exchange := t.DoUnobserved(ctx, xrpc.Query(nsidCreateAppPassword, nil).WithVerb(http.MethodOptions).
					WithHeader("Origin", someOrigin).WithHeader("Access-Control-Request-Method", http.MethodPost).
					WithHeader("Access-Control-Request-Headers", "authorization,content-type"))
				t.Expect(exchange, check.Succeeds(), check.AllowsOrigin(someOrigin))
			}),
	}
}

// someOrigin is that of a page on a server of its own.
const someOrigin = "https://client.example"

// longHeader leaves open whether the server reads the header, refuses it, or
// hangs up before it has all come.
func longHeader(ctx context.Context, t *spec.Trial) {
	if exchange := sendLongHeader(ctx, t); exchange.Answered() {
		t.Expect(exchange, check.NoFault())
	}
}

func sendLongHeader(ctx context.Context, t *spec.Trial) xrpc.Exchange {
	const long = 20_000
	return spec.Once(ctx, t, "long header", func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		return t.DoUnobserved(ctx, xrpc.Query(nsidDescribeServer, nil).WithHeader("Origin", someOrigin).
			WithHeader("X-Unknown-To-The-Document", strings.Repeat("x", long)))
	})
}

// expectOwnEnvelope asks for the form of an error where a refusal shows that the
// server itself has seen the request. What its HTTP library or a proxy answers to a
// message that it can't read, nobody can word: that is neither JSON nor for pages.
func expectOwnEnvelope(t *spec.Trial, exchange xrpc.Exchange) {
	if !exchange.Refused() {
		t.NotObserved("the target does not refuse it: %s", check.Answer(exchange))
	}
	if exchange.MediaType() != "application/json" && check.AllowsOrigin(someOrigin)(exchange) != nil {
		t.NotObserved("the refusal is not the server's own: %s", check.Answer(exchange))
	}
	t.Expect(exchange, check.IsErrorEnvelope())
}

// largeSize is beyond what any method here has use for: the reference server
// takes 100 kB.
const largeSize = 1 << 19

// largeBody leaves open whether the server reads the body, refuses it, or hangs
// up before it has all come.
func largeBody(ctx context.Context, t *spec.Trial) {
	if exchange := sendLargeBody(ctx, t); exchange.Answered() {
		t.Expect(exchange, check.Refused())
	}
}

func sendLargeBody(ctx context.Context, t *spec.Trial) xrpc.Exchange {
	return spec.Once(ctx, t, "large body", func(ctx context.Context, t *spec.Trial) xrpc.Exchange {
		return t.DoUnobserved(ctx, target.LoginRequest(t.Target().NewIdentity().Handle, strings.Repeat("x", largeSize)).WithHeader("Origin", someOrigin))
	})
}

// strangeLogin is a log-in to an account that nobody has.
func strangeLogin(t *spec.Trial) xrpc.Request {
	nobody := t.Target().NewIdentity()
	return target.LoginRequest(nobody.Handle, nobody.Password)
}
