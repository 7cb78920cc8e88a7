package mockserver_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"

	"github.com/pdsconform/pdsconform/mockserver"
)

// add makes a scenario happen and returns its ID.
func (c *client) add(scenario mockserver.Scenario) string {
	c.Helper()
	id, err := c.server.AddScenario(scenario)
	if err != nil {
		c.Fatal(err)
	}
	return id
}

// attempt sends a request on a connection of its own, since net/http repeats
// one by itself where a connection that it has used before is lost.
func (c *client) attempt(verb, method, bearer, body string) (answer, error) {
	c.Helper()
	request, err := http.NewRequestWithContext(c.Context(), verb, c.server.URL+"/xrpc/com.atproto.server."+method, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	if body == "" {
		request.Body, request.ContentLength = http.NoBody, 0
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	request.Close = true
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{c.TB, response.StatusCode, response.Header, text, response.Close}, err
}

func TestScenarioOfStatus(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.signUp("alice")
	id := c.add(mockserver.Scenario{Method: "refreshSession", Times: 2, Status: 502})
	for range 2 {
		c.post("refreshSession", alice.refresh, nil).is(502, "UpstreamFailure", "Bad Gateway")
		c.get("getSession", alice.access).ok()
	}
	c.post("refreshSession", alice.refresh, nil).ok()
	states := c.server.Scenarios()
	if len(states) != 1 || states[0].ID != id || states[0].Applied != 2 || states[0].Skipped != 0 || !states[0].Spent {
		t.Errorf("scenarios are %+v", states)
	}
	log := c.server.Requests()
	if first, last := log[1], log[len(log)-1]; first.Scenario != id || first.NSID != "com.atproto.server.refreshSession" || last.Scenario != "" {
		t.Errorf("the log says %+v and %+v", first, last)
	}
}

func TestScenarioIsNotCarriedOut(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.add(mockserver.Scenario{Method: "createAccount", Times: 1, Error: "InvalidHandle", Message: "not today"})
	c.add(mockserver.Scenario{Method: "createAccount", Times: 1, Status: 504, CarryOut: true})
	input := object{"handle": "alice.test", "email": "alice@example.com", "password": "12345678"}
	c.post("createAccount", "", input).is(400, "InvalidHandle", "not today")
	if _, err := c.server.SeedAccount(mockserver.Account{Handle: "bob.test", Email: "alice@example.com", Password: "x"}); err != nil {
		t.Fatalf("the refused sign-up was carried out: %v", err)
	}
	input["email"] = "other@example.com"
	c.post("createAccount", "", input).is(504, "UpstreamTimeout", "")
	c.post("createAccount", "", input).is(400, "HandleNotAvailable", "")
	if body := string(c.server.Requests()[0].Body); !strings.Contains(body, "alice.test") || strings.Contains(body, "12345678") {
		t.Errorf("the log has the body %s", body)
	}
}

func TestScenariosOneAfterTheOther(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.add(mockserver.Scenario{Method: "com.atproto.server.describeServer", Skip: 1, Times: 1, Status: 503})
	c.add(mockserver.Scenario{Times: 2, Status: 429, Headers: map[string]string{"retry-after": "7"}})
	for i, want := range []int{429, 503, 429, 200} {
		a := c.get("describeServer", "")
		if a.status != want || (want == 429) != (a.header.Get("Retry-After") == "7") {
			t.Errorf("answer %d is %d %v, want %d", i, a.status, a.header, want)
		}
	}
}

func TestScenarioOfAnAccount(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice, bob := c.signUp("alice"), c.signUp("bob-b")
	refused := func(a answer) bool { return a.status == 418 }
	for _, account := range []string{"Alice.test", alice.did, "alice@EXAMPLE.com"} {
		t.Run(account, func(t *testing.T) {
			id := c.add(mockserver.Scenario{Account: account, Status: 418})
			for name, row := range map[string]struct {
				answer answer
				want   bool
			}{
				"her token":           {c.get("getSession", alice.access), true},
				"her refresh token":   {c.post("refreshSession", alice.refresh, nil), true},
				"his token":           {c.get("getSession", bob.access), false},
				"no token":            {c.get("describeServer", ""), false},
				"a forged token":      {c.get("getSession", alice.access+"x"), false},
				"her handle":          {c.logIn("ALICE.test", "wrong"), true},
				"her address":         {c.logIn(alice.email, "wrong"), true},
				"his handle":          {c.logIn(bob.handle, "wrong"), false},
				"his with her token":  {c.post("createSession", alice.access, object{"identifier": bob.handle, "password": "x"}), false},
				"a reset":             {c.post("requestPasswordReset", "", object{"email": alice.email}), true},
				"a deletion":          {c.post("deleteAccount", "", object{"did": alice.did, "password": "x", "token": "x"}), true},
				"a code":              {c.admin("createInviteCode", object{"useCount": 1, "forAccount": alice.did}), true},
				"a sign-up like hers": {c.post("createAccount", "", object{"handle": "alice.test", "email": "a@example.com", "password": "12345678"}), true},
				"her handle resolved": {c.send("GET", "/xrpc/com.atproto.identity.resolveHandle?handle=Alice.test", nil), true},
				"her preflight":       {c.send("OPTIONS", "/xrpc/com.atproto.server.getSession", nil, authorization(alice.access)...), false},
				"no XRPC":             {c.send("GET", "/"+alice.did, nil), false},
			} {
				if refused(row.answer) != row.want {
					t.Errorf("%s is %d %s", name, row.answer.status, row.answer.body)
				}
			}
			if err := c.server.RemoveScenario(id); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestScenarioKnowsWhoseCodeItIs(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice, bob := c.signUp("alice"), c.signUp("bob-b")
	c.add(mockserver.Scenario{Method: "resetPassword", Account: alice.handle, Status: 500})
	for _, s := range []session{alice, bob} {
		c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	}
	c.post("resetPassword", "", object{"token": strings.ToLower(c.mailToken(alice.email)), "password": "12345678"}).is(500, "InternalServerError", "")
	c.post("resetPassword", "", object{"token": c.mailToken(bob.email), "password": "12345678"}).ok()
}

func TestScenarioKnowsExpiredTokens(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.signUp("alice")
	advance(t, c.server, 24*time.Hour)
	c.add(mockserver.Scenario{Account: alice.did, Times: 1, Status: 500})
	c.get("getSession", alice.access).is(500, "InternalServerError", "")
	c.get("getSession", alice.access).is(400, "ExpiredToken", "")
}

// TestScenarioLeavesBodies looks whether a body that was looked at for whom it
// names is still what it was, faults included.
func TestScenarioLeavesBodies(t *testing.T) {
	t.Parallel()
	c, plain := start(t), start(t)
	c.add(mockserver.Scenario{Account: "nobody.test", Status: 500})
	for name, row := range map[string]struct {
		body    io.Reader
		headers []string
	}{
		"none":       {nil, nil},
		"malformed":  {strings.NewReader(`{"identifier":`), []string{"Content-Type", "application/json"}},
		"a list":     {strings.NewReader(`["alice.test"]`), []string{"Content-Type", "application/json"}},
		"a number":   {strings.NewReader(`{"identifier":7,"password":"x"}`), []string{"Content-Type", "application/json"}},
		"too large":  {bytes.NewReader(make([]byte, 200<<10)), []string{"Content-Type", "application/json"}},
		"in chunks":  {io.MultiReader(strings.NewReader(`{"identifier":"alice.test","password":"x"}`)), []string{"Content-Type", "application/json"}},
		"long ones":  {io.MultiReader(bytes.NewReader(make([]byte, 200<<10))), []string{"Content-Type", "application/json"}},
		"not gzip":   {strings.NewReader("plain"), []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}},
		"other code": {strings.NewReader("plain"), []string{"Content-Type", "application/json", "Content-Encoding", "br"}},
	} {
		var text []byte
		if row.body != nil {
			text, _ = io.ReadAll(row.body)
		}
		send := func(c *client) answer {
			var body io.Reader = bytes.NewReader(text)
			if name == "none" {
				body = nil
			}
			if _, sized := row.body.(interface{ Len() int }); !sized && body != nil {
				body = io.MultiReader(body)
			}
			return c.send("POST", "/xrpc/com.atproto.server.createSession", body, row.headers...)
		}
		if got, want := send(c), send(plain); got.status != want.status || !bytes.Equal(got.body, want.body) {
			t.Errorf("%s: %d %s, without scenarios %d %s", name, got.status, got.body, want.status, want.body)
		}
	}
}

func TestScenarioDrops(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, row := range []struct {
		drop    string
		status  int
		some    bool // whether some of the body arrives
		done    bool
		problem error
	}{
		{mockserver.DropAtOnce, 0, false, false, io.EOF},
		{mockserver.DropBeforeAnswer, 0, false, true, io.EOF},
		{mockserver.DropAfterHeaders, 200, false, true, io.ErrUnexpectedEOF},
		{mockserver.DropMidBody, 200, true, true, io.ErrUnexpectedEOF},
	} {
		t.Run(row.drop, func(t *testing.T) {
			name := strings.ReplaceAll(row.drop, "-", "")
			id := c.add(mockserver.Scenario{Method: "createAccount", Times: 1, Drop: row.drop})
			a, err := c.attempt("POST", "createAccount", "", `{"handle":"`+name+`.test","email":"`+name+`@example.com","password":"12345678"}`)
			if !errors.Is(err, row.problem) || a.status != row.status || (len(a.body) > 0) != row.some || json.Valid(a.body) {
				t.Errorf("answer is %d %q, %v", a.status, a.body, err)
			}
			if done := c.logIn(name+".test", "12345678").status == 200; done != row.done {
				t.Errorf("carried out: %t", done)
			}
			log := c.server.Requests()
			if logged := log[len(log)-2]; logged.Status != row.status || logged.Scenario != id || (logged.Response != nil) != row.some {
				t.Errorf("logged as %+v", logged)
			}
		})
	}
	t.Run("an empty answer", func(t *testing.T) {
		alice := c.signUp("alice")
		c.add(mockserver.Scenario{Method: "deleteSession", Times: 1, Drop: mockserver.DropAfterHeaders})
		if a, err := c.attempt("POST", "deleteSession", alice.refresh, ""); !errors.Is(err, io.ErrUnexpectedEOF) || a.status != 200 {
			t.Errorf("answer is %d %q, %v", a.status, a.body, err)
		}
	})
}

func TestScenarioBodies(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.signUp("alice")
	whole := c.get("getSession", alice.access).ok().body
	for kind, want := range map[string]struct{ media, body string }{
		mockserver.BodyEmpty:     {"application/json; charset=utf-8", ""},
		mockserver.BodyTruncated: {"application/json; charset=utf-8", string(whole[:len(whole)/2])},
		mockserver.BodyMalformed: {"application/json; charset=utf-8", string(whole[:len(whole)-1]) + ",}"},
		mockserver.BodyHTML:      {"text/html; charset=utf-8", "<!doctype html>\n<html><head><title>OK</title></head>\n<body><h1>OK</h1><hr>gateway</body></html>\n"},
	} {
		c.add(mockserver.Scenario{Times: 1, Body: kind})
		a := c.get("getSession", alice.access)
		if a.status != 200 || string(a.body) != want.body || a.header.Get("Content-Type") != want.media || json.Valid(a.body) {
			t.Errorf("%s: %d %v %q", kind, a.status, a.header, a.body)
		}
	}
	c.add(mockserver.Scenario{Times: 1, Body: mockserver.BodyHTML, Status: 502, Headers: map[string]string{"Via": "1.1 gateway"}})
	if a := c.get("getSession", alice.access); a.status != 502 || !strings.Contains(string(a.body), "<h1>Bad Gateway</h1>") || a.header.Get("Via") == "" {
		t.Errorf("a gateway's page: %d %v %s", a.status, a.header, a.body)
	}
	c.add(mockserver.Scenario{Method: "deleteSession", Times: 1, Body: mockserver.BodyMalformed})
	if a := c.post("deleteSession", alice.refresh, nil); string(a.body) != ",}" || a.header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("of no body it makes %v %q", a.header, a.body)
	}
	c.get("getSession", alice.access).ok()
}

func TestScenarioRedirects(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.add(mockserver.Scenario{Status: 302, Headers: map[string]string{"Location": "https://example.com/", "Content-Type": "text/plain"}})
	if a := c.get("describeServer", ""); a.status != 302 || a.header.Get("Location") != "https://example.com/" || a.header.Get("Content-Type") != "text/plain" {
		t.Errorf("answer is %d %v", a.status, a.header)
	}
}

func TestScenarioDelay(t *testing.T) {
	t.Parallel()
	clock := quartz.NewMock(t)
	trap := clock.Trap().NewTimer("wait")
	defer trap.Close()
	c := start(t, mockserver.Options{Clock: clock, Scenarios: []mockserver.Scenario{
		{Method: "createSession", Account: "alice.test", Times: 1, Delay: 20 * time.Second, Status: 503},
	}})
	answered := make(chan answer)
	go func() { answered <- c.logIn("alice.test", "x") }()
	wait := trap.MustWait(t.Context())
	if wait.Duration != 20*time.Second {
		t.Errorf("waits for %s", wait.Duration)
	}
	wait.MustRelease(t.Context())
	select {
	case a := <-answered:
		t.Errorf("answered before the wait was over: %d", a.status)
	default:
	}
	clock.Advance(20 * time.Second).MustWait(t.Context())
	(<-answered).is(503, "NotEnoughResources", "Service Unavailable")
	c.logIn("alice.test", "x").is(401, "AuthenticationRequired", "")
	if took := c.server.Requests()[0].DurationMs; took != 20_000 {
		t.Errorf("logged as taking %v ms", took)
	}
}

// TestCloseEndsDelays would take a minute if it did not.
func TestCloseEndsDelays(t *testing.T) {
	t.Parallel()
	clock := quartz.NewMock(t)
	trap := clock.Trap().NewTimer("wait")
	defer trap.Close()
	c := start(t, mockserver.Options{Clock: clock})
	c.add(mockserver.Scenario{Delay: time.Minute})
	answered := make(chan answer)
	go func() { answered <- c.get("describeServer", "") }()
	trap.MustWait(t.Context()).MustRelease(t.Context())
	c.server.Close()
	(<-answered).ok()
}

func TestScenarioOfADefect(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Defects: []string{"output.getSession.handle.missing"}})
	alice := c.signUp("alice")
	c.add(mockserver.Scenario{Account: alice.did, Times: 1, Defect: "output.getSession.did.missing"})
	for i, want := range [][2]bool{{false, true}, {true, false}} { // that defect alone, and then the server's own
		got := c.get("getSession", alice.access).ok().object()
		if _, did := got["did"]; did != want[0] {
			t.Errorf("answer %d has a did: %t", i, did)
		}
		if _, handle := got["handle"]; handle != want[1] {
			t.Errorf("answer %d has a handle: %t", i, handle)
		}
	}
}

// TestScenarioOfEveryDefect holds that the defects which can't be bound to a
// request are few, and that none of the others breaks the mock.
func TestScenarioOfEveryDefect(t *testing.T) {
	t.Parallel()
	server := mockserver.RunT(t)
	all, refused := mockserver.Defects(nil), 0
	for _, defect := range all {
		id, err := server.AddScenario(mockserver.Scenario{Defect: defect.ID})
		if err != nil && !strings.Contains(err.Error(), "can only be activated for all") {
			t.Errorf("%s: %v", defect.ID, err)
		}
		if err != nil {
			refused++
			continue
		}
		if err := server.RemoveScenario(id); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d of %d can't be bound to a request", refused, len(all))
	if refused == 0 || refused*4 > len(all) {
		t.Errorf("%d of %d defects can't be bound to a request", refused, len(all))
	}
}

func TestScenarioCountsAreExact(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.add(mockserver.Scenario{Method: "describeServer", Skip: 3, Times: 5, Status: 500})
	c.add(mockserver.Scenario{Method: "describeServer", Times: 7, Status: 503})
	got := map[int]int{}
	for _, a := range together(parallel, func(int) answer { return c.get("describeServer", "") }) {
		got[a.status]++
	}
	if got[500] != 5 || got[503] != 7 || got[200] != parallel-12 {
		t.Errorf("statuses are %v", got)
	}
}

func TestResetGoesBackToTheScenariosOfTheOptions(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Scenarios: []mockserver.Scenario{{Times: 1, Status: 500}}})
	c.get("describeServer", "").is(500, "InternalServerError", "")
	c.add(mockserver.Scenario{Status: 503})
	c.server.Reset()
	if states := c.server.Scenarios(); len(states) != 1 || states[0].ID != "1" || states[0].Spent {
		t.Errorf("after a reset: %+v", states)
	}
	c.get("describeServer", "").is(500, "InternalServerError", "")
	c.get("describeServer", "").ok()
	c.server.ClearScenarios()
	if states := c.server.Scenarios(); len(states) != 0 {
		t.Errorf("after clearing: %+v", states)
	}
	if err := c.server.RemoveScenario("1"); !errors.Is(err, mockserver.ErrUnknownScenario) {
		t.Errorf("removing what is gone: %v", err)
	}
}
