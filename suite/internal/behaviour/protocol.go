package behaviour

import (
	"context"
	"net/http"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// unknownMethod is an NSID under which no server offers a method.
const unknownMethod = "com.atproto.server.pdsconformUnknownMethod"

// protocolCases are the requirements on no method in particular.
func protocolCases() []spec.Case {
	const source = "https://atproto.com/specs/xrpc#summary-of-http-status-codes"
	unknown := func(ctx context.Context, t *spec.Trial, verb string) xrpc.Exchange {
		return t.DoUnobserved(ctx, xrpc.Query(unknownMethod, nil).WithVerb(verb))
	}
	make := func(id, title string, level reports.Level, run func(context.Context, *spec.Trial)) spec.Case {
		return spec.Case{Run: run, Requirement: spec.Requirement{Requirement: reports.Requirement{
			ID: id, Title: title, Endpoint: "xrpc", Level: level, Authority: reports.XRPC, Source: source, Origin: reports.Behaviour,
		}}}
	}
	return []spec.Case{
		make("xrpc.unknown-method.query-refused", "A query that the server does not offer is an error.", reports.Must,
			func(ctx context.Context, t *spec.Trial) { t.Expect(unknown(ctx, t, http.MethodGet), check.NotServed()) }),
		make("xrpc.unknown-method.procedure-refused", "A procedure that the server does not offer is an error.", reports.Must,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(unknown(ctx, t, http.MethodPost), check.NotServed())
			}),
		make("xrpc.unknown-method.named", "A method that the server does not offer is 501 MethodNotImplemented.", reports.Should,
			func(ctx context.Context, t *spec.Trial) {
				t.Expect(unknown(ctx, t, http.MethodGet), check.RefusedWith(http.StatusNotImplemented, "MethodNotImplemented"))
			}),
	}
}
