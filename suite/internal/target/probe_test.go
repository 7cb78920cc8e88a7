package target

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/mockserver"
)

func TestProbeOfAServer(t *testing.T) {
	t.Parallel()
	missing := failure("AuthMissing", "Authentication Required")
	fault := failure("InternalServerError", "Internal Server Error")
	for name, test := range map[string]struct {
		served   methods
		describe string // what is kept of the answer
	}{
		"sound":                  {methods{describeServer: always(200, `{"availableUserDomains":[]}`)}, `{"availableUserDomains":[]}`},
		"describeServer fails":   {methods{describeServer: always(500, fault)}, ""},
		"another's fault":        {methods{describeServer: always(500, "<html>"), getSession: always(401, missing)}, ""},
		"describeServer hides":   {methods{describeServer: always(404, "not found"), getSession: always(401, missing)}, ""},
		"empty object":           {methods{describeServer: always(200, `{}`), getSession: always(401, missing)}, ""},
		"a list":                 {methods{describeServer: always(200, `[]`), getSession: always(401, missing)}, ""},
		"broken JSON":            {methods{describeServer: always(200, `{"availableUserDomains":`), getSession: always(400, missing)}, ""},
		"nothing":                {methods{describeServer: always(200, nil), getSession: always(401, missing)}, ""},
		"getSession lets all in": {methods{describeServer: always(200, "hi"), getSession: always(200, `{"did":"did:web:a.test"}`)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := targetAt(t, test.served.serve(t), Options{})
			if err := target.Probe(t.Context()); err != nil {
				t.Error(err)
			}
			if got := string(target.DescribeServer()); got != test.describe {
				t.Errorf("kept of describeServer: %s", got)
			}
			if target.HandleDomain() != ".test" || target.InviteRequired() {
				t.Errorf("domain %s, invites required %v", target.HandleDomain(), target.InviteRequired())
			}
		})
	}
}

func TestProbeOfSomethingElse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"a web site": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<html>Hello</html>"))
		}, "describeServer gave 200 (text/html)"},
		"not found": {http.NotFound, "describeServer gave 404 (text/plain)"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.com"+r.URL.Path, http.StatusMovedPermanently)
		}, "describeServer gave 301 (text/html)"},
		"no media type": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			w.WriteHeader(http.StatusNotFound)
		}, "describeServer gave 404 (no media type)"},
		"JSON of another API": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"code":404,"error":{"name":"x"}}`))
		}, "describeServer gave 404"},
		"hangs up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "describeServer gave no answer: the server closed the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(test.handler)
			t.Cleanup(server.Close)
			err := targetAt(t, server.URL, Options{}).Probe(t.Context())
			if err == nil || !strings.Contains(err.Error(), "no account server answers at "+server.URL) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestProbeOfNobody(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	listener.Close()
	if err := targetAt(t, base, Options{}).Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing answers at "+base) {
		t.Errorf("error %v", err)
	}
}

func TestProbeOfTheAdminCredential(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		password string
		status   int
		name     string
		has      bool
		words    string
	}{
		"accepted":  {"admin-pass", 400, "InvalidRequest", true, ""},
		"refused":   {"admin-pass", 401, "AuthenticationRequired", false, "refused the admin credential"},
		"forbidden": {"admin-pass", 403, "Forbidden", false, "refused the admin credential"},
		"none":      {"", 401, "AuthenticationRequired", false, "no admin credential"},
		"unknown":   {"admin-pass", 501, "MethodNotImplemented", true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := probed(t, methods{describeServer: described(true), createInviteCode: always(test.status, failure(test.name, ""))}.serve(t),
				Options{AdminPassword: test.password})
			missing := target.Missing(Admin)
			if (missing == nil) != test.has {
				t.Fatalf("missing: %v", missing)
			}
			if !test.has {
				wantMissing(t, missing, Admin, test.words, "--admin-password")
				wantMissing(t, target.Missing(SignUp), SignUp, "invite code")
				wantMissing(t, target.Missing(Login), Login, "--account")
			}
		})
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	all := []Capability{SignUp, Login, Admin, Mail, Clock, Takedown, WidenRaces}
	no := func() bool { return false }
	for name, test := range map[string]struct {
		options Options
		invites bool
		has     []Capability
	}{
		"open":              {Options{}, false, []Capability{SignUp, Login}},
		"open, not agreed":  {Options{Confirm: no}, false, nil},
		"invites":           {Options{}, true, nil},
		"invite code":       {Options{InviteCode: "pds-test-aaaa"}, true, []Capability{SignUp, Login}},
		"admin":             {Options{AdminPassword: "admin-pass"}, true, []Capability{SignUp, Login, Admin}},
		"account":           {Options{AccountHandle: "a.test"}, true, []Capability{Login}},
		"account, refused":  {Options{AccountHandle: "a.test", Confirm: no}, false, []Capability{Login}},
		"drivers":           {Options{Drivers: Drivers{Mail: &post{}, Clock: &Patience{}, Takedown: &taker{}, Races: &Control{}}}, true, []Capability{Mail, Clock, Takedown, WidenRaces}},
		"admin, not agreed": {Options{AdminPassword: "admin-pass", Confirm: no}, true, []Capability{Admin}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := targetAt(t, unreached, test.options)
			target.describe = map[string]any{"inviteCodeRequired": test.invites}
			var has []Capability
			for _, capability := range all {
				missing := target.Missing(capability)
				if missing == nil {
					has = append(has, capability)
				} else if missing.Capability != capability || missing.Reason == "" || missing.Unlock == "" {
					t.Errorf("%s: %+v", capability, missing)
				}
			}
			if diff := cmp.Diff(test.has, has); diff != "" {
				t.Errorf("there (-want +got):\n%s", diff)
			}
		})
	}
	wantMissing(t, targetAt(t, unreached, Options{Confirm: no}).Missing(SignUp), SignUp, "nobody has agreed", "--yes")
	if targetAt(t, unreached, Options{}).has("another") {
		t.Error("a capability that nobody knows is there")
	}
}

// TestProbeOfTheMock finds out what a whole server offers.
func TestProbeOfTheMock(t *testing.T) {
	t.Parallel()
	mock := mockserver.RunT(t, mockserver.Options{InviteRequired: true, UserDomains: []string{".one.example.com", ".two.example.com"}})
	target := probed(t, mock.URL, Options{AdminPassword: "admin-pass"})
	if got := target.UserDomains(); !slices.Equal(got, []string{".one.example.com", ".two.example.com"}) || !target.InviteRequired() {
		t.Errorf("domains %v, invites required %v", got, target.InviteRequired())
	}
	if target.Missing(Admin) != nil || target.Missing(Takedown) == nil {
		t.Errorf("admin %v, takedown %v", target.Missing(Admin), target.Missing(Takedown))
	}
	if refused := probed(t, mock.URL, Options{AdminPassword: "wrong-pass"}); refused.Missing(Admin) == nil {
		t.Error("a wrong admin password is taken for a right one")
	}
}
