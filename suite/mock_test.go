package suite

import (
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// mockConfig starts a mock as `pdsconform run` does, or with other options, and
// returns how to check it.
func mockConfig(t *testing.T, options ...mockserver.Options) Config {
	t.Helper()
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	chosen := mockserver.Options{InviteRequired: true, InviteInterval: 24 * time.Hour}
	if len(options) > 0 {
		chosen = options[0]
	}
	chosen.AdminPassword = "admin-pass-of-the-mock"
	revision := lexicons.DefaultRevision
	if chosen.Catalog != nil {
		catalog, revision = chosen.Catalog, ""
	}
	mock := mockserver.RunT(t, chosen)
	return Config{
		Target: mock.URL, Control: mock.ControlURL, Embedded: true, AdminPassword: "admin-pass-of-the-mock",
		Catalog: catalog, Revision: revision, Seed: 1,
	}
}

// runSuite runs and wants a report.
func runSuite(t *testing.T, config Config) *reports.Report {
	t.Helper()
	report, err := Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// outcomes are the results by ID.
func outcomes(report *reports.Report) map[string]reports.Result {
	found := map[string]reports.Result{}
	for _, result := range report.Results {
		found[result.ID] = result
	}
	return found
}
