package suite

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// stranger is the configuration of a run against a mock as a server that the
// run has not started.
func stranger(t *testing.T) Config {
	t.Helper()
	config := mockConfig(t)
	config.Embedded, config.ImmediateEffects = false, true
	config.Only = []string{"server.getSession.success", "server.describeServer.success"}
	return config
}

// strangerWithCode is stranger without the admin credential, with a code that
// makes so many accounts.
func strangerWithCode(t *testing.T, uses int) Config {
	t.Helper()
	config := stranger(t)
	body, err := json.Marshal(map[string]any{"useCount": uses})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		config.Target+"/xrpc/com.atproto.server.createInviteCode", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.SetBasicAuth("admin", config.AdminPassword)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct{ Code string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	config.AdminPassword, config.InviteCode = "", answer.Code
	return config
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"http://a.test":       "http://a.test",
		"http://a.test/":      "http://a.test",
		"http://a.test/xrpc":  "http://a.test",
		"http://a.test/xrpc/": "http://a.test",
		"http://a.test/pds//": "http://a.test/pds",
		"http://a.test/pds/xrpc/com.atproto.server.describeServer": "http://a.test/pds",
		"http://xrpc": "http://xrpc",
	} {
		if got := BaseURL(given); got != want {
			t.Errorf("%s is taken for %s, want %s", given, got, want)
		}
	}
}

// What the caller has given right is taken, however it is written.
func TestPreflightOfARightRun(t *testing.T) {
	t.Parallel()
	config := stranger(t)
	config.Target += "/xrpc/"
	config.HandleDomain = "TEST"
	report := runSuite(t, config)
	if report.Summary.Failed != 0 || report.Summary.Passed == 0 || report.Summary.Accounts.Left != 0 {
		t.Errorf("%+v", report.Summary)
	}
}

// The caller's mistakes are told before anything is judged, and nothing is left
// on the target.
func TestPreflightOfMistakes(t *testing.T) {
	t.Parallel()
	other := mockserver.RunT(t)
	for name, test := range map[string]struct {
		mistake func(*Config)
		want    string
	}{
		"control server's URL":     {func(c *Config) { c.Target = c.Control }, "is a control server: give it as --control"},
		"control is the target":    {func(c *Config) { c.Control = c.Target }, "--control: no control server answers"},
		"control of another":       {func(c *Config) { c.Control = other.ControlURL }, "is of another server"},
		"control of another, code": {func(c *Config) { *c = strangerWithCode(t, 5); c.Control = other.ControlURL }, "is of another server"},
		"handle domain":            {func(c *Config) { c.HandleDomain = ".wrong" }, "--handle-domain .wrong is none that the target offers: give one of .test"},
		"admin password":           {func(c *Config) { c.AdminPassword = "not-this-one" }, "--admin-password: the target refuses the admin credential (createInviteCode as admin gave 401"},
		"account":                  {func(c *Config) { c.AccountHandle, c.AccountPassword = "nobody.test", "not-this-one" }, "--account: the target refuses to log nobody.test in (401"},
		"made-up invite code":      {func(c *Config) { c.AdminPassword, c.InviteCode = "", "made-up-code" }, "--invite-code: the target refuses the code"},
		"mail command":             {func(c *Config) { c.Mail = "exec:/nowhere/mail.sh" }, "the command that reads mail can't be run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := stranger(t)
			config.Journal = filepath.Join(t.TempDir(), "journal.jsonl")
			test.mistake(&config)
			config.OnEvent = func(event Event) {
				if event.Kind == EventResult {
					t.Error("something was judged")
				}
			}
			report, err := Run(t.Context(), config)
			var usage *UsageError
			if report != nil || !errors.As(err, &usage) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want a usage error that says %q", err, test.want)
			}
			if _, err := os.Stat(config.Journal); err == nil && !strings.Contains(usage.Problem, "cleanup --journal "+config.Journal) {
				t.Error("the journal says that something is left")
			}
			for _, secret := range []string{"not-this-one", "made-up-code"} {
				if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
					t.Errorf("a secret, or more than a line: %v", err)
				}
			}
		})
	}
}

// Without consent a wrong code is nobody's mistake yet: no account is tried.
func TestPreflightMakesNoAccountWithoutConsent(t *testing.T) {
	t.Parallel()
	config := stranger(t)
	config.AdminPassword, config.InviteCode = "", "made-up-code"
	config.Confirm = func() bool { return false }
	report := runSuite(t, config)
	if report.Summary.Accounts.Created != 0 || outcomes(report)["server.getSession.success"].Outcome != reports.Blocked {
		t.Errorf("%+v", report.Summary)
	}
}

// A code of few uses blocks what goes beyond them: the target is right to
// refuse it.
func TestCodeOfFewUses(t *testing.T) {
	t.Parallel()
	config := strangerWithCode(t, 2)
	config.Only = []string{"server.createAccount", "server.getSession", "server.createSession"}
	report := runSuite(t, config)
	if report.Summary.Failed != 0 || report.Summary.Errored != 0 || report.Summary.Passed == 0 {
		t.Errorf("%d failed, %d errored, %d passed", report.Summary.Failed, report.Summary.Errored, report.Summary.Passed)
	}
	for _, result := range report.Results {
		if result.Outcome == reports.Failed {
			t.Logf("%s: %s, %s", result.ID, result.Expected, result.Actual)
		}
	}
}

// service answers the methods that are named with a refusal in the protocol's
// form, and all others as ones that it doesn't have.
func service(t *testing.T, methods ...string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for _, method := range methods {
			if r.URL.Path == "/xrpc/"+method {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(`{"error":"InvalidRequest","message":"m"}`))
				return
			}
		}
		w.WriteHeader(http.StatusNotImplemented)
		_, _ = w.Write([]byte(`{"error":"MethodNotImplemented","message":"m"}`))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestLocate(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>hello</html>"))
	}))
	t.Cleanup(page.Close)
	moved := httptest.NewServer(http.RedirectHandler("https://pds.example.com/xrpc/x", http.StatusMovedPermanently))
	t.Cleanup(moved.Close)
	packed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		writer := gzip.NewWriter(w)
		defer writer.Close()
		_, _ = writer.Write([]byte(`{"availableUserDomains":[".test"]}`))
	}))
	t.Cleanup(packed.Close)
	for name, test := range map[string]struct{ url, want string }{
		"web page":                  {page.URL, "a web page"},
		"redirect":                  {moved.URL, "a redirect to https://pds.example.com:"},
		"AppView":                   {service(t, "app.bsky.actor.getProfile"), "is an AppView, not an account server"},
		"labeler":                   {service(t, "com.atproto.label.queryLabels"), "is a labeler, not"},
		"sessions only":             {service(t, "com.atproto.server.createSession", "app.bsky.actor.getProfile"), ""},
		"nothing yet":               {service(t), ""},
		"compressed without asking": {packed.URL, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Locate(t.Context(), Config{Target: test.url})
			var usage *UsageError
			if test.want == "" && err != nil || test.want != "" && (!errors.As(err, &usage) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
