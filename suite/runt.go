package suite

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/reports"
)

// RunT checks a target as part of a Go test, with a subtest for each selected
// requirement, named by its ID. A failure that gates fails its subtest, and so
// does a check that came to no verdict; what is blocked, was not observed, is a
// known failure or doesn't gate is skipped with its reason. The test also fails
// where the report's exit code is not 0 for another reason: nothing was checked,
// or the list of known failures is stale.
//
//	func TestConformance(t *testing.T) {
//		server := httptest.NewServer(myPDS())
//		defer server.Close()
//		suite.RunT(t, suite.Config{Target: server.URL, AdminPassword: "admin-pass", Skip: []string{"server.getServiceAuth"}})
//	}
//
// Everything that config selects is checked before the first subtest begins,
// whatever -run says: Endpoints, Only and Skip select what is sent. The run ends
// in time for its clean-up before the time limit of the test binary. A
// configuration that can't be used and a target that can't be reached end the
// test.
func RunT(t *testing.T, config Config) *reports.Report {
	t.Helper()
	ctx, cancel := untilDeadline(t)
	defer cancel()
	report, err := Run(ctx, config)
	if err != nil {
		t.Fatalf("check %q: %v", config.Target, err)
	}
	for _, result := range report.Results {
		if result.Outcome != reports.Excluded {
			t.Run(result.ID, func(t *testing.T) { conclude(t, result, config.Strict) })
		}
	}
	if report.Summary.ExitCode == reports.ExitConforms {
		t.Log(report.Verdict())
	} else {
		t.Error(report.Verdict())
	}
	return report
}

// untilDeadline is the time of a run within a test: what is left until the time
// limit of the binary, less what the clean-up takes.
func untilDeadline(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	deadline, limited := t.Deadline()
	if !limited {
		return context.WithCancel(t.Context())
	}
	return context.WithDeadline(t.Context(), deadline.Add(-min(cleanUpTime, time.Until(deadline)/4)))
}

// conclude turns a result into that of a test.
func conclude(t interface {
	Helper()
	Error(...any)
	Skip(...any)
}, result reports.Result, strict bool) {
	t.Helper()
	switch result.Outcome {
	case reports.Passed:
	case reports.Errored:
		t.Error("no verdict: " + result.Reason)
	case reports.Failed:
		text := fmt.Sprintf("%s\nexpected %s\ngot %s\nsource %s", result.Title, result.Expected, result.Actual, result.Source)
		if !result.Gates(strict) {
			t.Skip("failed, which does not gate: " + text)
			return
		}
		t.Error(text)
	default:
		text := string(result.Outcome) + ": " + result.Reason
		if result.Unlock != "" {
			text += " (" + result.Unlock + ")"
		}
		t.Skip(text)
	}
}
