package suite

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// TestLimitedTargetIsCheckedToTheEnd checks a server that allows 60 requests a
// minute by its own clock, which the run moves instead of waiting.
func TestLimitedTargetIsCheckedToTheEnd(t *testing.T) {
	t.Parallel()
	config := mockConfig(t, mockserver.Options{InviteRequired: true, InviteInterval: 24 * time.Hour,
		RateLimit: mockserver.RateLimit{Requests: 60, Per: time.Minute}})
	config.Only = []string{"server.createSession", "server.getSession", "server.refreshSession"}
	report := runSuite(t, config)
	if report.Summary.Requests < 150 {
		t.Fatalf("only %d requests, so that no limit was reached", report.Summary.Requests)
	}
	for _, result := range report.Results {
		if result.Outcome == reports.Failed || result.Outcome == reports.Errored || result.Outcome == reports.Blocked {
			t.Errorf("%s is %s: %s%s", result.ID, result.Outcome, result.Reason, result.Actual)
		}
	}
}

// TestMaxWaitEndsARun gives up a target that refuses everything by a limit, and
// says what helps.
func TestMaxWaitEndsARun(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	config := served(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "10")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}`))
	}))
	config.MaxWait = time.Millisecond
	report := runSuite(t, config)
	for _, result := range report.Results {
		if result.Outcome != reports.Blocked && result.Outcome != reports.NotObserved {
			t.Errorf("%s is %s: %s", result.ID, result.Outcome, result.Actual)
		}
	}
	if report.Summary.ExitCode != reports.ExitNothingChecked || asked.Load() > 100 {
		t.Errorf("exit %d after %d requests", report.Summary.ExitCode, asked.Load())
	}
}
