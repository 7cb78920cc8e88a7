package mockserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"

	"github.com/pdsconform/pdsconform/mockserver"
)

const quarter = 15 * time.Minute

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	app, onPhone := c.appPassword(s, "phone")
	c.post("requestPasswordReset", "", object{"email": strings.ToUpper(s.email)}).ok()
	mail := c.server.Mail(s.email)[0]
	if mail.Subject != "Password Reset Requested" || !strings.Contains(mail.Text, s.handle) || mail.ID == "" || mail.From == "" {
		t.Errorf("mail is %+v", mail)
	}
	c.logIn(s.handle, s.password).ok() // does not void the token
	c.post("resetPassword", "", object{"token": strings.ToLower(mail.Token), "password": "new password"}).ok()

	c.logIn(s.handle, s.password).is(401, "AuthenticationRequired", "")
	c.logIn(s.handle, "new password").ok()
	c.post("refreshSession", s.refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
	c.post("refreshSession", onPhone.refresh, nil).is(400, "ExpiredToken", "Token has been revoked")
	c.logIn(s.handle, app).ok()
	c.get("getSession", s.access).ok()
	c.get("getSession", onPhone.access).ok()
	c.post("resetPassword", "", object{"token": mail.Token, "password": "new password"}).is(400, "InvalidToken", "Token is invalid")
}

func TestPasswordResetTellsNobody(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	for _, email := range []string{"nobody@example.com", "", "no address", s.handle, s.did, " " + s.email} {
		if a := c.post("requestPasswordReset", "", object{"email": email}).ok(); len(a.body) != 0 {
			t.Errorf("answer for %q has a body", email)
		}
	}
	if mails := c.server.Mail(""); len(mails) != 0 {
		t.Errorf("mail was sent: %+v", mails)
	}
}

func TestResetTokens(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Clock: quartz.NewMock(t)})
	s := c.signUp("alice")
	reset := func(token, password string) answer {
		return c.post("resetPassword", "", object{"token": token, "password": password})
	}
	request := func() string {
		c.post("requestPasswordReset", "", object{"email": s.email}).ok()
		return c.mailToken(s.email)
	}
	superseded := request()
	token := request()
	c.post("requestAccountDelete", s.access, nil).ok()
	for name, bad := range map[string]string{
		"unknown": "AAAAA-AAAAA", "empty": "", "superseded": superseded, "dashless": strings.ReplaceAll(token, "-", ""),
		"padded": " " + token, "other purpose": c.mailToken(s.email), "odd case": strings.ReplaceAll(strings.ToLower(token), "k", "\u212a") + "x",
	} {
		if a := reset(bad, "new password"); a.status != 400 || a.text("error") != "InvalidToken" {
			t.Errorf("%s token: %d %s", name, a.status, a.body)
		}
	}
	reset(token, "short").is(400, "InvalidRequest", "")
	reset(token, strings.Repeat("x", 257)).is(400, "InvalidRequest", "")
	advance(t, c.server, quarter)
	reset(token, "good on the minute").ok()

	token = request()
	advance(t, c.server, quarter+time.Millisecond)
	reset(token, "new password").is(400, "ExpiredToken", "The password reset token has expired")
	reset(token, "new password").is(400, "InvalidToken", "Token is invalid")
	c.logIn(s.handle, "good on the minute").ok()

	token = request()
	gone := s
	gone.password = "good on the minute"
	c.deleteAccountOf(gone, c.logIn(s.handle, gone.password).text("accessJwt"))
	reset(token, "new password").is(400, "InvalidToken", "Token is invalid")
}

func (c *client) deleteAccountOf(s session, access string) {
	c.Helper()
	s.access = access
	c.deleteAccount(s)
}

func TestDeletion(t *testing.T) {
	t.Parallel()
	c := start(t)
	s, other := c.signUp("alice"), c.signUp("bob-b")
	app, onPhone := c.appPassword(s, "phone")
	remove := func(did, password, token string) answer {
		return c.post("deleteAccount", "", object{"did": did, "password": password, "token": token})
	}
	remove(s.did, s.password, "AAAAA-AAAAA").is(400, "InvalidToken", "Token is invalid") // none was asked for
	c.post("requestAccountDelete", s.access, nil).ok()
	superseded := c.mailToken(s.email)
	c.post("requestAccountDelete", onPhone.access, nil).ok()
	token := c.mailToken(s.email)
	if mail := c.server.Mail(s.email)[1]; mail.Subject != "Account Deletion Requested" {
		t.Errorf("mail is %+v", mail)
	}
	c.post("requestAccountDelete", other.access, nil).ok()
	others := c.mailToken(other.email)
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	reset := c.mailToken(s.email)

	const wrong = "Invalid did or password"
	remove("did:plc:x", s.password, token).is(401, "AuthenticationRequired", wrong)
	remove(s.did, "wrong", token).is(401, "AuthenticationRequired", wrong)
	remove(s.did, "wrong", "wrong").is(401, "AuthenticationRequired", wrong)
	remove(s.did, app, token).is(401, "AuthenticationRequired", wrong)
	for _, bad := range []string{"wrong", "", superseded, others, reset} {
		remove(s.did, s.password, bad).is(400, "InvalidToken", "Token is invalid")
	}
	c.post("resetPassword", "", object{"token": reset, "password": "new password"}).ok()
	remove(s.did, s.password, token).is(401, "AuthenticationRequired", wrong)
	remove(s.did, "new password", strings.ToLower(token)).ok()

	remove(s.did, "new password", token).is(401, "AuthenticationRequired", wrong)
	c.logIn(s.handle, "new password").is(401, "AuthenticationRequired", "")
	c.logIn(s.handle, app).is(401, "AuthenticationRequired", "")
	c.get("getSession", s.access).is(400, "InvalidRequest", "")
	c.post("refreshSession", s.refresh, nil).is(400, "InvalidRequest", "Could not find user info for account: "+s.did)
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	if got := len(c.server.Mail(s.email)); got != 3 {
		t.Errorf("%d mails, want none after the deletion", got)
	}
	c.post("createAccount", "", object{"handle": "other-name.test", "email": s.email, "password": "12345678"}).ok()
}

func TestDeletionTokenExpires(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Clock: quartz.NewMock(t)})
	s := c.signUp("alice")
	c.post("requestAccountDelete", s.access, nil).ok()
	input := object{"did": s.did, "password": s.password, "token": c.mailToken(s.email)}
	advance(t, c.server, quarter+time.Millisecond)
	c.post("deleteAccount", "", input).is(400, "ExpiredToken", "The account deletion token has expired")
	c.post("deleteAccount", "", input).is(400, "InvalidToken", "Token is invalid")
	c.logIn(s.handle, s.password).ok()
}
