package mockserver_test

import (
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

func TestConfirmEmail(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	s := c.signUp("alice")
	confirm := func(email, code string) answer {
		t.Helper()
		return c.post("confirmEmail", s.access, object{"email": email, "token": code})
	}
	confirmed := func(want bool) {
		t.Helper()
		if got := c.get("getSession", s.access).ok().object()["emailConfirmed"]; got != want {
			t.Errorf("emailConfirmed is %v, want %v", got, want)
		}
	}
	confirmed(false)
	confirm(s.email, "AAAAA-AAAAA").wants("without a request", 400, "InvalidToken")
	c.post("requestEmailConfirmation", s.access, nil).ok()
	old := c.mailToken(s.email)
	c.post("requestEmailConfirmation", s.access, nil).ok()
	code := c.mailToken(s.email)
	confirm(s.email, old).wants("superseded", 400, "InvalidToken")
	confirm("other@example.com", code).wants("another address", 400, "InvalidEmail")
	advance(t, c.server, 16*time.Minute)
	for range 2 { // an expired code stays
		confirm(s.email, code).wants("old", 400, "ExpiredToken")
	}
	confirmed(false)
	c.post("requestEmailConfirmation", s.access, nil).ok()
	confirm("ALICE@example.com", c.mailToken(s.email)).wants("right, in capitals", 200, "")
	confirmed(true)
	confirm(s.email, c.mailToken(s.email)).wants("used", 400, "InvalidToken")
}

func TestUpdateEmail(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	s, other := c.signUp("alice"), c.signUp("bob")
	update := func(input object) answer {
		t.Helper()
		return c.post("updateEmail", s.access, input)
	}
	if required := c.post("requestEmailUpdate", s.access, nil).ok().object()["tokenRequired"]; required != false {
		t.Errorf("an unconfirmed address asks for a token: %v", required)
	}
	update(object{"email": "nowhere"}).wants("no address", 400, "InvalidRequest")
	update(object{"email": other.email}).wants("taken", 400, "InvalidRequest")
	update(object{"email": "new@example.com", "token": "AAAAA-AAAAA"}).wants("a token that is not needed", 400, "InvalidToken")
	update(object{"email": "New@Example.com"}).wants("unconfirmed", 200, "")
	c.logIn(s.email, s.password).wants("by the old address", 401, "AuthenticationRequired")
	if got := c.logIn("new@example.com", s.password).ok().text("email"); got != "new@example.com" {
		t.Errorf("the address is %q", got)
	}

	s.email = "new@example.com"
	c.post("requestEmailConfirmation", s.access, nil).ok()
	c.post("confirmEmail", s.access, object{"email": s.email, "token": c.mailToken(s.email)}).ok()
	update(object{"email": "third@example.com"}).wants("confirmed, without a token", 400, "TokenRequired")
	update(object{"email": "third@example.com", "token": ""}).wants("confirmed, with an empty one", 400, "TokenRequired")
	if required := c.post("requestEmailUpdate", s.access, nil).ok().object()["tokenRequired"]; required != true {
		t.Errorf("a confirmed address asks for no token: %v", required)
	}
	code := c.mailToken(s.email)
	update(object{"email": other.email, "token": code}).wants("taken, which uses up nothing", 400, "InvalidRequest")
	advance(t, c.server, 16*time.Minute)
	update(object{"email": "third@example.com", "token": code}).wants("old", 400, "ExpiredToken")
	c.post("requestEmailUpdate", s.access, nil).ok()
	update(object{"email": "third@example.com", "token": c.mailToken(s.email)}).wants("right", 200, "")
	if got := c.get("getSession", s.access).ok().object(); got["emailConfirmed"] != false || got["email"] != "third@example.com" {
		t.Errorf("the session says %v", got)
	}
	if got := len(c.server.Mail("third@example.com")); got != 0 {
		t.Errorf("the new address got %d mails", got)
	}
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	s := c.signUp("alice")
	password, _ := c.appPassword(s, "phone")
	c.post("updateEmail", s.access, object{"email": s.email, "emailAuthFactor": true}).ok()
	c.logIn(s.handle, s.password).wants("turned on without a confirmed address", 200, "")
	c.post("requestEmailConfirmation", s.access, nil).ok()
	c.post("confirmEmail", s.access, object{"email": s.email, "token": c.mailToken(s.email)}).ok()
	c.post("requestEmailUpdate", s.access, nil).ok()
	c.post("updateEmail", s.access, object{"email": s.email, "emailAuthFactor": true, "token": c.mailToken(s.email)}).ok()

	with := func(code string) answer {
		t.Helper()
		return c.post("createSession", "", object{"identifier": s.handle, "password": s.password, "authFactorToken": code})
	}
	c.logIn(s.handle, "wrong").wants("wrong password", 401, "AuthenticationRequired")
	c.logIn(s.handle, s.password).wants("no code", 401, "AuthFactorTokenRequired")
	with("AAAAA-AAAAA").wants("made up", 400, "InvalidToken")
	code := c.mailToken(s.email)
	if got := with(code).ok().object(); got["emailAuthFactor"] != true {
		t.Errorf("the session says %v", got)
	}
	with(code).wants("used", 400, "InvalidToken")
	c.logIn(s.handle, s.password).wants("no code again", 401, "AuthFactorTokenRequired")
	advance(t, c.server, 16*time.Minute)
	with(c.mailToken(s.email)).wants("old", 400, "ExpiredToken")
	c.logIn(s.handle, password).wants("app password", 200, "")
}

// Documents that know of no second factor have nowhere to put a code.
func TestSecondFactorNeedsADocument(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	yes := true
	if _, err := c.server.ChangeAccount(s.did, mockserver.AccountChange{AuthFactor: &yes}); err != nil {
		t.Fatal(err)
	}
	c.logIn(s.handle, s.password).wants("a log-in without a code", 200, "")
}
