package mockserver_test

import (
	"testing"
)

func TestDeactivation(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	s := c.signUp("alice")
	resolve := func() answer { return c.send("GET", "/xrpc/com.atproto.identity.resolveHandle?handle="+s.handle, nil) }
	status := func(a answer) (any, any) { return a.object()["active"], a.object()["status"] }
	if active, why := status(c.get("getSession", s.access).ok()); active != true || why != nil {
		t.Errorf("an active account says %v, %v", active, why)
	}
	c.post("deactivateAccount", s.access, object{"deleteAfter": "soon"}).wants("no datetime", 400, "InvalidRequest")
	for _, input := range []object{{"deleteAfter": "2030-01-01T00:00:00Z"}, {}} {
		c.post("deactivateAccount", s.access, input).ok()
	}
	for name, a := range map[string]answer{
		"getSession": c.get("getSession", s.access), "createSession": c.logIn(s.handle, s.password), "refreshSession": c.post("refreshSession", s.refresh, nil),
	} {
		if active, why := status(a.ok()); active != false || why != "deactivated" {
			t.Errorf("%s says %v, %v", name, active, why)
		}
	}
	if c.get("checkAccountStatus", s.access).ok().object()["activated"] != false {
		t.Error("checkAccountStatus says that it is activated")
	}
	resolve().wants("a deactivated handle", 400, "HandleNotFound")
	repo := c.send("GET", "/xrpc/com.atproto.sync.getRepoStatus?did="+s.did, nil).ok()
	if active, why := status(repo); active != false || why != "deactivated" {
		t.Errorf("getRepoStatus says %v, %v", active, why)
	}
	for range 2 {
		c.post("activateAccount", s.access, nil).ok()
	}
	resolve().ok()
	if c.get("checkAccountStatus", s.access).ok().object()["activated"] != true {
		t.Error("checkAccountStatus says that it is not activated")
	}
}

func TestAllowTakendown(t *testing.T) {
	t.Parallel()
	c := startToday(t)
	s := c.signUp("alice")
	password, app := c.appPassword(s, "phone")
	with := func(password string) answer {
		return c.post("createSession", "", object{"identifier": s.handle, "password": password, "allowTakendown": true})
	}
	with(s.password).ok()
	c.takedown(s.did, true)
	c.logIn(s.handle, s.password).wants("without allowTakendown", 401, "AccountTakedown")
	c.logIn(s.handle, password).wants("app password", 401, "AuthenticationRequired")
	with(password).wants("app password, allowed", 401, "AuthenticationRequired")
	narrow := with(s.password).ok()
	if narrow.text("status") != "takendown" || narrow.object()["active"] != false {
		t.Errorf("the answer is %s", narrow.body)
	}
	c.post("refreshSession", narrow.text("refreshJwt"), nil).wants("its refresh token", 401, "AccountTakedown")
	c.get("getServiceAuth?aud=did:web:a.test&lxm=com.atproto.server.createAccount", narrow.text("accessJwt")).ok()
	c.takedown(s.did, false)
	c.post("refreshSession", narrow.text("refreshJwt"), nil).wants("its refresh token later", 400, "ExpiredToken")
	c.get("getSession", app.access).ok()
}
