package suite

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"golang.org/x/sync/errgroup"
)

// mayFailOddly are the requirements below must that a freedom is at odds with:
// which status and name an error has is open where no document says it.
var mayFailOddly = map[string]bool{"xrpc.unknown-method.named": true}

// TestFreedoms checks a mock that takes each freedom that the documents leave,
// and one of each revision that takes them all: the suite accuses none of them.
// What servers of two revisions are both free to do is tried alone on one.
func TestFreedoms(t *testing.T) {
	t.Parallel()
	var runs errgroup.Group
	runs.SetLimit(2 * runtime.GOMAXPROCS(0)) // some wait for time to pass, most of their time
	for revision, catalog := range everyRevision(t) {
		for _, freedom := range append(mockserver.FreedomsOf(catalog), mockserver.Freedom{Name: "all"}) {
			if freedom.Name != "all" && revision != lexicons.DefaultRevision && slices.Contains(mockserver.Freedoms(), freedom) {
				continue
			}
			runs.Go(func() error {
				t.Run(revision+" "+freedom.Name, func(t *testing.T) { fairTo(t, catalog, freedom.Name) })
				return nil
			})
		}
	}
	_ = runs.Wait()
}

func fairTo(t *testing.T, catalog *lexicons.Catalog, variant string) {
	t.Helper()
	config := mockConfig(t, mockserver.Options{Catalog: catalog, InviteRequired: true, InviteInterval: 24 * time.Hour, Odd: []string{variant}})
	config.PLC, config.VerdictsOnly = config.Target, true
	report := runSuite(t, config)
	if report.Summary.ExitCode != reports.ExitConforms {
		t.Errorf("exit code %d", report.Summary.ExitCode)
	}
	for _, result := range report.Results {
		if (result.Outcome == reports.Failed || result.Outcome == reports.Errored) && !mayFailOddly[result.ID] && result.Level != reports.May {
			t.Errorf("%s %s: expected %s, actual %s%s", result.ID, result.Outcome, result.Expected, result.Actual, result.Reason)
		}
	}
}
