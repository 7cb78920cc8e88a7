package mockserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
)

// oddStart runs a server that takes some freedoms.
func oddStart(t *testing.T, freedoms ...string) *client {
	t.Helper()
	return start(t, mockserver.Options{
		Odd: freedoms, InviteInterval: day,
		Links: mockserver.Links{PrivacyPolicy: "https://pds.example/privacy"},
	})
}

// join signs up whether an invite code is needed or not.
func (c *client) join(name string) session {
	c.Helper()
	return c.signUpWith(name, c.admin("createInviteCode", object{"useCount": 1}).ok().text("code"))
}

// TestFreedoms looks for each on a server that takes it and on one that
// doesn't.
func TestFreedoms(t *testing.T) {
	t.Parallel()
	shown := map[string]func(*client) bool{
		"extra-fields": func(c *client) bool { _, has := c.join("alice").session(c).object()["extraNull"]; return has },
		"key-order": func(c *client) bool {
			body := string(c.join("alice").session(c).body)
			return strings.Index(body, `"email"`) < strings.Index(body, `"handle"`)
		},
		"white-space": func(c *client) bool { return bytes.HasPrefix(c.get("describeServer", "").body, []byte("\r\n")) },
		"escapes": func(c *client) bool {
			return bytes.Contains(c.get("describeServer", "").body, []byte(`"\u0064\u0069\u0064"`))
		},
		"media-type": func(c *client) bool {
			return strings.Contains(c.get("describeServer", "").header.Get("Content-Type"), "profile")
		},
		"messages": func(c *client) bool { return len(c.get("getSession", "").text("message")) > 100 },
		"tokens": func(c *client) bool {
			return len(c.join("alice").access) > 1000 && c.get("getSession", c.join("bobby").access+"x").status == 400
		},
		"codes": func(c *client) bool {
			s := c.join("alice")
			c.post("requestPasswordReset", "", object{"email": s.email}).ok()
			code := c.mailToken(s.email)
			password, _ := c.appPassword(s, "phone")
			c.post("resetPassword", "", object{"token": code, "password": "other password"}).ok()
			return len(code) == 6 && len(password) == 24 && strings.Count(c.admin("createInviteCode", object{"useCount": 1}).text("code"), "-") == 1
		},
		"statuses":         func(c *client) bool { return c.get("getSession", "bogus").status == 401 },
		"headers":          func(c *client) bool { return c.get("describeServer", "").header.Get("RateLimit-Limit") != "" },
		"chunked":          func(c *client) bool { return c.get("describeServer", "").header.Get("Content-Length") == "" },
		"http2":            speaksHTTP2,
		"invites-required": func(c *client) bool { return c.get("describeServer", "").object()["inviteCodeRequired"] == true },
		"no-links":         func(c *client) bool { _, has := c.get("describeServer", "").object()["links"]; return !has },
		"domains":          func(c *client) bool { return len(c.get("describeServer", "").list("availableUserDomains")) == 3 },
		"no-grace": func(c *client) bool {
			s := c.join("alice")
			c.post("refreshSession", s.refresh, nil).ok()
			return c.post("refreshSession", s.refresh, nil).status != 200
		},
		"no-password-policy": func(c *client) bool {
			return c.post("createAccount", "", object{"handle": "alice.test", "email": "a@b.c", "password": ""}).status == 200
		},
		"rate-limits": limits429,
		"invites-unsaid": func(c *client) bool {
			_, said := c.get("describeServer", "").object()["inviteCodeRequired"]
			return !said
		},
		"same-second-tokens": func(c *client) bool {
			s := c.join("alice")
			logIn := func() string { return c.logIn(s.handle, s.password).ok().text("refreshJwt") }
			for range 3 { // a second may pass in between
				if first := logIn(); first == logIn() {
					return true
				}
			}
			return false
		},
		"access-ends": func(c *client) bool {
			s := c.join("alice")
			other := c.logIn(s.handle, s.password).ok().text("accessJwt")
			c.post("deleteSession", s.refresh, nil).ok()
			c.get("getSession", other).ok()
			return c.get("getSession", s.access).status == 400
		},
		"short-labels": func(c *client) bool {
			code := c.admin("createInviteCode", object{"useCount": 1}).ok().text("code")
			return c.post("createAccount", "", object{"handle": "alice-of-nineteen-x.test", "email": "a@b.cd", "password": "password", "inviteCode": code}).status == 400
		},
		"strict-addresses": func(c *client) bool {
			code := c.admin("createInviteCode", object{"useCount": 1}).ok().text("code")
			return c.post("createAccount", "", object{"handle": "alice.test", "email": "a+b@c.de", "password": "password", "inviteCode": code}).status == 400
		},
		"no-content": func(c *client) bool { return c.post("deleteSession", c.join("alice").refresh, nil).status == 204 },
		"signed-links": func(c *client) bool {
			s := c.join("alice")
			c.post("requestPasswordReset", "", object{"email": s.email}).ok()
			sent := c.server.Mail(s.email)
			return strings.Contains(sent[len(sent)-1].Text, "?signature=")
		},
		"closing": func(c *client) bool { return c.get("describeServer", "").closed },
		"html-limits": func(c *client) bool {
			for range 20 {
				if a := c.get("describeServer", ""); a.status == http.StatusTooManyRequests {
					return a.header.Get("Content-Type") == "text/html" && a.header.Get("Retry-After") == "1"
				}
			}
			return false
		},
	}
	looksFor(t, mockserver.Freedoms(), shown, oddStart)
}

// looksFor looks for each variant that has no test of its own on a server that
// uses it and on one that doesn't.
func looksFor(t *testing.T, freedoms []mockserver.Freedom, shown map[string]func(*client) bool, serve func(*testing.T, ...string) *client) {
	t.Helper()
	for _, freedom := range freedoms {
		if freedom.Name == "invites-open" || freedom.Name == "slow-deletion" || freedom.Name == "old-tokens" {
			continue // have tests of their own
		}
		t.Run(freedom.Name, func(t *testing.T) {
			t.Parallel()
			shows := shown[freedom.Name]
			if shows == nil || freedom.Description == "" {
				t.Fatal("nobody looks for it, or it isn't described")
			}
			if shows(serve(t)) {
				t.Error("a plain server shows it")
			}
			if !shows(serve(t, freedom.Name)) {
				t.Error("it doesn't show")
			}
		})
	}
}

// TestFreedomsOfToday are those that the documents of 2023 know nothing of.
func TestFreedomsOfToday(t *testing.T) {
	t.Parallel()
	today, err := lexicons.LoadRevision("2026-07")
	if err != nil {
		t.Fatal(err)
	}
	const nobody = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
	serve := func(t *testing.T, freedoms ...string) *client {
		t.Helper()
		return startToday(t, mockserver.Options{Odd: freedoms})
	}
	looksFor(t, slices.DeleteFunc(mockserver.FreedomsOf(today), func(f mockserver.Freedom) bool {
		return slices.Contains(mockserver.Freedoms(), f)
	}), map[string]func(*client) bool{
		"other-refusals": func(c *client) bool {
			return c.post("createAccount", "", object{"handle": "alice.test", "did": nobody}).text("error") == "AuthenticationRequired"
		},
		"imports-ignored": func(c *client) bool {
			made := c.post("createAccount", "", object{"handle": "alice.test", "did": nobody, "plcOp": object{"type": "none"}})
			return made.status == 200 && made.text("did") != nobody
		},
		"bound-service-tokens": func(c *client) bool {
			return c.get("getServiceAuth?aud=did:web:a.test", c.signUp("alice").access).status == 400
		},
		"did-docs": func(c *client) bool {
			s := c.signUp("alice")
			for _, a := range []answer{s.session(c), c.logIn(s.handle, s.password), c.post("refreshSession", s.refresh, nil)} {
				if document, _ := a.ok().object()["didDoc"].(map[string]any); document["id"] != s.did {
					return false
				}
			}
			return true
		},
	}, serve)
}

// everyFreedom are the variants of each revision, one at a time and all at once,
// by revision and name.
func everyFreedom(t *testing.T) iter.Seq2[string, string] {
	t.Helper()
	return func(yield func(string, string) bool) {
		for _, revision := range lexicons.Revisions() {
			catalog, err := lexicons.LoadRevision(revision)
			if err != nil {
				t.Fatal(err)
			}
			for _, freedom := range append(mockserver.FreedomsOf(catalog), mockserver.Freedom{Name: "all"}) {
				if !yield(revision, freedom.Name) {
					return
				}
			}
		}
	}
}

func (s session) session(c *client) answer { return c.get("getSession", s.access).ok() }

func speaksHTTP2(c *client) bool {
	c.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, c.server.URL+"/xrpc/com.atproto.server.describeServer", nil)
	if err != nil {
		c.Fatal(err)
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return false
	}
	return read(c.TB, response).ok().text("did") != "" && response.ProtoMajor == 2
}

// limits429 reports whether a few of many calls are refused, never two in a
// row, and in the end none.
func limits429(c *client) bool {
	var refused []int
	for i := range 200 {
		if a := c.get("describeServer", ""); a.status == http.StatusTooManyRequests {
			if a.header.Get("Retry-After") != "1" || a.text("error") != "RateLimitExceeded" {
				c.Errorf("refusal is %v %s", a.header, a.body)
			}
			refused = append(refused, i)
		}
	}
	for i := 1; i < len(refused); i++ {
		if refused[i] == refused[i-1]+1 {
			c.Error("two refusals in a row")
		}
	}
	return len(refused) == 5
}

func TestNoInvites(t *testing.T) {
	t.Parallel()
	for freedoms, required := range map[string]bool{"": true, "invites-open": false, "invites-open invites-required": true} {
		c := start(t, mockserver.Options{InviteRequired: true, Odd: strings.Fields(freedoms)})
		if got := c.get("describeServer", "").object()["inviteCodeRequired"]; got != required {
			t.Errorf("with %q: required is %v", freedoms, got)
		}
	}
}

func TestSlowDeletion(t *testing.T) {
	t.Parallel()
	clock := quartz.NewMock(t)
	c := start(t, mockserver.Options{Odd: []string{"slow-deletion"}, Clock: clock})
	s := c.signUp("alice")
	c.deleteAccount(s)
	c.logIn(s.handle, s.password).ok()
	clock.Advance(time.Second).MustWait(t.Context())
	c.logIn(s.handle, s.password).is(401, "AuthenticationRequired", "")
	c.signUp("alice")
}

func TestOldTokensEndSessions(t *testing.T) {
	t.Parallel()
	for _, old := range []bool{false, true} {
		clock, odd := quartz.NewMock(t), []string(nil)
		if old {
			odd = []string{"old-tokens"}
		}
		c := startToday(t, mockserver.Options{Clock: clock, Odd: odd})
		s := c.signUp("alice")
		clock.Advance(91 * day).MustWait(t.Context())
		if got := c.post("deleteSession", s.refresh, nil); (got.status == 200) != old || !old && got.text("error") != "ExpiredToken" {
			t.Errorf("old tokens taken %t: an expired one gets %d %s", old, got.status, got.body)
		}
	}
}

// TestOddServersWork takes accounts through their lives, with each freedom and
// with all of them.
func TestOddServersWork(t *testing.T) {
	t.Parallel()
	for revision, name := range everyFreedom(t) {
		t.Run(revision+" "+name, func(t *testing.T) {
			t.Parallel()
			clock := quartz.NewMock(t)
			server := mockserver.RunT(t, mockserver.Options{Revision: revision, Odd: []string{name}, InviteInterval: day, Clock: clock})
			life(newClient(t, server), clock)
			if defects := server.OutputDefects(); len(defects) > 0 {
				t.Error(defects)
			}
		})
	}
}

// life is a test whose calls are repeated where they are refused for now.
func life(c *client, clock *quartz.Mock) {
	c.http.Transport = again{c.http.Transport}
	s := c.join("alice")
	if a := c.get("getSession", s.access).ok(); a.text("handle") != s.handle || a.text("did") != s.did {
		c.Errorf("session is %s", a.body)
	}
	if !slices.Contains(c.get("describeServer", "").ok().list("availableUserDomains"), any(".test")) {
		c.Error("the domain of the accounts is not told")
	}
	_, app := c.appPassword(s, "phone")
	if got := c.get("listAppPasswords", app.access).ok().list("passwords"); len(got) != 1 || got[0].(object)["name"] != "phone" {
		c.Errorf("app passwords are %v", got)
	}
	if a := c.post("createAppPassword", app.access, object{"name": "more"}); a.text("error") != "InvalidToken" {
		c.Errorf("an app-password session gets %d %s", a.status, a.body)
	}
	s.refresh = c.post("refreshSession", s.refresh, nil).ok().text("refreshJwt")
	c.post("revokeAppPassword", s.access, object{"name": "phone"}).ok()
	if a := c.post("refreshSession", app.refresh, nil); a.text("error") != "ExpiredToken" || a.status/100 != 4 {
		c.Errorf("a revoked session gets %d %s", a.status, a.body)
	}
	c.get("getAccountInviteCodes", s.access).ok()
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	s.password = "another password"
	c.post("resetPassword", "", object{"token": c.mailToken(s.email), "password": s.password}).ok()
	if a := c.post("refreshSession", s.refresh, nil); a.text("error") != "ExpiredToken" {
		c.Errorf("after a reset: %d %s", a.status, a.body)
	}
	s.access = c.logIn(s.handle, s.password).ok().text("accessJwt")
	if a := c.post("createAccount", "", object{"handle": s.handle, "email": "b@example.com", "password": s.password,
		"inviteCode": c.admin("createInviteCode", object{"useCount": 1}).text("code")}); a.text("error") != "HandleNotAvailable" || a.status/100 != 4 {
		c.Errorf("a taken handle is %d %s", a.status, a.body)
	}
	c.deleteAccount(s)
	clock.Advance(time.Second).MustWait(context.Background())
	if a := c.logIn(s.handle, s.password); a.status != 401 || a.text("error") != "AuthenticationRequired" {
		c.Errorf("after a deletion: %d %s", a.status, a.body)
	}
}

// again repeats a request that was refused for now.
type again struct{ http.RoundTripper }

// RoundTrip makes one more request where the first was one too many.
func (a again) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := a.RoundTripper.RoundTrip(r)
	if err != nil || response.StatusCode != http.StatusTooManyRequests {
		return response, err
	}
	response.Body.Close()
	if r.GetBody != nil {
		if r.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	return a.RoundTripper.RoundTrip(r)
}

// TestStyleKeepsTheMeaning compares an answer in the oddest style with the
// plain one.
func TestStyleKeepsTheMeaning(t *testing.T) {
	t.Parallel()
	want := oddStart(t).get("describeServer", "").object()
	body := oddStart(t, "key-order", "white-space", "escapes", "chunked", "media-type").get("describeServer", "").body
	var got object
	if err := json.Unmarshal(body, &got); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v: %v, want %v", err, got, want)
	}
}

func TestUnknownFreedom(t *testing.T) {
	t.Parallel()
	if _, err := mockserver.New(mockserver.Options{Odd: []string{"white-spaces"}}); err == nil || !strings.Contains(err.Error(), `"white-space"`) {
		t.Errorf("an unknown freedom is %v", err)
	}
}
