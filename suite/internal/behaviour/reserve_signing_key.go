package behaviour

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// reserveSigningKey asks nothing about whether two calls get the same key:
// servers differ in that for the same DID as well as without one.
func reserveSigningKey() endpoint {
	return endpoint{
		nsid: nsidReserveSigningKey,
		recipe: spec.Recipe{Request: func(_ context.Context, t *spec.Trial) xrpc.Request {
			return xrpc.Procedure(nsidReserveSigningKey, map[string]any{"did": t.Target().NewDID()})
		}},
		cases: []scenario{
			{
				id: "signing-key.did-key", title: "The key is in the form did:key.",
				level: reports.Should, authority: reports.Reference, source: "output.signingKey",
				run: func(ctx context.Context, t *spec.Trial) {
					exchange := t.Baseline(ctx, nsidReserveSigningKey).Exchange
					if key := exchange.String("signingKey"); !strings.HasPrefix(key, "did:key:") {
						t.Fail("signingKey to begin with did:key:", "signingKey is "+check.ValueOf(exchange.Object(), "signingKey"))
					}
				},
			},
			strayAuthorization(nsidReserveSigningKey),
		},
	}
}
