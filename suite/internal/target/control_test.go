package target

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/mockserver"
)

// controlled is a control server that answers info with a text and writes down
// what else it is asked.
type controlled struct {
	info   string
	status int    // of everything but info
	answer string // to everything but info
	mutex  sync.Mutex
	asked  []string
}

func (c *controlled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == controlPrefix+"info" {
		_, _ = io.WriteString(w, c.info)
		return
	}
	body, _ := io.ReadAll(r.Body)
	c.mutex.Lock()
	c.asked = append(c.asked, strings.TrimSpace(strings.Join([]string{r.Method, r.RequestURI, r.Header.Get("Content-Type"), string(body)}, " ")))
	c.mutex.Unlock()
	if c.status != 0 {
		w.WriteHeader(c.status)
	}
	_, _ = io.WriteString(w, c.answer)
}

func controlAt(t *testing.T, handler http.Handler) (*Control, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	control, err := NewControl(t.Context(), server.URL+"/", ample)
	if control != nil {
		t.Cleanup(control.Close)
	}
	return control, err
}

func TestControlOffers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		info string
		want []Capability
	}{
		"list":               {`{"name":"x","version":"1","offers":["mail","clock","takedown","latency"]}`, []Capability{Mail, Clock, Takedown, WidenRaces}},
		"part of a list":     {`{"offers":["clock"]}`, []Capability{Clock}},
		"capitals":           {`{"offers":["MAIL"]}`, []Capability{Mail}},
		"requests":           {`{"verbs":["GET /control/v1/mail","POST /control/v1/clock"]}`, []Capability{Mail, Clock}},
		"booleans":           {`{"mail":true,"clock":false,"takedown":true,"latency":false}`, []Capability{Mail, Takedown}},
		"booleans within":    {`{"name":"x","offers":{"mail":false,"clock":true}}`, []Capability{Clock}},
		"all false":          {`{"mail":false,"clock":false,"takedown":false}`, nil},
		"nulls":              {`{"mail":null,"clock":null,"takedown":"yes"}`, []Capability{Takedown}},
		"objects":            {`{"offers":[{"verb":"mail","since":1},{"verb":"latency"}]}`, []Capability{Mail, WidenRaces}},
		"object of objects":  {`{"offers":{"mail":{"path":"/control/v1/mail"}}}`, []Capability{Mail}},
		"list alone":         {`["mail","takedown"]`, []Capability{Mail, Takedown}},
		"nothing said":       {`{"name":"x","version":"1"}`, []Capability{Mail, Clock, Takedown}},
		"empty":              {`{}`, []Capability{Mail, Clock, Takedown}},
		"null":               {`null`, []Capability{Mail, Clock, Takedown}},
		"names are no offer": {`{"name":"mail catcher","version":"clock-2","offers":["takedown"]}`, []Capability{Takedown}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			control, err := controlAt(t, &controlled{info: test.info})
			if err != nil {
				t.Fatal(err)
			}
			var got []Capability
			for _, capability := range []Capability{Mail, Clock, Takedown, WidenRaces} {
				if control.Offers(capability) {
					got = append(got, capability)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("offered (-want +got):\n%s", diff)
			}
		})
	}
}

func TestControlSpeaksTheProtocol(t *testing.T) {
	t.Parallel()
	server := &controlled{info: `{}`, answer: `[{"id":"7","to":"a","from":"b","subject":"s","text":"Your code is 1111","token":"2222","at":"x"}]`}
	control, err := controlAt(t, server)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	messages, err := control.Messages(ctx, "a+b&c@example.com")
	if err != nil {
		t.Fatal(err)
	}
	want := []Message{{ID: "7", To: "a", Subject: "s", Text: "Your code is 1111", Token: "2222"}}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Errorf("mail (-want +got):\n%s", diff)
	}
	for _, err := range []error{
		control.Advance(ctx, 20*time.Minute),
		control.SetTakedown(ctx, "did:plc:abc", true),
		control.SetTakedown(ctx, "did:web:a.test/b?c", false),
		control.WidenRace(ctx, "com.example.x", 2),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	asked := []string{
		"GET /control/v1/mail?to=a%2Bb%26c%40example.com",
		`POST /control/v1/clock application/json {"advance":"20m"}`,
		"POST /control/v1/accounts/did:plc:abc/takedown",
		"DELETE /control/v1/accounts/did:web:a.test%2Fb%3Fc/takedown",
		`PUT /control/v1/latency application/json {"nsid":"com.example.x","stage":"before-commit","delay":"5s","calls":2}`,
		`PUT /control/v1/latency application/json {"nsid":"com.example.x","stage":"before-commit","delay":"20ms"}`, // the answer counts no calls
	}
	if diff := cmp.Diff(asked, server.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestControlThatRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server *controlled
		want   string // in the error on mail
		others bool   // whether the other verbs fail as well
	}{
		"not found":    {&controlled{status: 404, answer: `{"error":"NotFound"}`}, "GET mail answered 404", true},
		"own fault":    {&controlled{status: 500, answer: `oh`}, "GET mail answered 500", true},
		"no content":   {&controlled{status: 204}, "no JSON of the expected form", false},
		"HTML":         {&controlled{answer: `<html>hello</html>`}, "no JSON of the expected form", false},
		"another form": {&controlled{answer: `{"messages":[]}`}, "no JSON of the expected form", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.server.info = `{}`
			control, err := controlAt(t, test.server)
			if err != nil {
				t.Fatal(err)
			}
			_, err = control.Messages(t.Context(), "secret@example.com")
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret@") {
				t.Errorf("error %v, want %q and no address", err, test.want)
			}
			for verb, err := range map[string]error{
				"clock":    control.Advance(t.Context(), time.Minute),
				"takedown": control.SetTakedown(t.Context(), "did:web:a.test", true),
				"latency":  control.WidenRace(t.Context(), "com.example.x", 0),
			} {
				if (err != nil) != test.others {
					t.Errorf("%s: error %v", verb, err)
				}
			}
		})
	}
}

func TestNoControlServer(t *testing.T) {
	t.Parallel()
	for name, info := range map[string]string{"HTML": "<html></html>", "nothing": "", "more than JSON": `{} {}`} {
		if _, err := controlAt(t, &controlled{info: info}); err == nil || !strings.Contains(err.Error(), "control server: GET info answered no JSON") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := controlAt(t, http.NotFoundHandler()); err == nil || err.Error() != "control server: GET info answered 404" {
		t.Errorf("a server of something else: error %v", err)
	}
	if _, err := NewControl(t.Context(), unreached, ample); err == nil {
		t.Error("nobody answers, and no error")
	}
	if _, err := NewControl(t.Context(), "http://a b", ample); err == nil {
		t.Error("no URL, and no error")
	}
}

func TestControlThatIsSlow(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	slow := func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/info") {
			_, _ = io.WriteString(w, "{}")
			return
		}
		<-released
	}
	server := httptest.NewServer(http.HandlerFunc(slow))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(released) })
	control, err := NewControl(t.Context(), server.URL, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(control.Close)
	if _, err := control.Messages(t.Context(), address); err == nil {
		t.Error("a server that never answers, and no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := control.Advance(ctx, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the run was interrupted", err)
	}
}

// TestControlOfTheMock speaks to a control server that was written from the
// same protocol.
func TestControlOfTheMock(t *testing.T) {
	t.Parallel()
	mock := mockserver.RunT(t)
	control, err := NewControl(t.Context(), mock.ControlURL, ample)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(control.Close)
	for _, capability := range []Capability{Mail, Clock, Takedown, WidenRaces} {
		if !control.Offers(capability) {
			t.Errorf("%s is not offered", capability)
		}
	}
	did, err := mock.SeedAccount(mockserver.Account{Handle: "alice.test", Email: address, Password: "hunter2hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	before := mock.Now()
	for _, err := range []error{
		control.Advance(t.Context(), 90*time.Minute),
		control.SetTakedown(t.Context(), did, true),
		control.SetTakedown(t.Context(), did, false),
		control.WidenRace(t.Context(), createAccount, 2),
		control.WidenRace(t.Context(), createAccount, 0),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if moved := mock.Now().Sub(before); moved < 90*time.Minute {
		t.Errorf("the clock moved by %s", moved)
	}
	if err := control.SetTakedown(t.Context(), "did:web:nobody.test", true); err == nil {
		t.Error("an account that is not there is taken down")
	}
	target := probed(t, mock.URL, Options{Drivers: Drivers{Mail: control}})
	account, err := target.SignUp(t.Context(), direct{target})
	if err != nil {
		t.Fatal(err)
	}
	box, err := target.Mailbox(t.Context(), account.Email)
	if err != nil {
		t.Fatal(err)
	}
	if left := target.CleanUp(t.Context()); left != 0 {
		t.Errorf("%d accounts are left", left)
	}
	if code, err := box.Code(t.Context(), AboutReset()); err != nil || code == "" {
		t.Errorf("code %q, error %v", code, err)
	}
}

func TestWordsOfInfo(t *testing.T) {
	t.Parallel()
	var info any
	if err := json.Unmarshal([]byte(`{"n":1,"b":false,"list":[1,true,"Word"],"version":"9"}`), &info); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(words(info, true), " "); !strings.Contains(all, "b") {
		t.Errorf("what is denied is not in %q", all)
	}
	got := words(info, false)
	for _, word := range []string{"n", "list", "word", "version"} {
		if !strings.Contains(" "+strings.Join(got, " ")+" ", " "+word+" ") {
			t.Errorf("%q is not in %q", word, got)
		}
	}
	if strings.Contains(strings.Join(got, " "), "9") {
		t.Errorf("the version is in %q", got)
	}
}
