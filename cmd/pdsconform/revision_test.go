package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// unasked stands in for the question to a target that is not there.
func unasked(_ context.Context, config suite.Config) (suite.Config, error) { return config, nil }

// The first line and the report say which revision was taken, and why.
func TestRunSaysWhichRevision(t *testing.T) {
	t.Parallel()
	server, out := mockserver.RunT(t), t.TempDir()
	run := func(flags ...string) (string, reports.Run) {
		var stdout, stderr strings.Builder
		arguments := append([]string{"run", "--target", server.URL, "--only", "server.describeServer.success", "--out", out, "--format", "json"}, flags...)
		if code := Run(t.Context(), arguments, nil, &stdout, &stderr, nil); code != 0 {
			t.Fatalf("exit code %d: %s%s", code, stdout.String(), stderr.String())
		}
		text, err := os.ReadFile(filepath.Join(out, "report.json"))
		var report reports.Report
		if err == nil {
			err = json.Unmarshal(text, &report)
		}
		if err != nil {
			t.Fatal(err)
		}
		return stdout.String(), report.Run
	}
	printed, recorded := run()
	if recorded.Revision != "2023-04" || recorded.RevisionReason == "" ||
		!strings.HasPrefix(printed, "revision 2023-04: "+recorded.RevisionReason) {
		t.Errorf("recorded %q, %q; printed %s", recorded.Revision, recorded.RevisionReason, printed)
	}
	if printed, recorded = run("--revision", "2023-04"); recorded.RevisionReason != "" || strings.HasPrefix(printed, "revision") {
		t.Errorf("the target was asked though a revision was given: %s", printed)
	}
}
