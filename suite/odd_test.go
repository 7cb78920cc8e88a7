package suite

import (
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// mayFailOddly are the requirements below must that a freedom is at odds with:
// which status and name an error has is open where no document says it.
var mayFailOddly = map[string]bool{"xrpc.unknown-method.named": true}

// TestFreedoms checks a mock that takes each freedom that the documents leave,
// and one that takes them all: the suite accuses none of them.
func TestFreedoms(t *testing.T) {
	t.Parallel()
	names := []string{"all"}
	for _, freedom := range mockserver.Freedoms() {
		names = append(names, freedom.Name)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := mockConfig(t, mockserver.Options{InviteRequired: true, InviteInterval: 24 * time.Hour, Odd: []string{name}})
			report := runSuite(t, config)
			if report.Summary.ExitCode != reports.ExitConforms {
				t.Errorf("exit code %d", report.Summary.ExitCode)
			}
			for _, result := range report.Results {
				if (result.Outcome == reports.Failed || result.Outcome == reports.Errored) && !mayFailOddly[result.ID] && result.Level != reports.May {
					t.Errorf("%s %s: expected %s, actual %s%s", result.ID, result.Outcome, result.Expected, result.Actual, result.Reason)
				}
			}
		})
	}
}
