package suite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
)

// What the run makes on somebody else's server is gone after it, journal and
// all.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Embedded, config.Journal = false, filepath.Join(t.TempDir(), "journal.jsonl")
	report := runSuite(t, config)
	if accounts := report.Summary.Accounts; accounts.Created < 20 || accounts.Left != 0 {
		t.Errorf("%d accounts made, %d left", accounts.Created, accounts.Left)
	}
	if _, err := os.Stat(config.Journal); !os.IsNotExist(err) {
		t.Errorf("the journal is still there: %v", err)
	}
}

// Without mail and admin methods accounts stay, and the journal says so; a
// second run keeps it.
func TestJournalOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Embedded, config.Journal, config.Control = false, filepath.Join(t.TempDir(), "journal.jsonl"), ""
	config.Only = []string{"server.createSession"}
	left := runSuite(t, config).Summary.Accounts.Left
	text, err := os.ReadFile(config.Journal)
	if err != nil || left == 0 || strings.Count(string(text), `"event":"account"`) < left {
		t.Fatalf("%d accounts left, the journal (%v) says:\n%s", left, err, text)
	}
	runSuite(t, config)
	if kept, err := os.ReadFile(strings.TrimSuffix(config.Journal, ".jsonl") + "-1.jsonl"); err != nil || string(kept) != string(text) {
		t.Errorf("the first journal was not kept: %v", err)
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Embedded, config.BudgetAccounts = false, 5
	report := runSuite(t, config)
	if made := report.Summary.Accounts.Created; made > 5 || report.Summary.Blocked == 0 || report.Summary.ExitCode != reports.ExitConforms {
		t.Errorf("%d accounts made, %d blocked, exit %d", made, report.Summary.Blocked, report.Summary.ExitCode)
	}
	config = mockConfig(t)
	config.Embedded, config.BudgetRequests = false, 200
	report = runSuite(t, config)
	if sent := report.Summary.Requests; sent > 200 || report.Summary.Blocked == 0 || report.Summary.Accounts.Left != 0 {
		t.Errorf("%d requests sent, %d blocked, %d accounts left", sent, report.Summary.Blocked, report.Summary.Accounts.Left)
	}
}

func TestKnownFailures(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Target = altered(t, config.Target, "com.atproto.server.getSession", func(answer map[string]any) { answer["email"] = 5 })
	known := reports.ExpectedFailure{ID: "server.getSession.output.email.type", Reason: "addresses are numbers here"}
	for name, test := range map[string]struct {
		list []reports.ExpectedFailure
		want reports.ExitCode
	}{
		"none":        {nil, reports.ExitFails},
		"known":       {[]reports.ExpectedFailure{known}, reports.ExitConforms},
		"run out":     {[]reports.ExpectedFailure{{ID: known.ID, Reason: known.Reason, Until: "2023-04-18"}}, reports.ExitFails},
		"passes":      {[]reports.ExpectedFailure{known, {ID: "server.getSession.success", Reason: "r"}}, reports.ExitStale},
		"none such":   {[]reports.ExpectedFailure{known, {ID: "server.getSession.no-such", Reason: "r"}}, reports.ExitStale},
		"not checked": {[]reports.ExpectedFailure{known, {ID: "server.createAccount.input.inviteCode.optional", Reason: "r"}}, reports.ExitConforms},
	} {
		config.Seed++ // names of its own, since the mock remembers
		config.Only, config.KnownFailures = []string{"server.getSession.output", "server.getSession.success"}, test.list
		if got := runSuite(t, config).Summary.ExitCode; got != test.want {
			t.Errorf("%s: exit %d, want %d", name, got, test.want)
		}
	}
}
