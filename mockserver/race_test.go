package mockserver_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// together sends n requests at once and returns the answers.
func together(n int, send func(i int) answer) []answer {
	answers := make([]answer, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { answers[i] = send(i) })
	}
	all.Wait()
	return answers
}

// winners counts the answers with status 200; all others must be the error.
func winners(t *testing.T, answers []answer, loss string) int {
	t.Helper()
	won := 0
	for _, a := range answers {
		switch {
		case a.status == http.StatusOK:
			won++
		case a.status != http.StatusBadRequest || a.text("error") != loss:
			t.Errorf("a loser got %d %s, want %s", a.status, a.body, loss)
		}
	}
	return won
}

const parallel = 24

// meet makes n requests of a method that come together meet before the first
// of them commits, so that all have read before one has written.
func meet(t testing.TB, c *client, method string, n int) {
	t.Helper()
	if err := c.server.SetLatency("com.atproto.server."+method, mockserver.BeforeCommit, time.Second); err != nil {
		t.Fatal(err)
	}
	c.meeting.expect(n)
}

func TestOneHandleManySignUps(t *testing.T) {
	t.Parallel()
	for name, wide := range map[string]bool{"as it comes": false, "all at once": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			if wide {
				meet(t, c, "createAccount", parallel)
			}
			won := winners(t, together(parallel, func(i int) answer {
				return c.post("createAccount", "", object{
					"handle": "same.test", "email": strconv.Itoa(i) + "@example.com", "password": "12345678"})
			}), "HandleNotAvailable")
			if won != 1 {
				t.Errorf("%d sign-ups succeeded", won)
			}
		})
	}
}

func TestOneAddressManySignUps(t *testing.T) {
	t.Parallel()
	c := start(t)
	meet(t, c, "createAccount", parallel)
	won := winners(t, together(parallel, func(i int) answer {
		return c.post("createAccount", "", object{
			"handle": "name-" + strconv.Itoa(i) + ".test", "email": "same@example.com", "password": "12345678"})
	}), "InvalidRequest")
	if won != 1 {
		t.Errorf("%d sign-ups succeeded", won)
	}
}

func TestOneInviteManySignUps(t *testing.T) {
	t.Parallel()
	for uses, wide := range map[int]bool{1: true, 5: false} {
		t.Run(strconv.Itoa(uses), func(t *testing.T) {
			t.Parallel()
			c := start(t, mockserver.Options{InviteRequired: true})
			code := c.admin("createInviteCode", object{"useCount": uses}).text("code")
			if wide {
				meet(t, c, "createAccount", parallel)
			}
			won := winners(t, together(parallel, func(i int) answer {
				n := strconv.Itoa(i)
				return c.post("createAccount", "", object{
					"handle": "name-" + n + ".test", "email": n + "@example.com", "password": "12345678", "inviteCode": code})
			}), "InvalidInviteCode")
			if won != uses {
				t.Errorf("%d sign-ups succeeded with a code of %d uses", won, uses)
			}
		})
	}
}

func TestDuplicateCreate(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{InviteInterval: time.Hour})
	s := c.signUp("alice")
	advance(t, c.server, 3*time.Hour)
	access := c.logIn(s.handle, s.password).ok().text("accessJwt")
	meet(t, c, "getAccountInviteCodes", 4)
	answers := together(4, func(int) answer { return c.get("getAccountInviteCodes", access) })
	won := winners(t, answers, "DuplicateCreate")
	if won == 0 || won == len(answers) {
		t.Errorf("%d of %d requests succeeded", won, len(answers))
	}
	if got := len(c.get("getAccountInviteCodes", access).ok().list("codes")); got != 3 {
		t.Errorf("%d codes listed afterwards, want 3", got)
	}
	// nothing to create, nothing to lose
	if won := winners(t, together(4, func(int) answer { return c.get("getAccountInviteCodes", access) }), ""); won != 4 {
		t.Errorf("%d of 4 requests succeeded", won)
	}
}

// TestOneRefreshTokenManyUses is the race of a client with two windows.
func TestOneRefreshTokenManyUses(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	meet(t, c, "refreshSession", parallel)
	answers := together(parallel, func(int) answer { return c.post("refreshSession", s.refresh, nil) })
	if won := winners(t, answers, ""); won != parallel {
		t.Errorf("%d of %d refreshes succeeded", won, parallel)
	}
	for _, a := range answers {
		if jti(t, a.text("refreshJwt")) != jti(t, answers[0].text("refreshJwt")) {
			t.Fatal("successors differ")
		}
	}
}

func TestOneMailTokenManyUses(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	token := c.mailToken(s.email)
	meet(t, c, "resetPassword", parallel)
	won := winners(t, together(parallel, func(i int) answer {
		return c.post("resetPassword", "", object{"token": token, "password": "password " + strconv.Itoa(i)})
	}), "InvalidToken")
	if won != 1 {
		t.Errorf("a token was good %d times", won)
	}
}

func TestOneAppPasswordNameManyTimes(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	meet(t, c, "createAppPassword", parallel)
	won := winners(t, together(parallel, func(int) answer {
		return c.post("createAppPassword", s.access, object{"name": "same"})
	}), "InvalidRequest")
	if won != 1 {
		t.Errorf("a name was given out %d times", won)
	}
}

// TestLogInLosesToTakedown holds a log-in back until the account is down: no
// session may come out of it.
func TestLogInLosesToTakedown(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	meet(t, c, "createSession", 2) // nobody else comes
	held := make(chan answer)
	go func() { held <- c.logIn(s.handle, s.password) }()
	<-c.meeting.arrived
	c.takedown(s.did, true)
	c.meeting.release()
	(<-held).is(401, "AccountTakedown", "")
}

// TestMixedLoad runs everything beside everything, for the race detector.
func TestMixedLoad(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{InviteInterval: time.Hour})
	together(16, func(i int) answer {
		name := "user-" + strconv.Itoa(i)
		s := c.signUp(name)
		_, app := c.appPassword(s, "phone")
		c.post("refreshSession", app.refresh, nil).ok()
		c.get("getAccountInviteCodes", s.access).ok()
		c.get("listAppPasswords", s.access).ok()
		c.post("revokeAppPassword", s.access, object{"name": "phone"}).ok()
		c.admin("createInviteCodes", object{"useCount": 1, "codeCount": 2, "forAccounts": []any{s.did}}).ok()
		c.server.Requests()
		c.takedown(s.did, true)
		c.takedown(s.did, false)
		c.post("requestPasswordReset", "", object{"email": s.email}).ok()
		c.post("deleteSession", s.refresh, nil).ok()
		c.deleteAccount(s)
		return answer{}
	})
	if defects := c.server.OutputDefects(); len(defects) != 0 {
		t.Errorf("output defects: %v", defects)
	}
}
