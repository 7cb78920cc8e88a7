package suite

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
)

// TestClockThatJumps has somebody else move the target's clock in the middle of a
// run: what that touched is no verdict, and no requirement fails by it.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Embedded, config.Journal = false, filepath.Join(t.TempDir(), "journal.jsonl")
	var once sync.Once
	config.OnEvent = func(event Event) {
		if event.Kind == EventResult && event.Done == event.Total/3 {
			once.Do(func() {
				response, err := http.Post(config.Control+"/control/v1/clock", "application/json", bytes.NewBufferString(`{"advance":"2400h"}`))
				if err != nil {
					t.Error(err)
					return
				}
				_ = response.Body.Close()
			})
		}
	}
	report := runSuite(t, config)
	disturbed := 0
	for _, result := range report.Results {
		if result.Outcome == reports.Failed {
			t.Errorf("%s failed: expected %s, got %s", result.ID, result.Expected, result.Actual)
		}
		if result.Outcome != reports.Errored {
			continue
		}
		disturbed++
		if result.Fault != reports.FaultInterference || !strings.Contains(result.Reason, "clock was moved") {
			t.Errorf("%s errored by %s: %s", result.ID, result.Fault, result.Reason)
		}
	}
	words, code := report.Verdict().String(), report.Summary.ExitCode
	if told := strings.Contains(words, "somebody else moved the clock of the target"); disturbed > 0 && (!told || code == reports.ExitUnreachable) {
		t.Errorf("exit code %d: %s", code, words)
	}
	if left := report.Summary.Accounts.Left; left != 0 {
		t.Errorf("%d accounts left", left)
	}
}
