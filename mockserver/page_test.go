package mockserver_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// page reads the page; query is empty or begins with a question mark.
func (c *client) page(query string) string {
	c.Helper()
	a := c.sendTo(c.server.ControlURL, "GET", "/"+query, nil).ok()
	return string(a.body)
}

// press sends a form of the page, as a browser does.
func (c *client) press(action string, fields ...string) answer {
	c.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return c.sendTo(c.server.ControlURL, "POST", "/page/"+action, strings.NewReader(form.Encode()),
		"Content-Type", "application/x-www-form-urlencoded", "Origin", c.server.ControlURL, "Sec-Fetch-Site", "same-origin")
}

// pressed presses, and returns where that leads.
func (c *client) pressed(action string, fields ...string) string {
	c.Helper()
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	defer func() { c.http.CheckRedirect = nil }()
	a := c.press(action, fields...)
	if a.status != http.StatusSeeOther {
		c.Fatalf("%s %v is %d", action, fields, a.status)
	}
	return a.header.Get("Location")
}

func isOn(page, label string) bool {
	return regexp.MustCompile(`aria-checked="true" aria-label="` + regexp.QuoteMeta(label) + `"`).MatchString(page)
}

func TestPageShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	c := start(t)
	empty := c.page("")
	for _, want := range []string{"No accounts yet", "Nothing was sent yet", "There are none", "No client has asked"} {
		if !strings.Contains(empty, want) {
			t.Errorf("the empty page doesn't say %q", want)
		}
	}
	alice := c.signUp("alice")
	password, _ := c.appPassword(alice, "my phone")
	c.post("requestPasswordReset", "", object{"email": alice.email}).ok()
	code := c.admin("createInviteCode", object{"useCount": 3, "forAccount": alice.did}).ok().text("code")
	page := c.page("")
	for _, want := range []string{alice.did, alice.handle, alice.email, "my phone", `app password &#34;my phone&#34;`, c.mailToken(alice.email), code,
		"0 of 3", "POST createInviteCode", c.server.URL} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for name, secret := range map[string]string{"password": alice.password, "access token": alice.access, "refresh token": alice.refresh,
		"app password": password, "admin password": "admin-pass"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page tells the %s", name)
		}
	}
}

func TestPageHeaders(t *testing.T) {
	t.Parallel()
	c := start(t)
	a := c.sendTo(c.server.ControlURL, "GET", "/", nil).ok()
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
		"X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; " +
			"base-uri 'none'; frame-ancestors 'none'",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if strings.Contains(string(a.body), "<script>") || strings.Contains(string(a.body), " style=") {
		t.Error("the page has what its policy forbids")
	}
	if style := c.sendTo(c.server.ControlURL, "GET", "/page/style.css", nil).ok(); style.header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("the style is %q", style.header.Get("Content-Type"))
	}
	for _, path := range []string{"/page/", "/page/page.html", "/page/clock", "/index.html", "/favicon.ico"} {
		c.sendTo(c.server.ControlURL, "GET", path, nil).is(404, "NotFound", "")
	}
	c.press("nothing").is(404, "NotFound", "")
	if a := c.send("POST", "/page/reset", nil); a.status != 404 {
		t.Errorf("the page on the XRPC listener is %d", a.status)
	}
}

func TestPageEscapes(t *testing.T) {
	t.Parallel()
	c := start(t)
	const markup = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	alice := c.signUp("alice")
	c.appPassword(alice, markup)
	c.send("GET", "/xrpc/com.atproto.server.describeServer?q="+url.QueryEscape(markup), nil, "User-Agent", markup)
	c.logIn(markup, markup)
	c.add(mockserver.Scenario{Status: 500, Error: markup, Message: markup})
	query := "?" + url.Values{"account": {markup}, "request": {markup}, "defect": {markup}, "facet": {markup}}.Encode()
	c.press("scenario", "for", markup, "delay", markup)
	for _, page := range []string{
		c.page(""), c.page(query), string(c.press("clock"+query, "advance", markup).body),
		string(c.press("scenario"+query, "for", markup, "message", markup, "error", markup).body),
	} {
		if strings.Contains(page, "<script>") || strings.Contains(page, "<img src") {
			t.Errorf("markup came through")
		}
	}
}

func TestPageForms(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, row := range []struct {
		action string
		fields []string
		leads  string
	}{
		{"clock?account=a%22b&next=http://evil.example.com", []string{"advance", "90m"}, "/?account=a%22b#clock"},
		{"seed", []string{"handle", "alice.test", "email", "alice@example.com", "password", "x"}, "/#accounts"},
		{"invite", []string{"uses", "2"}, "/#invites"},
		{"defect", []string{"id", "output.createSession.did.missing", "on", "true"}, "/#defects"},
		{"defect", []string{"id", "output.createSession.handle.missing", "on", "true"}, "/#defects"},
		{"defect", []string{"id", "output.createSession.did.missing", "on", "false"}, "/#defects"},
		{"example", []string{"number", "0", "on", "true"}, "/#scenarios"},
		{"scenario", []string{"method", "getSession", "for", "alice.test", "skip", "1", "times", "2", "delay", "1ms", "status", "429",
			"error", "E", "message", "M", "retryAfter", "7", "carryOut", "true", "body", "html", "drop", "mid-body", "bug", ""}, "/#scenarios"},
	} {
		if got := c.pressed(row.action, row.fields...); got != row.leads {
			t.Errorf("%s leads to %s, want %s", row.action, got, row.leads)
		}
	}
	page := c.page("")
	for _, want := range []string{"moved by 1h30m0s", "alice.test", "0 of 2</td>",
		"wait 1ms · 429 E · carried out all the same · Retry-After: 7 · body html · drop mid-body", "getSession, alice.test, after 1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if active := c.server.ActiveDefects(); len(active) != 1 || active[0] != "output.createSession.handle.missing" {
		t.Errorf("defects are %v", active)
	}
	if on := strings.Count(page, `aria-checked="true"`); on != 2 || !isOn(page, "The next two refreshes fail") { // that and a defect
		t.Errorf("%d switches are on", on)
	}
	c.pressed("sound")
	c.pressed("clear-scenarios")
	if len(c.server.ActiveDefects())+len(c.server.Scenarios()) != 0 {
		t.Errorf("left are %v, %v", c.server.ActiveDefects(), c.server.Scenarios())
	}
}

func TestPageTakedownMailAndReset(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.signUp("alice")
	c.pressed("takedown", "did", alice.did, "on", "true")
	c.logIn(alice.handle, alice.password).is(401, "AccountTakedown", "")
	if !isOn(c.page(""), "alice.test is taken down") {
		t.Error("the page doesn't tell that the account is taken down")
	}
	c.pressed("takedown", "did", alice.did, "on", "false")
	c.logIn(alice.handle, alice.password).ok()
	c.post("requestPasswordReset", "", object{"email": alice.email}).ok()
	c.pressed("clear-mail")
	if sent := c.server.Mail(""); len(sent) != 0 {
		t.Errorf("mail after emptying: %v", sent)
	}
	c.pressed("reset")
	if !strings.Contains(c.page(""), "No accounts yet") {
		t.Error("the account outlived a reset")
	}
}

func TestPageScenarioSwitches(t *testing.T) {
	t.Parallel()
	c := start(t)
	const title = "The next two refreshes fail"
	c.pressed("example", "number", "0", "on", "true")
	c.pressed("example", "number", "0", "on", "false")
	if left := c.server.Scenarios(); len(left) != 0 || isOn(c.page(""), title) {
		t.Errorf("left is %v", left)
	}
	c.pressed("example", "number", "0", "on", "true")
	for range 2 {
		c.post("refreshSession", "", nil).is(502, "UpstreamFailure", "")
	}
	if page := c.page(""); !strings.Contains(page, "2 of 2, used up") || isOn(page, title) {
		t.Error("a scenario that is used up still looks alive")
	}
	c.pressed("again", "id", "2")
	c.post("refreshSession", "", nil).is(502, "UpstreamFailure", "")
	c.pressed("remove-scenario", "id", "3")
	c.post("refreshSession", "", nil).is(401, "AuthenticationRequired", "")
}

func TestPageRefusesForms(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, row := range [][]string{
		{"advance must be", "clock", "advance", "soon"},
		{"moved back", "clock", "advance", "-1h"},
		{"handle", "seed", "handle", "x", "email", "a@example.com", "password", "secret-of-seed"},
		{"no account", "takedown", "did", "did:plc:nobody", "on", "true"},
		{"uses", "invite", "uses", "0"},
		{"no defect", "defect", "id", "nope", "on", "true"},
		{"skip must be a number", "scenario", "skip", "x"},
		{"delay must be", "scenario", "delay", "x"},
		{"nothing would happen", "scenario", "method", "getSession"},
		{"no such example", "example", "number", "99"},
		{"no scenario", "again", "id", "9"},
		{"no scenario", "remove-scenario", "id", "9"},
	} {
		a := c.press(row[1], row[2:]...)
		_, alert, _ := strings.Cut(string(a.body), `role="alert">`)
		alert, _, _ = strings.Cut(alert, "</p>")
		if a.status != 400 || !strings.Contains(alert, row[0]) {
			t.Errorf("%v is %d %s", row[1:], a.status, alert)
		}
		if strings.Contains(string(a.body), "secret-of-seed") {
			t.Error("a password came back")
		}
	}
	if a := c.press("scenario", "for", "alice.test", "message", "typed in vain"); !strings.Contains(string(a.body), `value="typed in vain"`) {
		t.Error("what was typed is gone")
	}
	if a := c.press("seed", "handle", strings.Repeat("x", 100_000)); a.status != 400 {
		t.Errorf("a form of 100 kB is %d", a.status)
	}
}

func TestPageSearches(t *testing.T) {
	t.Parallel()
	c := start(t)
	for i := range 60 {
		name := fmt.Sprintf("user-%02d", i)
		if _, err := c.server.SeedAccount(mockserver.Account{Handle: name + ".test", Email: name + "@example.com", Password: "x"}); err != nil {
			t.Fatal(err)
		}
		advance(t, c.server, time.Second)
	}
	page := c.page("")
	if !strings.Contains(page, "page 1 of 2") || !strings.Contains(page, "user-59.test") || strings.Contains(page, "user-09.test") {
		t.Error("the newest accounts are not those that are shown")
	}
	if page := c.page("?accounts=2"); !strings.Contains(page, "user-09.test") || strings.Contains(page, "user-10.test") ||
		!strings.Contains(page, `<a href="/#accounts">previous</a>`) {
		t.Error("the second page of the accounts has others")
	}
	if page := c.page("?accounts=9"); !strings.Contains(page, "page 2 of 2") {
		t.Error("behind the last page there is another")
	}
	if page := c.page("?account=USER-0+9&accounts=2"); !strings.Contains(page, "user-09.test") || strings.Contains(page, "user-10.test") {
		t.Error("the search for an account finds others")
	}
	if page := c.page("?defect=createSession+did&facet=output"); !strings.Contains(page, "output.createSession.did.missing") ||
		strings.Contains(page, "output.getSession") || strings.Contains(page, "behaviour.createSession") {
		t.Error("the search for a defect finds others")
	}
	c.logIn("user-01.test", "x").ok()
	c.logIn("user-02.test", "wrong")
	if page := c.page("?request=401"); !strings.Contains(page, "user-02.test&#34;") || strings.Contains(page, "user-01.test&#34;") ||
		!strings.Contains(page, "1 of 2, newest first") {
		t.Error("the search for a request finds others")
	}
}
