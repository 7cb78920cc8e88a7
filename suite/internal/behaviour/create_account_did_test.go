package behaviour

import (
	"slices"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// TestADIDThatIsIgnoredIsNotTakenOver: a server that knows nothing of the member
// gives the account a DID of its own.
func TestADIDThatIsIgnoredIsNotTakenOver(t *testing.T) {
	t.Parallel()
	base, _ := serverOf(t, `{"availableUserDomains":[".test"]}`, 200,
		`{"did":"did:web:a.test","handle":"a.test","accessJwt":"an-access-token","refreshJwt":"a-refresh-token"}`)
	cases := Cases(everyRevision(t)["2026-07"])
	at := slices.IndexFunc(cases, func(c spec.Case) bool { return c.ID == "server.createAccount.did.without-token" })
	if verdict := spec.Try(t.Context(), cases[at], benchAt(t, base, nil)); verdict.Outcome != reports.NotObserved {
		t.Errorf("%s: %s: %s", verdict.Outcome, verdict.Reason, verdict.Actual)
	}
}
