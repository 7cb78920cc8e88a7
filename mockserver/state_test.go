package mockserver_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

// restart saves a server, closes it and starts one of the same state.
func restart(t *testing.T, c *client, path string, options mockserver.Options) *client {
	t.Helper()
	c.server.Close()
	if err := c.server.SaveState(path); err != nil {
		t.Fatal(err)
	}
	options.StateFile = path
	return start(t, options)
}

// TestStateOutlastsTheServer has something of everything before the restart,
// and uses it after.
func TestStateOutlastsTheServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	options := mockserver.Options{StateFile: path, InviteInterval: time.Hour}
	c := start(t, options) // there is no such file yet
	alice, bob := c.signUp("alice"), c.signUp("bob-b")
	app, opened := c.appPassword(alice, "phone")
	c.takedown(bob.did, true)
	code := c.admin("createInviteCode", object{"useCount": 1}).ok().text("code")
	c.post("requestPasswordReset", "", object{"email": alice.email}).ok()
	c.post("deleteSession", opened.refresh, nil).ok()
	advance(t, c.server, 90*time.Minute)
	earned := c.get("getAccountInviteCodes", alice.access).ok().list("codes")
	document := string(c.send("GET", "/"+alice.did, nil, "Host", "localhost").ok().body) // with a key

	c = restart(t, c, path, mockserver.Options{InviteRequired: true, InviteInterval: time.Hour})
	if got := c.get("getSession", alice.access).ok().text("did"); got != alice.did {
		t.Errorf("the old token stands for %s", got)
	}
	if diff := cmp.Diff(earned, c.get("getAccountInviteCodes", alice.access).ok().list("codes")); diff != "" {
		t.Errorf("codes of the account: %s", diff)
	}
	if diff := cmp.Diff(document, string(c.send("GET", "/"+alice.did, nil, "Host", "localhost").ok().body)); diff != "" {
		t.Errorf("document of the account: %s", diff)
	}
	c.logIn(alice.handle, alice.password).ok()
	c.logIn(alice.handle, app).ok()
	c.logIn(bob.handle, bob.password).is(401, "AccountTakedown", "")
	c.post("refreshSession", opened.refresh, nil).is(400, "ExpiredToken", "")
	c.post("refreshSession", alice.refresh, nil).ok()
	c.signUpWith("carol", code)
	c.post("resetPassword", "", object{"token": c.mailToken(alice.email), "password": "another one"}).is(400, "ExpiredToken", "") // an hour ago
	advance(t, c.server, time.Hour)
	c.get("getSession", alice.access).is(400, "ExpiredToken", "")

	before := c.server.Now()
	c.server.Reset() // goes back to what the file held
	if back := before.Sub(c.server.Now()); back < 59*time.Minute || back > 61*time.Minute {
		t.Errorf("the clock went back by %s", back)
	}
	c.get("getSession", alice.access).ok()
	c.logIn("carol.test", "password of carol").is(401, "AuthenticationRequired", "")
	if sent := c.server.Mail(""); len(sent) != 1 {
		t.Errorf("mail is %v", sent)
	}
}

// TestStateOfASeed does not draw again what it has drawn before.
func TestStateOfASeed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	c := start(t, mockserver.Options{Seed: 5})
	alice := c.signUp("alice")
	c = restart(t, c, path, mockserver.Options{Seed: 5})
	if bob := c.signUp("bob-b"); bob.did == alice.did {
		t.Error("two accounts have one did")
	}
	c.get("getSession", alice.access).ok()
	c = restart(t, c, path, mockserver.Options{Seed: 6, JWTSecret: "another"})
	c.get("getSession", alice.access).is(400, "InvalidToken", "")
	c.logIn(alice.handle, alice.password).ok()
}

// TestStateAndAccounts adds what is new among the accounts, and leaves what is
// there.
func TestStateAndAccounts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	c := start(t, people())
	checkPeople(t, c)
	options := people()
	options.Accounts[0].Password = "other"
	options.Accounts = append(options.Accounts, mockserver.Account{Handle: "erin.test", Email: "erin@example.com", Password: "y"})
	c = restart(t, c, path, options)
	c.logIn("erin.test", "y").ok()
	c.logIn("alice.test", "correct horse").ok()
	c.logIn("carol.test", "password of carol").ok()
	c.post("createAccount", "", object{"handle": "dan-d.test", "email": "d@example.com", "password": "long enough", "inviteCode": "once"}).
		is(400, "InvalidInviteCode", "")

	c.server.Close()
	options.StateFile = path
	options.Accounts = []mockserver.Account{{Handle: "fred.test", Email: "alice@example.com", Password: "z"}}
	if server, err := mockserver.New(options); err == nil || !strings.Contains(err.Error(), "accounts[0].email alice@example.com is taken") {
		server.Close()
		t.Errorf("error is %v", err)
	}
}

// TestDamagedState is refused with what to do about it, and stays as it is.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "state.json")
	c := start(t)
	c.signUp("alice")
	if err := c.server.SaveState(whole); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		text []byte
		want string
	}{
		"empty":         {nil, "can't be read as JSON"},
		"cut off":       {text[:len(text)/2], "can't be read as JSON"},
		"a letter":      {bytes.Replace(text, []byte("alice.test"), []byte("alicf.test"), 1), "checksum"},
		"other version": {bytes.Replace(text, []byte("state/v1"), []byte("state/v9"), 1), `"pdsconform.mock-state/v9"`},
		"another file":  {[]byte(`{"accounts":[]}`), "its schema"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.json")
			if err := os.WriteFile(path, row.text, 0o600); err != nil {
				t.Fatal(err)
			}
			server, err := mockserver.New(mockserver.Options{StateFile: path})
			if err == nil {
				server.Close()
				t.Fatal("the server started")
			}
			for _, want := range []string{path, row.want, "move it away"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is %q, want it to hold %q", err, want)
				}
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(after, row.text) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestStateIsReplacedWhole looks at who may read the file, and at what is left
// when it can't be written.
func TestStateIsReplacedWhole(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "state.json")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := start(t)
	alice := c.signUp("alice")
	if err := c.server.SaveState(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("file is %v, %v", info, err)
	}
	if text, _ := os.ReadFile(path); !json.Valid(text) || bytes.Contains(text, []byte(alice.password)) {
		t.Errorf("state is %s", text)
	}
	if err := c.server.SaveState(folder); err == nil { // a folder can't be replaced
		t.Error("a folder was replaced")
	}
	if err := c.server.SaveState(filepath.Join(folder, "missing", "state.json")); err == nil {
		t.Error("saved where there is no folder")
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	for _, where := range []string{folder, filepath.Join(folder, "missing", "state.json")} {
		if server, err := mockserver.New(mockserver.Options{StateFile: where}); err == nil {
			server.Close()
			t.Errorf("started although nothing could be saved at %s", where)
		}
	}
}

// TestStateFileInUse is another server's until that is closed.
func TestStateFileInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first := mockserver.RunT(t, mockserver.Options{StateFile: path})
	want := fmt.Sprintf("state file: %s is in use by process %d", path, os.Getpid())
	if second, err := mockserver.New(mockserver.Options{StateFile: path}); err == nil || !strings.HasSuffix(err.Error(), want) {
		second.Close()
		t.Errorf("a second server starts: %v", err)
	}
	first.Close()
	first.Close() // which a test may do besides RunT
	mockserver.RunT(t, mockserver.Options{StateFile: path})
}
