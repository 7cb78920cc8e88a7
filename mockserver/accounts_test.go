package mockserver_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// people are accounts to start with, with something of everything.
func people() mockserver.Options {
	return mockserver.Options{
		InviteRequired: true,
		Accounts: []mockserver.Account{{
			Handle: "Alice.test", Email: "Alice@example.com", Password: "correct horse", DID: "did:web:alice.example",
			AppPasswords: []mockserver.AppPassword{{Name: "phone", Password: "abcd-efgh"}, {Name: "", Password: "short"}},
			Invites:      []mockserver.Invite{{Code: "of-alice", Uses: 2}, {Code: "disabled", Disabled: true}},
		}, {
			Handle: "bob.example.org", Email: "bob@example.com", Password: "x", TakenDown: true,
		}},
		Invites: []mockserver.Invite{{Code: "once"}},
	}
}

// checkPeople fails the test unless the server is as people left it.
func checkPeople(t *testing.T, c *client) {
	t.Helper()
	alice := c.logIn("alice.test", "correct horse").ok()
	if alice.text("did") != "did:web:alice.example" || alice.text("email") != "alice@example.com" {
		t.Errorf("alice is %s", alice.body)
	}
	c.logIn("alice.test", "abcd-efgh").ok()
	c.logIn("alice@example.com", "short").ok()
	c.logIn("alice.test", "x").is(401, "AuthenticationRequired", "")
	c.logIn("bob.example.org", "x").is(401, "AccountTakedown", "")
	codes := c.get("getAccountInviteCodes", alice.text("accessJwt")).ok().list("codes")
	if len(codes) != 2 || codes[0].(object)["code"] != "of-alice" || codes[0].(object)["available"] != 2.0 || codes[1].(object)["disabled"] != true {
		t.Errorf("alice's codes are %v", codes)
	}
	if names := c.get("listAppPasswords", alice.text("accessJwt")).ok().list("passwords"); len(names) != 2 {
		t.Errorf("alice's app passwords are %v", names)
	}
	c.signUpWith("carol", "once")
	signUp := object{"handle": "dan-d.test", "email": "d@example.com", "password": "long enough", "inviteCode": "once"}
	c.post("createAccount", "", signUp).is(400, "InvalidInviteCode", "")
	signUp["inviteCode"] = "disabled"
	c.post("createAccount", "", signUp).is(400, "InvalidInviteCode", "")
}

// TestAccountsOfOptions starts with accounts, wrecks them, and resets.
func TestAccountsOfOptions(t *testing.T) {
	t.Parallel()
	c := start(t, people())
	dids := func() string {
		return c.send("GET", "/xrpc/com.atproto.identity.resolveHandle?handle=bob.example.org", nil).ok().text("did")
	}
	bob := dids()
	checkPeople(t, c)
	c.takedown("did:web:alice.example", true)
	c.takedown(bob, false)
	advance(t, c.server, time.Hour)
	c.server.Reset()
	if again := dids(); again != bob {
		t.Errorf("after a reset bob is %s, was %s", again, bob)
	}
	checkPeople(t, c)
}

// TestAccountsOfASeed draws the same after a reset as after the start.
func TestAccountsOfASeed(t *testing.T) {
	t.Parallel()
	options := people()
	options.Seed, options.InviteRequired = 3, false
	c := start(t, options)
	first := c.signUp("carol").did
	c.server.Reset()
	if again := c.signUp("carol").did; again != first {
		t.Errorf("the account made first is %s, and after a reset %s", first, again)
	}
}

// TestBadAccounts breaks one field at a time: the error names it, and no secret.
func TestBadAccounts(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*mockserver.Options){
		`accounts[1].handle "bob" is not a valid handle`:         func(o *mockserver.Options) { o.Accounts[1].Handle = "bob" },
		"accounts[1].handle alice.test is taken":                 func(o *mockserver.Options) { o.Accounts[1].Handle = "alice.TEST" },
		`accounts[0].email "a" is not a valid e-mail`:            func(o *mockserver.Options) { o.Accounts[0].Email = "a" },
		"accounts[1].email alice@example.com is taken":           func(o *mockserver.Options) { o.Accounts[1].Email = "alice@EXAMPLE.com" },
		"accounts[1].password must not be empty":                 func(o *mockserver.Options) { o.Accounts[1].Password = "" },
		`accounts[1].did "x" is not a valid did`:                 func(o *mockserver.Options) { o.Accounts[1].DID = "x" },
		"accounts[1].did did:web:alice.example is taken":         func(o *mockserver.Options) { o.Accounts[1].DID = "did:web:alice.example" },
		`accounts[0].appPasswords[1].name "phone" is used`:       func(o *mockserver.Options) { o.Accounts[0].AppPasswords[1].Name = "phone" },
		"accounts[0].appPasswords[1].password must not be empty": func(o *mockserver.Options) { o.Accounts[0].AppPasswords[1].Password = "" },
		"accounts[0].invites[1].code must not be empty":          func(o *mockserver.Options) { o.Accounts[0].Invites[1].Code = "" },
		"invites[0].code is taken by an earlier entry":           func(o *mockserver.Options) { o.Invites[0].Code = "of-alice" },
		"invites[0].uses must not be below 0":                    func(o *mockserver.Options) { o.Invites[0].Uses = -1 },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			options := people()
			change(&options)
			server, err := mockserver.New(options)
			if err == nil {
				server.Close()
				t.Fatal("the server started")
			}
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error is %q", err)
			}
			for _, secret := range []string{"correct horse", "abcd-efgh", "of-alice"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("error holds a secret: %q", err)
				}
			}
		})
	}
}

// TestSeedAccountWhole adds an account with all that belongs to it, or nothing.
func TestSeedAccountWhole(t *testing.T) {
	t.Parallel()
	c := start(t, people())
	carol := mockserver.Account{
		Handle: "carol.test", Email: "carol@example.com", Password: "y", DID: "did:web:carol.example",
		AppPasswords: []mockserver.AppPassword{{Name: "tv", Password: "app of carol"}},
		Invites:      []mockserver.Invite{{Code: "of-alice"}},
	}
	if _, err := c.server.SeedAccount(carol); err == nil || err.Error() != "invites[0].code is taken" {
		t.Fatalf("error is %v", err)
	}
	c.logIn("carol.test", "y").is(401, "AuthenticationRequired", "")
	carol.Invites[0].Code = "of-carol"
	if did, err := c.server.SeedAccount(carol); err != nil || did != carol.DID {
		t.Fatalf("%s, %v", did, err)
	}
	c.logIn("carol.test", "app of carol").ok()
	other := mockserver.Account{Handle: "dan.test", Email: "dan@example.com", Password: "z", DID: carol.DID}
	if _, err := c.server.SeedAccount(other); err == nil || !strings.Contains(err.Error(), "did did:web:carol.example is taken") {
		t.Errorf("error is %v", err)
	}
}
