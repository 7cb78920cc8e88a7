package suite

import (
	"context"
	"encoding/json"
	"errors"
	"github.com/pdsconform/pdsconform/lexicons"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

func TestMockConforms(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Strict = true
	report := runSuite(t, config)
	summary := report.Summary
	if summary.ExitCode != reports.ExitConforms || summary.Failed+summary.Errored+summary.Blocked != 0 {
		t.Errorf("exit %d, %d failed, %d errored, %d blocked", summary.ExitCode, summary.Failed, summary.Errored, summary.Blocked)
	}
	if summary.Errors.Declared != 14 || summary.Errors.Observed != 14 {
		t.Errorf("%d of %d declared errors observed, want 14 of 14", summary.Errors.Observed, summary.Errors.Declared)
	}
	if want := len(list(t, config.Catalog)); summary.Requirements != want { // which TestCatalogue holds against a golden file
		t.Errorf("%d requirements, want %d", summary.Requirements, want)
	}
	for _, result := range report.Results {
		if result.Outcome == reports.NotObserved && result.Reason == "" {
			t.Errorf("%s was not observed, without a reason", result.ID)
		}
	}
}

// Whatever the order and whatever else is checked, the verdict is the same.
func TestVerdictsDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	whole := outcomes(runSuite(t, config))
	for _, only := range []string{"server.createSession", "server.deleteAccount.account.gone", "server.getAccountInviteCodes.error",
		"server.refreshSession.auth.expired", "server.resetPassword.input"} {
		config := mockConfig(t)
		config.Only, config.Seed = []string{only}, 99
		for id, result := range outcomes(runSuite(t, config)) {
			if result.Outcome != reports.Excluded && result.Outcome != whole[id].Outcome {
				t.Errorf("--only %s: %s is %s, in the whole run %s (%s)", only, id, result.Outcome, whole[id].Outcome, result.Reason+result.Actual)
			}
		}
	}
}

// A finding on a requirement outside the selection is not lost, unless it was
// named to be skipped.
func TestFindingOutsideTheSelection(t *testing.T) {
	t.Parallel()
	const broken = "server.createSession.output.handle.required"
	config := mockConfig(t)
	config.Target = altered(t, config.Target, "com.atproto.server.createSession", func(answer map[string]any) { delete(answer, "handle") })
	config.Only = []string{"server.createSession.sessions.coexist"}
	report := runSuite(t, config)
	if result := outcomes(report)[broken]; result.Outcome != reports.Failed || report.Summary.ExitCode != reports.ExitFails || len(result.Exchanges) == 0 {
		t.Errorf("outcome %s, exit %d", result.Outcome, report.Summary.ExitCode)
	}
	config.Skip, config.Seed = []string{broken}, 2
	report = runSuite(t, config)
	if result := outcomes(report)[broken]; result.Outcome != reports.Excluded || report.Summary.ExitCode != reports.ExitConforms {
		t.Errorf("skipped: outcome %s, exit %d", result.Outcome, report.Summary.ExitCode)
	}
}

func TestDefectIsBlamedOnItsOwnRequirement(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Target = altered(t, config.Target, "com.atproto.server.createSession", func(answer map[string]any) { answer["email"] = 5 })
	report := runSuite(t, config)
	gating := 0
	for _, result := range report.Results {
		if result.Gates(false) {
			gating++
		}
	}
	if report.Summary.ExitCode != reports.ExitFails || gating != 1 { // the proxy itself is at odds with a should
		t.Errorf("exit %d with %d gating failures, want one", report.Summary.ExitCode, gating)
	}
	result := outcomes(report)["server.createSession.output.email.type"]
	if result.Outcome != reports.Failed || len(result.Exchanges) == 0 {
		t.Fatalf("outcome %s, %d exchanges", result.Outcome, len(result.Exchanges))
	}
	if !strings.Contains(result.Exchanges[0].Curl, "createSession") || strings.Contains(result.Exchanges[0].Curl, "Pw-7") {
		t.Errorf("the evidence is not usable, or shows a password: %s", result.Exchanges[0].Curl)
	}
}

// altered is a proxy in front of a server that changes the successful answers
// of one method.
func altered(t *testing.T, base, nsid string, change func(map[string]any)) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := r.Clone(r.Context())
		request.RequestURI = ""
		request.URL.Scheme, request.URL.Host = "http", strings.TrimPrefix(base, "http://")
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer response.Body.Close()
		var answer map[string]any
		decodes := json.NewDecoder(response.Body).Decode(&answer) == nil
		for _, name := range []string{"Content-Type", "Retry-After"} {
			if value := response.Header.Get(name); value != "" {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(response.StatusCode)
		if !decodes {
			return
		}
		if response.StatusCode == http.StatusOK && strings.HasSuffix(r.URL.Path, nsid) {
			change(answer)
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(down.Close)
	for name, target := range map[string]string{"nothing listens": closed.URL, "down behind a proxy": down.URL} {
		_, err := Run(t.Context(), Config{Target: target, Catalog: everyRevision(t)[lexicons.DefaultRevision]})
		var unreachable *UnreachableError
		if !errors.As(err, &unreachable) || !strings.Contains(err.Error(), target) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line that names the target", name, err)
		}
	}
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config  Config
		problem string
	}{
		"unknown endpoint": {Config{Endpoints: []string{"createSesion"}}, "did you mean createSession?"},
		"unknown profile":  {Config{Profiles: []string{"app-pasword"}}, "did you mean app-passwords?"},
		"no such profile":  {Config{Profiles: []string{"x"}}, "give sign-up, sessions"},
		"later profile":    {Config{Profiles: []string{"email"}}, "no requirement of profile \"email\""},
		"unknown ID":       {Config{Only: []string{"server.createSesion.success"}}, "did you mean server.createSession.success?"},
		"unknown skip":     {Config{Skip: []string{"x"}}, "--skip"},
		"label filter":     {Config{LabelFilter: "a &&"}, "--label-filter"},
		"no scheme":        {Config{Target: "localhost:2583"}, "--target"},
		"credentials":      {Config{Target: "http://admin:secret-word@localhost"}, "--target"},
		"control":          {Config{Target: "http://127.0.0.1:1", Control: "x"}, "--control"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.config.Catalog = everyRevision(t)[lexicons.DefaultRevision]
			if test.config.Target == "" {
				test.config.Target = "http://127.0.0.1:1"
			}
			_, err := Run(t.Context(), test.config)
			var usage *UsageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), test.problem) || strings.Contains(err.Error(), "secret-word") {
				t.Errorf("got %v, want a usage error that names %q", err, test.problem)
			}
		})
	}
}

func TestEmptySelectionChecksNothing(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.LabelFilter = "createSession && getSession"
	if got := runSuite(t, config).Summary.ExitCode; got != reports.ExitNothingChecked {
		t.Errorf("exit %d, want %d", got, reports.ExitNothingChecked)
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	config.OnEvent = func(event Event) {
		if event.Done == 100 {
			cancel()
		}
	}
	report, err := Run(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	summary := report.Summary
	if summary.ExitCode != reports.ExitInterrupted || summary.Passed < 50 || summary.Blocked == 0 || summary.Errored != 0 {
		t.Errorf("exit %d, %d passed, %d blocked, %d errored", summary.ExitCode, summary.Passed, summary.Blocked, summary.Errored)
	}
}

func TestTargetThatDies(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	proxied, stop := forwarded(t, config.Target)
	config.Target = proxied
	config.OnEvent = func(event Event) {
		if event.Done == 100 {
			stop()
		}
	}
	report := runSuite(t, config)
	summary := report.Summary
	for _, result := range report.Results {
		if result.Outcome == reports.Failed {
			t.Logf("%s: expected %s, got %s", result.ID, result.Expected, result.Actual)
		}
	}
	if summary.ExitCode != reports.ExitUnreachable || summary.Errored < 300 || summary.Passed < 50 || summary.Failed != 0 {
		t.Errorf("exit %d, %d passed, %d failed, %d errored", summary.ExitCode, summary.Passed, summary.Failed, summary.Errored)
	}
}

// forwarded is a server that passes everything on, until it is stopped.
func forwarded(t *testing.T, base string) (proxied string, stop func()) {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(target))
	t.Cleanup(proxy.Close)
	return proxy.URL, func() {
		proxy.CloseClientConnections()
		proxy.Close()
	}
}

// Nobody has agreed: no account is made, whatever the target would allow.
func TestNoAccountWithoutConsent(t *testing.T) {
	t.Parallel()
	for _, invites := range []bool{true, false} {
		mock := mockserver.RunT(t, mockserver.Options{InviteRequired: invites, AdminPassword: "admin-pass-of-the-mock"})
		config := mockConfig(t)
		config.Target, config.Control, config.Embedded = mock.URL, mock.ControlURL, false
		asked := 0
		config.Confirm = func() bool {
			asked++
			return false
		}
		report := runSuite(t, config)
		if report.Summary.Accounts.Created != 0 || report.Summary.ExitCode != reports.ExitConforms {
			t.Errorf("invites %v: %d accounts made, exit %d", invites, report.Summary.Accounts.Created, report.Summary.ExitCode)
		}
		if asked != 1 {
			t.Errorf("invites %v: asked %d times", invites, asked)
		}
		if result := outcomes(report)["server.getSession.success"]; result.Outcome != reports.Blocked || result.Unlock != "--yes" {
			t.Errorf("invites %v: %s is %s, to be unlocked by %q", invites, result.ID, result.Outcome, result.Unlock)
		}
		if report.Summary.Passed < 100 {
			t.Errorf("invites %v: only %d checked", invites, report.Summary.Passed)
		}
	}
}
