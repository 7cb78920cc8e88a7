package suite

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/fixtures/targets/small"
	"github.com/pdsconform/pdsconform/reports"
)

// served is the configuration of a run on a handler.
func served(t *testing.T, handler http.Handler) Config {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := mockConfig(t)
	return Config{Target: server.URL, Catalog: config.Catalog, Revision: config.Revision, Seed: 1}
}

// TestMissingMethodsAreOneFailureEach holds a server of four methods to one
// failure for each method that it lacks, all else of it blocked behind that.
func TestMissingMethodsAreOneFailureEach(t *testing.T) {
	t.Parallel()
	offered := map[string]bool{"describeServer": true, "createAccount": true, "createSession": true, "getSession": true}
	config := served(t, small.Four())
	report := runSuite(t, config)
	failures := map[string]int{}
	for _, result := range report.Results {
		method := lastSegment(result.Endpoint)
		if offered[method] || result.Endpoint == "xrpc" {
			continue
		}
		own := "server." + method + ".success"
		switch {
		case result.ID == own && result.Outcome == reports.Failed:
			failures[method]++
		case result.Outcome != reports.Blocked || result.BlockedBy != own:
			t.Errorf("%s is %s, blocked by %q (%s)", result.ID, result.Outcome, result.BlockedBy, result.Reason+result.Actual)
		}
	}
	if want := len(config.Catalog.Methods()) - len(offered); len(failures) != want {
		t.Errorf("%d methods have a failure, want %d: %v", len(failures), want, failures)
	}
}

// TestRefusalOfEverythingIsOneFailure holds a server that refuses every sign-up,
// whatever is in it, to the one failure that it is.
func TestRefusalOfEverythingIsOneFailure(t *testing.T) {
	t.Parallel()
	four := small.Four()
	config := served(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "createAccount") && r.Method == http.MethodPost {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"AuthMissing","message":"a service token is required"}`))
			return
		}
		four.ServeHTTP(w, r)
	}))
	config.Only = []string{"server.createAccount", "server.describeServer"}
	for _, result := range runSuite(t, config).Results {
		if result.Outcome == reports.Failed && result.Level == reports.Must && result.ID != "server.createAccount.success" {
			t.Errorf("%s failed: expected %s, got %s", result.ID, result.Expected, result.Actual)
		}
	}
}

// TestMailThatCantBeSentIsOneFailure holds a server whose mail host is down, so
// that it answers every request for mail with a fault, to one failure that names
// the probable cause.
func TestMailThatCantBeSentIsOneFailure(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	mock, err := url.Parse(config.Target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(mock)
	proxy.ModifyResponse = func(response *http.Response) error {
		method := lastSegment(response.Request.URL.Path)
		if response.StatusCode == http.StatusOK && (method == "requestPasswordReset" || method == "requestAccountDelete") {
			const body = `{"error":"InternalServerError","message":"Internal Server Error"}`
			response.StatusCode, response.ContentLength = http.StatusInternalServerError, int64(len(body))
			response.Header.Set("Content-Length", strconv.Itoa(len(body)))
			response.Header.Set("Content-Type", "application/json")
			response.Body = io.NopCloser(strings.NewReader(body))
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	config.Target, config.Mail = server.URL, "smtp://127.0.0.1:0" // where none comes
	const lead = "server.requestPasswordReset.success"
	report := runSuite(t, config)
	for _, result := range report.Results {
		switch {
		case result.ID == lead:
			if result.Outcome != reports.Failed || !strings.Contains(result.Actual, "probably can't send any") {
				t.Errorf("%s is %s: %s", result.ID, result.Outcome, result.Actual)
			}
		case result.Outcome == reports.Failed && result.Level != reports.May:
			t.Errorf("%s failed: expected %s, got %s", result.ID, result.Expected, result.Actual)
		case strings.HasPrefix(result.ID, "server.requestAccountDelete.") && result.Outcome == reports.Blocked && result.BlockedBy != "" && result.BlockedBy != lead:
			t.Errorf("%s is blocked by %s", result.ID, result.BlockedBy)
		}
	}
}
