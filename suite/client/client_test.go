package client

import (
	"testing"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/client/internal/model"
)

// A client that does all as it should fails nothing, and so do those that are
// right in unusual ways.
func TestRightClientsAreNotAccused(t *testing.T) {
	if testing.Short() {
		t.Skip("plays all scenarios ten times")
	}
	t.Parallel()
	for _, unusual := range []string{"", "no-keep-alive", "no-redirects", "asks-more", "resume-asks", "retries", "indented", "media-type", "scheme-case", "headers"} {
		t.Run("unusual "+unusual, func(t *testing.T) {
			t.Parallel()
			report := check(t, configOf(t, model.Options{Unusual: unusual}))
			for _, result := range report.Results {
				switch result.Outcome {
				case reports.Passed:
				case reports.NotObserved, reports.Blocked:
					t.Logf("%s: %s: %s", result.ID, result.Outcome, result.Reason)
				default:
					t.Errorf("%s: %s: want %s, got %s %s", result.ID, result.Outcome, result.Expected, result.Actual, result.Reason)
				}
			}
			t.Logf("%+v in %d ms, %d requests", report.Summary.Counts, report.Run.DurationMs, report.Summary.Requests)
		})
	}
}
