package mockserver_test

import (
	"maps"
	"slices"
	"testing"
)

// sortedNames lists the members of an object.
func sortedNames[M ~map[string]any](members M) []string { return slices.Sorted(maps.Keys(members)) }

// TestWhoMayCallWhat walks through the kinds of callers that a method can have.
func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	const unknown = "Could not find user info for account: "
	type want struct {
		status int
		error  string
	}
	ok := want{200, ""}
	takedown := want{401, "AccountTakedown"}
	for method, row := range map[string]struct {
		query                                      bool
		input                                      object
		full, appPassword, takenDown, gone, absent want
	}{
		"createAppPassword":     {false, object{"name": "x"}, ok, want{400, "InvalidToken"}, takedown, want{400, "InvalidRequest"}, want{401, "AuthenticationRequired"}},
		"listAppPasswords":      {true, nil, ok, ok, takedown, want{400, "InvalidRequest"}, want{401, "AuthenticationRequired"}},
		"revokeAppPassword":     {false, object{"name": "x"}, ok, ok, ok, ok, want{401, "AuthenticationRequired"}},
		"getSession":            {true, nil, ok, ok, want{400, "InvalidRequest"}, want{400, "InvalidRequest"}, want{401, "AuthenticationRequired"}},
		"getAccountInviteCodes": {true, nil, ok, ok, takedown, takedown, want{401, "AuthenticationRequired"}},
		"requestAccountDelete":  {false, nil, ok, ok, takedown, takedown, want{401, "AuthenticationRequired"}},
		"createInviteCode":      {false, object{"useCount": 1}, want{401, "AuthenticationRequired"}, want{401, "AuthenticationRequired"}, want{401, "AuthenticationRequired"}, want{401, "AuthenticationRequired"}, want{401, "AuthenticationRequired"}},
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			s := c.signUp("alice")
			_, app := c.appPassword(s, "phone")
			down, gone := c.signUp("taken-down"), c.signUp("deleted")
			c.takedown(down.did, true)
			c.deleteAccount(gone)
			call := func(bearer string, w want) {
				t.Helper()
				var a answer
				if row.query {
					a = c.get(method, bearer)
				} else {
					a = c.post(method, bearer, row.input)
				}
				if a.status != w.status || a.text("error") != w.error {
					t.Errorf("answer is %d %s, want %d %s", a.status, a.body, w.status, w.error)
				}
				if w.error == "InvalidRequest" && a.text("message")[:len(unknown)] != unknown {
					t.Errorf("message is %q", a.text("message"))
				}
			}
			call(s.access, row.full)
			call(app.access, row.appPassword)
			call(down.access, row.takenDown)
			call(gone.access, row.gone)
			call("", row.absent)
		})
	}
}

// deleteAccount goes the whole way of a deletion.
func (c *client) deleteAccount(s session) {
	c.Helper()
	c.post("requestAccountDelete", s.access, nil).ok()
	c.post("deleteAccount", "", object{"did": s.did, "password": s.password, "token": c.mailToken(s.email)}).ok()
}

// TestAfterTakedown is about what asks for no access token.
func TestAfterTakedown(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	password, app := c.appPassword(s, "phone")
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	reset := c.mailToken(s.email)
	c.post("requestAccountDelete", s.access, nil).ok()
	deletion := c.mailToken(s.email)

	c.takedown(s.did, true)
	c.logIn(s.handle, s.password).is(401, "AccountTakedown", "Account has been taken down")
	c.logIn(s.handle, password).is(401, "AccountTakedown", "")
	c.logIn(s.handle, "wrong").is(401, "AuthenticationRequired", "")
	c.post("refreshSession", s.refresh, nil).is(401, "AccountTakedown", "Account has been taken down")
	c.post("refreshSession", app.refresh, nil).is(401, "AccountTakedown", "")
	c.post("deleteSession", s.refresh, nil).ok()
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	if got := len(c.server.Mail(s.email)); got != 2 {
		t.Errorf("%d mails, want no third one", got)
	}
	c.post("createAccount", "", object{"handle": s.handle, "email": "x@example.com", "password": "12345678"}).is(400, "HandleNotAvailable", "")
	c.post("resetPassword", "", object{"token": reset, "password": "another password"}).ok()

	c.takedown(s.did, false)
	c.get("getSession", s.access).ok()
	c.post("refreshSession", s.refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
	c.post("refreshSession", app.refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
	c.logIn(s.handle, "another password").ok()
	c.logIn(s.handle, password).ok()

	c.takedown(s.did, true)
	c.post("deleteAccount", "", object{"did": s.did, "password": "another password", "token": deletion}).ok()
	c.logIn(s.handle, "another password").is(401, "AuthenticationRequired", "Invalid identifier or password")
}
