package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestSettings changes what a running server goes by, by the library and by the
// control protocol, and back by a reset.
func TestSettings(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{ReservedNames: []string{"pelican"}})
	ask := func(password string) answer {
		return c.post("createAccount", "", object{"handle": "pelican.test", "email": "pelican@example.com", "password": password})
	}
	ask("long enough").is(400, "HandleNotAvailable", "")
	c.steer("PATCH", "/settings", `{"reservedNames":[],"minPasswordLength":12,"maxPasswordLength":13,"links":{"termsOfService":"https://example.com/terms"}}`).ok()
	ask("eleven char").is(400, "InvalidPassword", "Password must have at least 12 characters")
	ask("fourteen chars").is(400, "InvalidPassword", "Password must have at most 13 characters")
	ask("twelve chars").ok()
	if diff := cmp.Diff(object{"termsOfService": "https://example.com/terms"}, c.get("describeServer", "").ok().object()["links"]); diff != "" {
		t.Error(diff)
	}
	settings := c.server.Settings()
	settings.InviteRequired = true
	if err := c.server.SetSettings(settings); err != nil {
		t.Fatal(err)
	}
	if c.get("describeServer", "").ok().object()["inviteCodeRequired"] != true {
		t.Error("nobody is told that invite codes are required")
	}
	for body, want := range map[string]string{
		`{"minPasswordLength":14}`:                    "minPasswordLength: no password can have at least 14 and at most 13",
		`{"maxPasswordLength":-1}`:                    "maxPasswordLength: -1 is below 0",
		`{"links":{"privacyPolicy":"example.com"}}`:   "links: privacyPolicy \"example.com\" is no URL",
		`{"reservedNames":["ok","Pelican"]}`:          "reservedNames[1]: \"Pelican\"",
		`{"rateLimits":["1/1s","creatSession=1/1s"]}`: "rateLimits[1]: \"creatSession\" is no method of this server, did you mean \"createSession\"?",
		`{"rateLimits":["1/5ms"]}`:                    "whole seconds",
		`{"inviteRequried":true}`:                     "inviteRequried is no field",
	} {
		c.steer("PATCH", "/settings", body).is(400, "InvalidRequest", "")
		if a := c.steer("PATCH", "/settings", body); !strings.Contains(a.text("message"), want) {
			t.Errorf("%s: %s, want %s", body, a.body, want)
		}
	}
	if diff := cmp.Diff(settings, c.server.Settings()); diff != "" {
		t.Errorf("after bad changes: %s", diff)
	}
	c.server.Reset()
	if again := c.server.Settings(); again.InviteRequired || again.MinPasswordLength != 8 || len(again.ReservedNames) != 1 {
		t.Errorf("after a reset: %+v", again)
	}
}

// TestRateLimitsOfMethods has windows for accounts, and one for all methods that
// is the tightest in the end.
func TestRateLimitsOfMethods(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{
		RateLimit: mockserver.RateLimit{Requests: 12, Per: time.Hour},
		RateLimits: []mockserver.RateLimit{
			{Method: "createSession", Requests: 2, Per: 5 * time.Minute, PerAccount: true},
			{Method: "com.atproto.server.describeServer", Requests: 3, Per: time.Minute},
		},
	})
	logIn := func(identifier string) answer {
		return c.post("createSession", "", object{"identifier": identifier, "password": "wrong password"})
	}
	for _, step := range []struct {
		identifier string
		status     int
		remaining  string
	}{{"alice.test", 401, "1"}, {"bob.test", 401, "1"}, {"alice.test", 401, "0"}, {"alice.test", 429, "0"}, {"bob.test", 401, "0"}} {
		if a := logIn(step.identifier); a.status != step.status || a.header.Get("RateLimit-Remaining") != step.remaining || a.header.Get("RateLimit-Limit") != "2" {
			t.Errorf("%s: %d %v, want %d", step.identifier, a.status, a.header, step.status)
		}
	}
	for range 3 {
		c.get("describeServer", "").ok()
	}
	if a := c.get("describeServer", ""); a.status != 429 || a.header.Get("Retry-After") != "60" {
		t.Errorf("describeServer: %d %v", a.status, a.header)
	}
	for range 3 {
		c.get("getSession", "").is(401, "AuthenticationRequired", "")
	}
	if a := c.get("getSession", ""); a.status != 429 || a.header.Get("RateLimit-Limit") != "12" {
		t.Errorf("all methods: %d %v", a.status, a.header)
	}
	advance(t, c.server, 5*time.Minute)
	c.steer("PATCH", "/settings", `{"rateLimits":[]}`).ok()
	if a := logIn("alice.test"); a.status != 401 || a.header.Get("RateLimit-Limit") != "" {
		t.Errorf("without limits: %d %v", a.status, a.header)
	}
	c.server.Reset()
	c.get("describeServer", "").ok()
}

// TestRealRateLimits are taken by both revisions.
func TestRealRateLimits(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{RateLimits: mockserver.RealRateLimits()})
	s := c.signUp("alice")
	for range 5 {
		c.post("requestAccountDelete", s.access, nil).ok()
	}
	c.post("requestAccountDelete", s.access, nil).is(429, "RateLimitExceeded", "")
	c.post("requestAccountDelete", c.signUp("bob").access, nil).ok()
}

// TestHealthFails where a scenario names it, and with no other.
func TestHealthFails(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Scenarios: []mockserver.Scenario{
		{Status: http.StatusBadGateway, Skip: 1}, {Method: "_health", Status: http.StatusServiceUnavailable, Times: 1},
	}})
	if a := c.send("GET", "/xrpc/_health", nil); a.status != http.StatusServiceUnavailable {
		t.Errorf("answer is %d %s", a.status, a.body)
	}
	c.send("GET", "/xrpc/_health", nil).ok()
}
