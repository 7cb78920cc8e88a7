package files

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is a text is taken as it is written, whatever YAML would make of it.
func TestTextsAreTakenAsWritten(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"0123": "0123", "1e3": "1e3", "0x1F": "0x1F", "1_000": "1_000", "12.50": "12.50", "true": "true", "True": "True", ".inf": ".inf",
		"2024-01-02": "2024-01-02", "12:30": "12:30", `"0123"`: "0123", "'true'": "true", "-0": "-0", "&a 007": "007",
		"12345678901234567890123": "12345678901234567890123",
	} {
		path := filepath.Join(t.TempDir(), "accounts.yaml")
		text := "accounts:\n  - {handle: alice.test, email: a@example.com, password: " + written + ",\n" +
			"     appPasswords: [{name: " + written + ", password: " + written + "}], invites: [{code: \"ab\", uses: 5}]}\n" +
			"  - handle: bob.test\n    email: b@example.com\n    password: " + written + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := ReadAccounts(path)
		if err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		alice, bob := list.Accounts[0], list.Accounts[1]
		got := []string{alice.Password, alice.AppPasswords[0].Name, alice.AppPasswords[0].Password, bob.Password}
		if diff := cmp.Diff([]string{want, want, want, want}, got); diff != "" {
			t.Errorf("%s: %s", written, diff)
		}
		if alice.Invites[0].Uses != 5 {
			t.Errorf("a number is no number: %+v", alice.Invites)
		}
	}
}

func TestTextsOfAnswersAndScenarios(t *testing.T) {
	t.Parallel()
	given, err := ReadAnswers("a.yaml", []byte(`answers: [{method: com.example.ping, status: 201, text: 0123, headers: {X-Id: 007}}, {method: com.example.ping, json: {text: 5}}]`))
	if err != nil {
		t.Fatal(err)
	}
	if given[0].Text != "0123" || given[0].Headers["X-Id"] != "007" || given[0].Status != 201 {
		t.Errorf("%+v", given[0])
	}
	if value := given[1].JSON.(map[string]any)["text"]; value == "5" {
		t.Error("a number of an answer has become a text")
	}
	scenarios, err := ReadScenarios("s.yaml", []byte(`scenarios: [{method: getSession, status: 400, message: 0123, error: "Bad", times: 2, headers: {Retry-After: 010}}]`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := scenarios[0]; s.Message != "0123" || s.Headers["Retry-After"] != "010" || s.Times != 2 {
		t.Errorf("%+v", s)
	}
}
