package client

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/client/internal/model"
)

// unusualWays are those in which the model can be unusual, and right.
func unusualWays() []string {
	return []string{
		"no-keep-alive", "no-redirects", "asks-more", "resume-asks", "resume-refreshes", "retries", "indented", "media-type", "scheme-case", "headers",
		"in-turn", "names-in-messages", "tells-all", "offers-little", "earlier-driver",
	}
}

// A client that does all as it should fails nothing, and so do those that are
// right in unusual ways.
func TestRightClientsAreNotAccused(t *testing.T) {
	if testing.Short() {
		t.Skip("carries out all scenarios many times")
	}
	t.Parallel()
	revisions := lexicons.Revisions()
	for _, unusual := range append(unusualWays(), "") {
		t.Run("unusual "+unusual, func(t *testing.T) {
			t.Parallel()
			report := check(t, configFor(t, revisions[len(revisions)-1], model.Options{Unusual: unusual}))
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

// A right client is not accused by any revision, and each has the requirements
// that its documents give rise to.
func TestEveryRevision(t *testing.T) {
	t.Parallel()
	for _, revision := range lexicons.Revisions() {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			report := check(t, configFor(t, revision, model.Options{}))
			for _, result := range report.Results {
				if result.Outcome != reports.Passed && result.Outcome != reports.NotObserved && result.Outcome != reports.Blocked {
					t.Errorf("%s: %s: want %s, got %s %s", result.ID, result.Outcome, result.Expected, result.Actual, result.Reason)
				} else if result.Outcome != reports.Passed {
					t.Logf("%s: %s: %s", result.ID, result.Outcome, result.Reason)
				}
			}
			holdRequirements(t, revision, report)
			t.Logf("%+v in %d ms", report.Summary.Counts, report.Run.DurationMs)
		})
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// holdRequirements shows every change of a requirement of clients in review.
func holdRequirements(t *testing.T, revision string, report *reports.Report) {
	t.Helper()
	var text strings.Builder
	for _, result := range report.Results {
		text.WriteString(result.ID + "\t" + string(result.Level) + "\t" + string(result.Authority) + "\n")
	}
	golden := filepath.Join("testdata", "requirements-"+revision+".golden")
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text.String(), "\n")); diff != "" {
		t.Errorf("the requirements changed; where that is meant: go test ./suite/client -run TestEveryRevision -update\n%s", diff)
	}
}
