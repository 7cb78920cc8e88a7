package suite

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
)

// answering is a server that answers known methods with one error and all
// others with another, and fails the test on a request that could change
// something.
func answering(t *testing.T, known []string, knownStatus int, knownName string, otherStatus int, otherBody string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a credential was sent")
		}
		for _, name := range known {
			if strings.HasSuffix(r.URL.Path, "."+name) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(knownStatus)
				_, _ = w.Write([]byte(`{"error":"` + knownName + `","message":"m"}`))
				return
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(otherStatus)
		_, _ = w.Write([]byte(otherBody))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestChooseRevision(t *testing.T) {
	t.Parallel()
	const invalid, none = `{"error":"InvalidRequest","message":"m"}`, `{"error":"AuthMissing","message":"m"}`
	for name, test := range map[string]struct {
		url, want, reason string
	}{
		"one query":                {answering(t, []string{"checkAccountStatus"}, 401, "AuthMissing", 400, invalid), "2026-07", "checkAccountStatus"},
		"one procedure":            {answering(t, []string{"confirmEmail"}, 401, "AuthMissing", 404, ""), "2026-07", "confirmEmail"},
		"none, 501":                {answering(t, nil, 0, "", 501, `{"error":"MethodNotImplemented"}`), "2023-04", "none"},
		"none, a page for each":    {answering(t, nil, 0, "", 404, "<html>"), "2023-04", "none"},
		"stubs":                    {answering(t, []string{"getServiceAuth", "checkAccountStatus"}, 501, "MethodNotImplemented", 400, invalid), "2023-04", "none"},
		"credentials before route": {answering(t, nil, 0, "", 401, none), "2023-04", "no server has"},
		"too many requests":        {answering(t, []string{"getServiceAuth"}, 429, "RateLimitExceeded", 501, `{"error":"MethodNotImplemented"}`), "2023-04", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := ChooseRevision(t.Context(), Config{Target: test.url, Revision: "auto"})
			if err != nil {
				t.Fatal(err)
			}
			if config.Revision != test.want || config.Catalog == nil || !strings.Contains(config.RevisionReason, test.reason) {
				t.Errorf("got %s (%s), want %s (%s)", config.Revision, config.RevisionReason, test.want, test.reason)
			}
		})
	}
}

// The mock of the default revision is taken for one of it.
func TestChooseRevisionOfTheMock(t *testing.T) {
	t.Parallel()
	config, err := ChooseRevision(t.Context(), Config{Target: mockserver.RunT(t).URL})
	if err != nil || config.Revision != lexicons.DefaultRevision {
		t.Errorf("got %s (%s), %v", config.Revision, config.RevisionReason, err)
	}
}

func TestChooseRevisionKeepsToTheBudget(t *testing.T) {
	t.Parallel()
	url := answering(t, nil, 0, "", 501, "{}")
	config, err := ChooseRevision(t.Context(), Config{Target: url, BudgetRequests: 4})
	if err != nil || config.BudgetRequests != 1 || config.RequestsSent != 3 {
		t.Errorf("%d requests are left, %d were sent, %v", config.BudgetRequests, config.RequestsSent, err)
	}
}

// The report counts the requests by which the revision was found out.
func TestChooseRevisionIsCounted(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Only = []string{"server.describeServer.success"}
	plain := runSuite(t, config).Summary.Requests
	chosen, err := ChooseRevision(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	if chosen.RequestsSent == 0 {
		t.Fatal("nothing was sent to find out the revision")
	}
	if counted := runSuite(t, chosen).Summary.Requests; counted != plain+chosen.RequestsSent {
		t.Errorf("%d requests are counted, want %d and %d", counted, plain, chosen.RequestsSent)
	}
}

func TestChooseRevisionOfNothing(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	var unreachable *UnreachableError
	if _, err := ChooseRevision(t.Context(), Config{Target: server.URL}); !errors.As(err, &unreachable) {
		t.Errorf("got %v, want an UnreachableError", err)
	}
	var usage *UsageError
	if _, err := ChooseRevision(t.Context(), Config{Target: "localhost"}); !errors.As(err, &usage) {
		t.Errorf("got %v, want a UsageError", err)
	}
}
