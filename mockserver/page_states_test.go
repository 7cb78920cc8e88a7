package mockserver_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestPageChangesAccounts does by forms what the control protocol does.
func TestPageChangesAccounts(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.pressed("seed", "handle", "alice.test", "email", "alice@example.com", "password", "correct horse", "seedDID", "did:web:alice.example",
		"appPassword", "abcd-efgh-ijkl-mnop", "emailConfirmed", "true", "deactivated", "true")
	state := c.server.MustAccount("alice.test")
	if state.DID != "did:web:alice.example" || !state.EmailConfirmed || !state.Deactivated || len(state.AppPasswords) != 1 || state.TakenDown {
		t.Errorf("seeded: %+v", state)
	}
	c.pressed("change", "did", state.DID, "handle", "alicia.test", "email", "")
	if a := c.press("change", "did", state.DID, "handle", "alicia.test", "email", "", "authFactor", "true"); a.status != 400 {
		t.Errorf("a second factor without an address is %d", a.status)
	}
	c.pressed("change", "did", state.DID, "handle", "alicia.test", "email", "alicia@example.com", "authFactor", "true")
	state = c.server.MustAccount("alicia.test")
	if state.Email != "alicia@example.com" || state.EmailConfirmed || state.Deactivated || !state.AuthFactor {
		t.Errorf("changed: %+v", state)
	}
	if a := c.press("change", "did", state.DID, "handle", "no handle"); a.status != 400 || !strings.Contains(string(a.body), "Nothing was changed") {
		t.Errorf("a bad handle is %d", a.status)
	}
	bob := c.signUp("bob")
	id := c.server.Sessions()[0].ID
	c.pressed("end-session", "id", id)
	c.post("refreshSession", bob.refresh, nil).is(400, "ExpiredToken", "")
	if a := c.press("end-session", "id", id); a.status != 400 {
		t.Errorf("ending a session twice is %d", a.status)
	}
	c.pressed("invite", "uses", "2", "for", "bob.test")
	code := c.server.Invites()[0]
	if code.ForAccount != bob.did {
		t.Errorf("the code is for %s", code.ForAccount)
	}
	c.pressed("disable", "code", code.Code, "on", "true")
	if !c.server.Invites()[0].Disabled {
		t.Error("the code is not disabled")
	}
	c.pressed("disable", "code", code.Code, "on", "false")
	c.pressed("remove", "did", bob.did)
	if _, err := c.server.Account("bob.test"); err == nil {
		t.Error("bob is still there")
	}
}

// TestPageChangesSettings shows what holds, and what somebody gave that can't.
func TestPageChangesSettings(t *testing.T) {
	t.Parallel()
	c := start(t)
	fields := []string{"minPasswordLength", "10", "maxPasswordLength", "0", "reservedNames", "pelican heron", "inviteRequired", "true",
		"rateLimits", "9000/5m createSession=30/5m/account", "privacyPolicy", "https://example.com/privacy"}
	c.pressed("settings", fields...)
	settings := c.server.Settings()
	if !settings.InviteRequired || settings.MinPasswordLength != 10 || settings.MaxPasswordLength != 0 || len(settings.ReservedNames) != 2 ||
		len(settings.RateLimits) != 2 || !settings.RateLimits[1].PerAccount || settings.Links.PrivacyPolicy == "" {
		t.Errorf("settings are %+v", settings)
	}
	page := c.page("")
	for _, want := range []string{`value="pelican heron"`, `value="9000/5m0s com.atproto.server.createSession=30/5m0s/account"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, bad := range [][]string{{"rateLimits", "often"}, {"minPasswordLength", "x"}, {"reservedNames", "Pelican"}} {
		if a := c.press("settings", append(append([]string{}, fields...), bad...)...); a.status != 400 {
			t.Errorf("%v is %d", bad, a.status)
		}
	}
}

// TestPageMakesOfRequests goes from a request to the forms that it fills in.
func TestPageMakesOfRequests(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Answers: []mockserver.Answer{{Method: "app.bsky.actor.getProfile", JSON: object{"n": 1}}}})
	alice := c.signUp("alice")
	c.xrpc("GET", "app.bsky.actor.getProfile", alice.access, "").ok()
	page := c.page("?account=alice")
	for _, want := range []string{
		"curl -X GET -H &#34;Authorization: Bearer $TOKEN&#34; &#39;" + c.server.URL + "/xrpc/app.bsky.actor.getProfile&#39;",
		`href="/?account=alice&amp;from=2&amp;into=answers#answers"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if page := c.page("?from=2&into=answers"); !strings.Contains(page, "&#34;method&#34;: &#34;app.bsky.actor.getProfile&#34;") {
		t.Error("the form for an answer is not filled in")
	}
	if page := c.page("?from=1&into=scenarios"); !strings.Contains(page, "<option selected>createAccount</option>") {
		t.Error("the form for a scenario is not filled in")
	}
	c.page("?from=77&into=answers")
	c.pressed("answer", "answer", `{"method":"app.bsky.actor.getProfile","account":"alice.test","json":{"n":2}}`)
	if n := c.xrpc("GET", "app.bsky.actor.getProfile", alice.access, "").ok().object()["n"]; n != 2.0 {
		t.Errorf("n is %v", n)
	}
	c.pressed("remove-answer", "number", "0")
	if left := c.server.Answers(); len(left) != 1 || left[0].Account != "" {
		t.Errorf("left are %v", left)
	}
	for _, bad := range []string{"", "{}", `{"methd":1}`} {
		if a := c.press("answer", "answer", bad); a.status != 400 {
			t.Errorf("%s is %d", bad, a.status)
		}
	}
	if a := c.press("remove-answer", "number", "7"); a.status != 400 {
		t.Errorf("removing what isn't there is %d", a.status)
	}
}

// TestPageTellsOfRequests reads how many there are as they come, and lets the
// server close.
func TestPageTellsOfRequests(t *testing.T) {
	t.Parallel()
	c := start(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.server.ControlURL+"/page/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := c.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	if kind := stream.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("the stream is %s", kind)
	}
	lines := bufio.NewScanner(stream.Body)
	next := func() (count int) {
		for lines.Scan() {
			if text, isData := strings.CutPrefix(lines.Text(), "data: "); isData {
				if err := json.Unmarshal([]byte(text), &count); err != nil {
					t.Error(err)
				}
				return count
			}
		}
		return -1
	}
	if count := next(); count != 0 {
		t.Errorf("to begin with there are %d", count)
	}
	c.get("describeServer", "").ok()
	if count := next(); count != 1 {
		t.Errorf("after a request there are %d", count)
	}
	c.server.Close()
	if count := next(); count != -1 {
		t.Errorf("after the end there are %d", count)
	}
}
