package suite

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
)

// TestFailFast stops at the first failure that gates, in the order in which a
// server is built, and says of the rest why it was not checked.
func TestFailFast(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.FailFast = true
	config.Target = altered(t, config.Target, "com.atproto.server.getSession", func(answer map[string]any) { answer["email"] = 5 })
	report := runSuite(t, config)
	const first = "server.getSession.output.email.type"
	checked := map[string]bool{}
	for _, result := range report.Results {
		switch {
		case result.ID == first && result.Outcome != reports.Failed, result.ID != first && result.Gates(false):
			t.Errorf("%s is %s", result.ID, result.Outcome)
		case result.Outcome == reports.Passed:
			checked[lastSegment(result.Endpoint)] = true
		case result.Outcome == reports.Blocked && result.Endpoint == "com.atproto.server.resetPassword" && !strings.Contains(result.Reason, "first failure"):
			t.Errorf("%s: %s", result.ID, result.Reason)
		}
	}
	if !checked["describeServer"] || !checked["createAccount"] || checked["resetPassword"] || checked["deleteAccount"] {
		t.Errorf("checked %v", checked)
	}
	if report.Summary.ExitCode != reports.ExitFails || report.Run.Interrupted {
		t.Errorf("exit %d", report.Summary.ExitCode)
	}
	config.KnownFailures = []reports.ExpectedFailure{{ID: first, Reason: "addresses are numbers here"}}
	config.Only = []string{"server.getSession", "server.refreshSession"}
	for _, result := range runSuite(t, config).Results {
		if strings.Contains(result.Reason, "first failure") {
			t.Fatalf("a known failure ended the run: %s", result.ID)
		}
	}
}

// TestInterruptionSaysWhy tells a deadline from a signal.
func TestInterruptionSaysWhy(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	config := mockConfig(t)
	config.OnEvent = func(event Event) {
		if event.Kind == EventResult {
			cancel(errors.New("--deadline 1s is over"))
		}
	}
	report, err := Run(ctx, config)
	if err != nil || report.Summary.ExitCode != reports.ExitInterrupted {
		t.Fatalf("%v, %+v", err, report)
	}
	for _, result := range report.Results {
		if result.Outcome == reports.Blocked && strings.Contains(result.Reason, "interrupted") && result.Reason != "the run was interrupted: --deadline 1s is over" {
			t.Errorf("%s: %s", result.ID, result.Reason)
		}
	}
}
