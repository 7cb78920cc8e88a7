package mockserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLogIn(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	for _, identifier := range []string{s.handle, "ALICE.Test", s.did, strings.ToUpper(s.did), s.email, "Alice@EXAMPLE.com"} {
		a := c.logIn(identifier, s.password).ok()
		if diff := cmp.Diff([]string{"accessJwt", "did", "email", "handle", "refreshJwt"}, sortedNames(a.object())); diff != "" {
			t.Errorf("members for %s: %s", identifier, diff)
		}
		if a.text("did") != s.did || a.text("handle") != s.handle || a.text("email") != s.email {
			t.Errorf("%s logs in as %s", identifier, a.body)
		}
		c.get("getSession", a.text("accessJwt")).ok()
	}
}

func TestLogInRefusals(t *testing.T) {
	t.Parallel()
	c := start(t)
	s, other := c.signUp("alice"), c.signUp("bob-b")
	othersPassword, _ := c.appPassword(other, "phone")
	own, _ := c.appPassword(s, "phone")
	revoked, _ := c.appPassword(s, "tablet")
	c.post("revokeAppPassword", s.access, object{"name": "tablet"}).ok()
	gone := c.signUp("deleted")
	c.deleteAccount(gone)
	for name, row := range map[string]struct{ identifier, password string }{
		"unknown handle":         {"nobody.test", s.password},
		"unknown address":        {"nobody@example.com", s.password},
		"unknown did":            {"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", s.password},
		"empty identifier":       {"", s.password},
		"handle with an at":      {"@alice.test", s.password},
		"no domain":              {"alice", s.password},
		"padded":                 {" alice.test", s.password},
		"wrong password":         {s.handle, "wrong"},
		"empty password":         {s.handle, ""},
		"password in capitals":   {s.handle, strings.ToUpper(s.password)},
		"password padded":        {s.handle, s.password + " "},
		"password with a NUL":    {s.handle, s.password + "\x00"},
		"revoked app password":   {s.handle, revoked},
		"other's app password":   {s.handle, othersPassword},
		"app password, capitals": {s.handle, strings.ToUpper(own)},
		"app password, dashless": {s.handle, strings.ReplaceAll(own, "-", "")},
		"deleted account":        {gone.handle, gone.password},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newClient(t, c.server).logIn(row.identifier, row.password).is(401, "AuthenticationRequired", "Invalid identifier or password")
		})
	}
}

func jti(t testing.TB, token string) string {
	t.Helper()
	id, _ := claimsOf(t, token)["jti"].(string)
	return id
}

func TestRotation(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	first := c.post("refreshSession", s.refresh, nil).ok()
	if diff := cmp.Diff([]string{"accessJwt", "did", "handle", "refreshJwt"}, sortedNames(first.object())); diff != "" {
		t.Errorf("members: %s", diff)
	}
	next := jti(t, first.text("refreshJwt"))
	if next == jti(t, s.refresh) {
		t.Error("the successor has the jti of its parent")
	}
	c.get("getSession", first.text("accessJwt")).ok()

	advance(t, c.server, 2*time.Hour-time.Second)
	again := c.post("refreshSession", s.refresh, nil).ok()
	if got := jti(t, again.text("refreshJwt")); got != next {
		t.Errorf("reuse in the grace gives jti %s, want %s", got, next)
	}
	advance(t, c.server, time.Second) // the grace counts from the first use
	c.post("refreshSession", s.refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
	c.post("refreshSession", again.text("refreshJwt"), nil).ok()
}

func TestGraceDoesNotProlong(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	advance(t, c.server, 90*24*time.Hour-time.Minute)
	c.post("refreshSession", s.refresh, nil).ok()
	advance(t, c.server, time.Minute)
	c.post("refreshSession", s.refresh, nil).is(400, "ExpiredToken", "Token has expired")
}

func TestLogoutAndRotation(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	successor := c.post("refreshSession", s.refresh, nil).ok().text("refreshJwt")

	c.post("deleteSession", successor, nil).ok()
	c.post("refreshSession", successor, nil).is(400, "ExpiredToken", "Token has been revoked")
	regranted := c.post("refreshSession", s.refresh, nil).ok().text("refreshJwt")
	if jti(t, regranted) != jti(t, successor) {
		t.Error("the parent grants another successor than before")
	}
	c.post("refreshSession", regranted, nil).ok()

	c.post("deleteSession", s.refresh, nil).ok()
	c.post("refreshSession", s.refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
	c.post("refreshSession", regranted, nil).ok()
}

func TestLogoutEndsOneSession(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	other := c.logIn(s.handle, s.password).ok().text("refreshJwt")
	c.post("deleteSession", s.refresh, nil).ok()
	c.post("deleteSession", s.refresh, nil).ok()
	c.post("refreshSession", s.refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
	c.post("refreshSession", other, nil).ok()
	c.get("getSession", s.access).ok()
}

func TestAppPasswordSession(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	_, app := c.appPassword(s, "phone")
	refreshed := c.post("refreshSession", app.refresh, nil).ok()
	if scope := claimsOf(t, refreshed.text("accessJwt"))["scope"]; scope != "com.atproto.appPass" {
		t.Errorf("scope after refresh is %v", scope)
	}
	for _, access := range []string{app.access, refreshed.text("accessJwt")} {
		c.post("createAppPassword", access, object{"name": "more"}).is(400, "InvalidToken", "Token could not be verified")
		c.get("listAppPasswords", access).ok()
	}
	twice := c.post("refreshSession", refreshed.text("refreshJwt"), nil).ok().text("accessJwt")
	c.post("createAppPassword", twice, object{"name": "more"}).is(400, "InvalidToken", "")
}

func TestAppPasswords(t *testing.T) {
	t.Parallel()
	c := start(t)
	s, other := c.signUp("alice"), c.signUp("bob-b")
	a := c.post("createAppPassword", s.access, object{"name": "phone"}).ok()
	if diff := cmp.Diff([]string{"createdAt", "name", "password"}, sortedNames(a.object())); diff != "" {
		t.Errorf("members: %s", diff)
	}
	c.post("createAppPassword", s.access, object{"name": "phone"}).is(400, "InvalidRequest", `An app password named "phone" exists already`)
	c.post("createAppPassword", other.access, object{"name": "phone"}).ok()
	names := []string{"phone"}
	for _, name := range []string{"Phone", "", "   ", strings.Repeat("x", 300), "📱", "a", "b", "c", "d", "e", "f", "g"} {
		c.post("createAppPassword", s.access, object{"name": name}).ok()
		names = append(names, name)
	}
	list := c.get("listAppPasswords", s.access).ok()
	var listed []string
	for _, item := range list.list("passwords") {
		if diff := cmp.Diff([]string{"createdAt", "name"}, sortedNames(item.(object))); diff != "" {
			t.Errorf("members of an item: %s", diff)
		}
		listed = append(listed, item.(object)["name"].(string))
	}
	if diff := cmp.Diff(names, listed); diff != "" {
		t.Errorf("names: %s", diff)
	}
	if strings.Contains(string(list.body), a.text("password")) {
		t.Error("the list shows a password")
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	phone, onPhone := c.appPassword(s, "phone")
	tablet, onTablet := c.appPassword(s, "")
	rotated := c.post("refreshSession", onPhone.refresh, nil).ok().text("refreshJwt")

	c.post("revokeAppPassword", s.access, object{"name": "unknown"}).ok()
	c.post("revokeAppPassword", onPhone.access, object{"name": "phone"}).ok() // its own
	c.logIn(s.handle, phone).is(401, "AuthenticationRequired", "")
	for _, refresh := range []string{onPhone.refresh, rotated} {
		c.post("refreshSession", refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
	}
	c.get("getSession", onPhone.access).ok()
	c.post("refreshSession", onTablet.refresh, nil).ok()
	c.post("refreshSession", s.refresh, nil).ok()
	c.logIn(s.handle, tablet).ok()

	c.post("revokeAppPassword", s.access, object{"name": ""}).ok()
	c.logIn(s.handle, tablet).is(401, "AuthenticationRequired", "")
	c.post("createAppPassword", s.access, object{"name": "phone"}).ok()
	c.post("refreshSession", rotated, nil).is(400, "ExpiredToken", "Token has been revoked")
	if got := len(c.get("listAppPasswords", s.access).ok().list("passwords")); got != 1 {
		t.Errorf("%d app passwords listed, want 1", got)
	}
}

// TestRevokedSuccessorStaysDead closes a way around revocation: the parent's
// grace must not bring back what a revocation ended.
func TestRevokedSuccessorStaysDead(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	_, app := c.appPassword(s, "phone")
	c.post("refreshSession", app.refresh, nil).ok()
	c.post("revokeAppPassword", s.access, object{"name": "phone"}).ok()
	c.post("refreshSession", app.refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
}
