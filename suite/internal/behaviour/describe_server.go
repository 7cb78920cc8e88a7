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
				level: reports.Must, authority: reports.Lexicon, needs: signUp, run: domainsServed,
			},
			{
				id: "authorization.ignored", title: "An Authorization header is ignored: clients send one along.",
				level: reports.Should, authority: reports.Reference,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Expect(t.Do(ctx, xrpc.Query(nsidDescribeServer, nil).WithBearer("garbage")), check.Succeeds())
				},
			},
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
