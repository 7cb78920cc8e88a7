package mockserver_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestDirectCalls opens sessions without passwords, by every name of an account.
func TestDirectCalls(t *testing.T) {
	t.Parallel()
	c := start(t)
	alice := c.server.MustSeedAccount(mockserver.Account{Handle: "alice.test", Email: "alice@example.com", Password: "correct horse"})
	for _, name := range []string{alice.DID, "Alice.test", "alice@example.com"} {
		session, err := c.server.LogIn(name)
		if err != nil || session.DID != alice.DID || session.Handle != "alice.test" || session.Email != "alice@example.com" {
			t.Fatalf("%s: %+v, %v", name, session, err)
		}
		if a := c.get("getSession", session.AccessJwt).ok(); a.text("did") != alice.DID {
			t.Errorf("%s: %s", name, a.body)
		}
		c.post("refreshSession", session.RefreshJwt, nil).ok()
		c.write("createRecord", session.AccessJwt, object{"repo": alice.DID, "collection": posts, "record": object{"text": name}}).ok()
	}
	if records := c.server.MustRecords("alice.test", posts); len(records) != 3 || records[1].Value["text"] != "Alice.test" || !strings.HasPrefix(records[1].URI, "at://"+alice.DID+"/"+posts+"/") || records[1].CID == "" {
		t.Errorf("records are %+v", records)
	}
	if err := c.server.Takedown("Alice.test", true); err != nil || !c.server.MustAccount("alice.test").TakenDown {
		t.Errorf("taken down by handle: %v", err)
	}
	if _, err := c.server.LogIn("alice.test"); err == nil || len(c.server.Sessions()) != 0 {
		t.Errorf("an account that was taken down logs in: %v", err)
	}
	for _, call := range []func() error{
		func() error { _, err := c.server.LogIn("nobody.test"); return err },
		func() error { _, err := c.server.Records("nobody.test", posts); return err },
		func() error { return c.server.Takedown("nobody.test", true) },
	} {
		if err := call(); !errors.Is(err, mockserver.ErrUnknownAccount) {
			t.Errorf("an unknown account is %v", err)
		}
	}
	defer func() {
		if fault := recover(); fault == nil || !strings.Contains(fault.(string), "nobody.test") {
			t.Errorf("MustAccount panics with %v", fault)
		}
	}()
	c.server.MustAccount("nobody.test")
}
