package mockserver_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver/files"
)

const peopleYAML = `# people to try things with
accounts:
  - handle: Alice.test
    email: Alice@example.com
    password: correct horse
    did: did:web:alice.example
    appPasswords:
      - {name: phone, password: abcd-efgh}
      - {name: "", password: short}
    invites:
      - {code: of-alice, uses: 2}
      - {code: disabled, disabled: true}
  - handle: bob.example.org
    email: bob@example.com
    password: x
    takenDown: true
invites:
  - code: once
`

func writeAccounts(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "accounts.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadAccounts(t *testing.T) {
	t.Parallel()
	json := `{"accounts": [{"handle":"Alice.test","email":"Alice@example.com","password":"correct horse","did":"did:web:alice.example",
		"appPasswords":[{"name":"phone","password":"abcd-efgh"},{"name":"","password":"short"}],
		"invites":[{"code":"of-alice","uses":2},{"code":"disabled","disabled":true}]},
		{"handle":"bob.example.org","email":"bob@example.com","password":"x","takenDown":true}], "invites": [{"code":"once"}]}`
	for name, text := range map[string]string{"yaml": peopleYAML, "json": json} {
		list, err := files.ReadAccounts(writeAccounts(t, text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(files.AccountList{Accounts: people().Accounts, Invites: people().Invites}, list); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestBadAccountsFiles looks for the line, the key, and for what must not be
// told.
func TestBadAccountsFiles(t *testing.T) {
	t.Parallel()
	replaced := func(old, with string) string { return strings.Replace(peopleYAML, old, with, 1) }
	for name, row := range map[string]struct{ text, want string }{
		"unknown key":       {replaced("    takenDown:", "    takendown:"), ":16: unknown field \"takendown\""},
		"repeated key":      {replaced("    takenDown: true", "    password: y"), ":16: "},
		"type":              {replaced("takenDown: true", "takenDown: [correct]"), ":16: "},
		"secret's type":     {replaced("password: x", "password: [hush-hush]"), ":15: "},
		"secret's type 2":   {replaced("{code: of-alice, uses: 2}", "{code: {a: hush-hush}}"), ":11: "},
		"no number":         {replaced("uses: 2", "uses: two"), ":11: "},
		"handle":            {replaced("bob.example.org", "bob"), `:13: accounts[1].handle "bob" is not a valid handle`},
		"email missing":     {replaced("    email: bob@example.com\n", ""), `: accounts[1].email "" is not a valid e-mail`},
		"app password":      {replaced("password: short", `password: ""`), ":9: accounts[0].appPasswords[1].password must not be empty"},
		"code":              {replaced("code: once", "code: disabled"), ":18: invites[0].code is taken"},
		"no YAML":           {"accounts:\n  - handle: [hush-hush\n", ":2"},
		"tab":               {"accounts:\n\t- handle: a", ":2"},
		"list":              {"- handle: alice.test\n", ":1: there must be an object"},
		"scalar":            {"hush-hush", ":1: there must be an object"},
		"nothing":           {"# nothing\n", ":1: there must be an object"},
		"two documents":     {peopleYAML + "---\naccounts: []\n", ":20: there must be one document"},
		"unknown key above": {"acounts: []\n", ":1: unknown field \"acounts\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := writeAccounts(t, row.text)
			_, err := files.ReadAccounts(path)
			if err == nil || !strings.HasPrefix(err.Error(), path+row.want) && !strings.Contains(err.Error(), row.want) {
				t.Fatalf("error is %v", err)
			}
			for _, secret := range []string{"correct horse", "abcd-efgh", "hush-hush", "of-alice", "\n"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("error holds %q: %v", secret, err)
				}
			}
		})
	}
	if _, err := files.ReadAccounts("missing.yaml"); err == nil || !strings.Contains(err.Error(), "missing.yaml") {
		t.Errorf("error is %v", err)
	}
}
