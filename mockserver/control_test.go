package mockserver_test

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

// steer sends a request to the control listener.
func (c *client) steer(verb, path, body string) answer {
	c.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	return c.sendTo(c.server.ControlURL, verb, "/control/v1"+path, reader, "Content-Type", "application/json")
}

func (a answer) array() []object {
	var list []object
	_ = json.Unmarshal(a.body, &list)
	return list
}

func TestControlInfo(t *testing.T) {
	t.Parallel()
	info := start(t).steer("GET", "/info", "").ok().object()
	want := []any{"mail", "clock", "takedown", "accounts", "sessions", "invites", "identities", "reset", "requests", "defects", "latency", "scenarios", "answers", "settings"}
	if diff := cmp.Diff(want, info["offers"]); diff != "" || info["name"] == "" || info["version"] == "" {
		t.Errorf("info is %v: %s", info, diff)
	}
}

func TestControlMail(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice, bob := c.signUp("alice"), c.signUp("bob-b")
	for _, s := range []session{alice, bob, alice} {
		c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	}
	mails := c.steer("GET", "/mail?to=ALICE@example.com", "").ok().array()
	if len(mails) != 2 || mails[0]["id"] == mails[1]["id"] || mails[1]["token"] != c.mailToken(alice.email) {
		t.Errorf("mails are %v", mails)
	}
	if diff := cmp.Diff([]string{"at", "from", "id", "subject", "text", "to", "token"}, sortedNames(mails[0])); diff != "" {
		t.Errorf("members: %s", diff)
	}
	if all := c.steer("GET", "/mail", "").ok().array(); len(all) != 3 {
		t.Errorf("%d mails in all, want 3", len(all))
	}
	c.steer("DELETE", "/mail", "").ok()
	if a := c.steer("GET", "/mail?to="+url.QueryEscape(alice.email), "").ok(); strings.TrimSpace(string(a.body)) != "[]" {
		t.Errorf("emptied outbox is %s", a.body)
	}
}

func TestControlClock(t *testing.T) {
	t.Parallel()
	c := start(t)
	before := c.server.Now()
	moved := c.steer("POST", "/clock", `{"advance":"20m"}`).ok()
	now, err := time.Parse(time.RFC3339, moved.text("now"))
	if err != nil || now.Sub(before) < 20*time.Minute-time.Second || moved.text("offset") != "20m0s" {
		t.Errorf("clock is %s, was %s", moved.body, before)
	}
	if got := c.steer("GET", "/clock", "").ok().text("offset"); got != "20m0s" {
		t.Errorf("offset is %s", got)
	}
	for _, bad := range []string{`{"advance":"-1s"}`, `{"advance":"soon"}`, `{"advance":""}`, `{}`, `{"advance":"2000000h"}`, `{"advance":20}`} {
		isBadField(t, c.steer("POST", "/clock", bad), 400, "advance")
	}
	c.steer("POST", "/clock", `{"advance":"1000000h"}`).ok()
	isBadField(t, c.steer("POST", "/clock", `{"advance":"1000000h"}`), 400, "advance") // too far in all
	c.signUp("alice")                                                                  // years ahead, everything still fits its document
}

// isBadField fails the test unless the answer is an error that names a field.
func isBadField(t *testing.T, a answer, status int, field string) {
	t.Helper()
	if a.status != status || a.text("error") == "" || !strings.Contains(a.text("message"), field) {
		t.Errorf("answer is %d %s, want %d that names %s", a.status, a.body, status, field)
	}
}

func TestControlTakedown(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	path := "/accounts/" + s.did + "/takedown"
	c.steer("POST", path, "").ok()
	c.logIn(s.handle, s.password).is(401, "AccountTakedown", "")
	c.steer("DELETE", "/accounts/"+url.PathEscape(strings.ReplaceAll(s.did, ":", "%3A"))+"/takedown", "").is(404, "NotFound", "")
	c.steer("DELETE", "/accounts/"+strings.ReplaceAll(s.did, ":", "%3A")+"/takedown", "").ok()
	c.logIn(s.handle, s.password).ok()
	c.steer("POST", "/accounts/did:plc:unknown/takedown", "").is(404, "NotFound", "")
	c.steer("DELETE", "/accounts/did:plc:unknown/takedown", "").is(404, "NotFound", "")
	c.steer("POST", "/accounts/alice.test/takedown", "").ok() // a handle will do as well
}

func TestControlAccounts(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{InviteRequired: true})
	seeded := c.steer("POST", "/accounts", `{"handle":"Admin.example.com","email":"Root@example.com","password":"x"}`).ok().object()
	if seeded["handle"] != "admin.example.com" || seeded["email"] != "root@example.com" {
		t.Errorf("seeded account is %v", seeded)
	}
	if got := c.logIn("admin.example.com", "x").ok().text("did"); got != seeded["did"] {
		t.Errorf("logs in as %s, want %v", got, seeded["did"])
	}
	for _, row := range [][2]string{
		{"handle", `{"handle":"","email":"a@b.c","password":"x"}`},
		{"handle", `{"handle":"no handle","email":"a@b.c","password":"x"}`},
		{"handle", `{"handle":"admin.example.com","email":"a@b.c","password":"x"}`},
		{"email", `{"handle":"a.test","email":"root@example.com","password":"x"}`},
		{"email", `{"handle":"a.test","email":"nothing","password":"x"}`},
		{"password", `{"handle":"a.test","email":"a@b.c"}`},
		{"password", `{"handle":"a.test","email":"a@b.c","password":1}`},
		{"nickname", `{"handle":"a.test","email":"a@b.c","password":"x","nickname":"y"}`},
		{"body", `[]`},
		{"body", ``},
		{"body", `{`},
		{"body", `{"handle":"a.test","email":"a@b.c","password":"x"}{}`},
	} {
		isBadField(t, c.steer("POST", "/accounts", row[1]), 400, row[0])
	}
	c.steer("POST", "/accounts", `{"handle":"`+strings.Repeat("x", 70_000)+`"}`).is(413, "PayloadTooLarge", "")
}

func TestControlReset(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	c.post("requestAccountDelete", s.access, nil).ok()
	c.steer("POST", "/clock", `{"advance":"1h"}`).ok()
	c.steer("PUT", "/latency", `{"nsid":"com.atproto.server.createSession","stage":"before-commit","delay":"1m"}`).ok()
	c.steer("POST", "/reset", "").ok()
	if got := c.steer("GET", "/clock", "").text("offset"); got != "0s" {
		t.Errorf("offset after a reset is %s", got)
	}
	if requests, mails := c.server.Requests(), c.server.Mail(""); len(requests)+len(mails) != 0 {
		t.Errorf("after a reset: %v, %v", requests, mails)
	}
	c.logIn(s.handle, s.password).is(401, "AuthenticationRequired", "")
	c.get("getSession", s.access).is(400, "InvalidRequest", "")
	c.logIn(c.signUp("alice").handle, s.password).ok() // without the latency
}

func TestControlLatency(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, row := range [][2]string{
		{"nsid", `{"nsid":"com.example.unknown","stage":"before-commit","delay":"1ms"}`},
		{"nsid", `{"nsid":"com.atproto.server.getSession","stage":"before-commit","delay":"1ms"}`},
		{"stage", `{"nsid":"com.atproto.server.createSession","stage":"after","delay":"1ms"}`},
		{"delay", `{"nsid":"com.atproto.server.createSession","stage":"before-commit","delay":"x"}`},
		{"delay", `{"nsid":"com.atproto.server.createSession","stage":"before-commit","delay":"-1ms"}`},
		{"delay", `{"nsid":"com.atproto.server.createSession","stage":"before-commit","delay":"2m"}`},
	} {
		isBadField(t, c.steer("PUT", "/latency", row[1]), 400, row[0])
	}
	c.steer("PUT", "/latency", `{"nsid":"com.atproto.server.createSession","stage":"before-commit","delay":"1ms"}`).ok()
	s := c.signUp("alice")
	c.meeting.expect(1)
	c.logIn(s.handle, s.password).ok()
	if c.meeting.waiting != time.Millisecond {
		t.Errorf("log-in waits for %s in spite of its latency", c.meeting.waiting)
	}
	c.steer("PUT", "/latency", `{"nsid":"com.atproto.server.createSession","stage":"before-commit","delay":"0s"}`).ok()
}

func TestControlPathsAndVerbs(t *testing.T) {
	t.Parallel()
	c := start(t)
	for path, verbs := range map[string]string{
		"/info": "GET", "/mail": "GET, DELETE", "/clock": "GET, POST", "/accounts": "GET, POST", "/accounts/did:plc:x/takedown": "POST, DELETE",
		"/reset": "POST", "/requests": "GET", "/defects": "GET, PUT", "/latency": "PUT",
	} {
		a := c.steer("PATCH", path, "")
		a.is(405, "MethodNotAllowed", "")
		if got := a.header.Get("Allow"); got != verbs {
			t.Errorf("%s allows %q, want %q", path, got, verbs)
		}
	}
	for _, path := range []string{"/nope", "", "/mail/x", "/accounts/x/y"} {
		c.steer("GET", path, "").is(404, "NotFound", "")
	}
	c.sendTo(c.server.ControlURL, "GET", queryPath, nil).is(404, "NotFound", "")
	c.send("GET", "/control/v1/info", nil).is(404, "NotFound", "")
	c.send("GET", "/xrpc/control/v1/info", nil).is(404, "NotFound", "")
}
