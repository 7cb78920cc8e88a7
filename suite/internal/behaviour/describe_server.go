package behaviour

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// maxDomains bounds how many of the offered domains an account is made under.
const maxDomains = 3

func describeServer() endpoint {
	return endpoint{
		nsid: nsidDescribeServer,
		recipe: spec.Recipe{Request: func(context.Context, *spec.Trial) xrpc.Request {
			return xrpc.Query(nsidDescribeServer, nil)
		}},
		cases: []scenario{
			{
				id: "user-domains.served", title: "Accounts can be made under every domain that availableUserDomains lists.",
				level: reports.Must, authority: reports.Lexicon, source: "output.availableUserDomains", needs: signUp, run: domainsServed,
			},
			{
				id: "user-domains.listed", title: "A server on which accounts can be made lists a domain for them.",
				level: reports.Should, authority: reports.Reference, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					ownAccount(ctx, t)
					if len(t.Target().UserDomains()) == 0 {
						t.Fail("at least one domain in availableUserDomains", "none")
					}
				},
			},
			strayAuthorization(nsidDescribeServer),
		},
	}
}

func domainsServed(ctx context.Context, t *spec.Trial) {
	domains := t.Target().UserDomains()
	if len(domains) == 0 {
		t.NotObserved("the target lists no domain")
	}
	for _, domain := range domains[:min(len(domains), maxDomains)] {
		identity := t.Target().NewIdentity()
		label, _, _ := strings.Cut(identity.Handle, ".")
		identity.Handle = label + domain
		request, err := t.Target().SignUpRequest(ctx, t, identity)
		t.Unless(err)
		exchange := t.Do(ctx, request)
		t.ExpectThat("signing up under "+domain, exchange, check.Succeeds())
	}
}
