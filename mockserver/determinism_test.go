package mockserver_test

import (
	"testing"
	"time"

	"github.com/coder/quartz"
	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

// script uses everything that is random and returns all answers.
func script(c *client) (transcript []string) {
	c.Helper()
	note := func(a answer) answer {
		transcript = append(transcript, string(a.body))
		return a
	}
	code := note(c.admin("createInviteCode", object{"useCount": 5})).text("code")
	a := note(c.post("createAccount", "", object{"handle": "alice.test", "email": "a@example.com", "password": "12345678", "inviteCode": code}))
	access := a.text("accessJwt")
	note(c.post("createAppPassword", access, object{"name": "phone"}))
	note(c.logIn("alice.test", "12345678"))
	note(c.post("refreshSession", a.text("refreshJwt"), nil))
	note(c.admin("createInviteCodes", object{"useCount": 1, "codeCount": 3}))
	note(c.post("requestAccountDelete", access, nil))
	note(c.get("getAccountInviteCodes", access))
	note(c.send("GET", "/"+a.text("did"), nil, "Host", "localhost"))
	return append(transcript, c.mailToken("a@example.com"))
}

func TestSeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (*client, []string) {
		c := start(t, mockserver.Options{Seed: seed, InviteRequired: true, InviteInterval: time.Hour, Clock: quartz.NewMock(t)})
		return c, script(c)
	}
	c, one := run(7)
	_, same := run(7)
	if diff := cmp.Diff(one, same); diff != "" {
		t.Errorf("one seed, two transcripts: %s", diff)
	}
	c.server.Reset()
	if diff := cmp.Diff(one, script(c)); diff != "" {
		t.Errorf("a reset does not bring the seed back: %s", diff)
	}
	_, other := run(8)
	_, random := run(0)
	_, random2 := run(0)
	for _, pair := range [][2][]string{{one, other}, {one, random}, {random, random2}} {
		if pair[0][0] == pair[1][0] || pair[0][len(one)-1] == pair[1][len(one)-1] {
			t.Error("servers of different seeds draw alike")
		}
	}
}

func TestResetWithoutSeedDrawsOn(t *testing.T) {
	t.Parallel()
	c := start(t)
	before := c.signUp("alice")
	c.server.Reset()
	if after := c.signUp("alice"); after.did == before.did {
		t.Error("an old token would open a new account")
	}
}
