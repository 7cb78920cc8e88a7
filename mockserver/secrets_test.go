package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// A secret that turns up where none belongs is hidden in the log all the same: as
// a handle, in a path, a header or a parameter, before and after it was used.
func TestSecretsAreHiddenByValue(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Seed: 1, AdminPassword: "administration", Accounts: []mockserver.Account{{
		Handle: "alice.test", Email: "alice@example.com", Password: "correct horse",
		AppPasswords: []mockserver.AppPassword{{Name: "phone", Password: "abcd-efgh-ijkl-mnop"}},
		Invites:      []mockserver.Invite{{Code: "welcome-here", Uses: 5}},
	}}})
	c.post("createSession", "", object{"identifier": "correct horse", "password": "alice.test-not"})
	c.get("describeServer?name=correct%20horse&pass=abcd%2Defgh-ijkl-mnop", "")
	c.send(http.MethodGet, "/xrpc/correct%20horse", nil, "User-Agent", "bot/1 (welcome-here)", "Origin", "http://administration.example")
	c.post("createAccount", "", object{"handle": "bob.test", "email": "bob@example.com", "password": "battery staple"}).ok()
	c.post("createSession", "", object{"identifier": "battery staple", "password": "wrong password"})
	c.post("requestPasswordReset", "", object{"email": "alice@example.com"}).ok()
	code := c.mailToken("alice@example.com")
	c.post("createSession", "", object{"identifier": code, "password": "wrong password"})
	log, err := json.Marshal(c.server.Requests())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{
		"correct horse", "correct%20horse", "abcd-efgh", "abcd%2Defgh", "welcome-here", "administration", "battery staple", "wrong password", "alice.test-not", code,
	} {
		if strings.Contains(string(log), secret) {
			t.Errorf("%q is in the log: %s", secret, log)
		}
	}
	for _, open := range []string{"bob.test", "alice@example.com", "createSession", "bot/1"} {
		if !strings.Contains(string(log), open) {
			t.Errorf("%q is hidden: %s", open, log)
		}
	}
}
