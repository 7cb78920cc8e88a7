package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// TestFolderThatVanishes ends with the code and the words of reports that aren't
// written, when the folder goes away during the run, as when it was none to begin
// with, or the journal can't be kept.
func TestFolderThatVanishes(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "reports")
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		folder string
		run    func(context.Context, suite.Config) (*reports.Report, error)
	}{
		"replaced by a file": {out, func(context.Context, suite.Config) (*reports.Report, error) {
			if err := os.RemoveAll(out); err != nil {
				return nil, err
			}
			return reports.New(reports.Content{}), os.WriteFile(out, nil, 0o600)
		}},
		"a file": {file, nil},
		"no journal": {t.TempDir(), func(context.Context, suite.Config) (*reports.Report, error) {
			return nil, fmt.Errorf("reach: %w", &suite.UnwrittenError{Err: &fs.PathError{Op: "open", Path: "journal.jsonl", Err: fs.ErrPermission}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			a := newApp(strings.NewReader(""), &stdout, &stderr, nil)
			a.runSuite = test.run
			if code := a.run(t.Context(), []string{"run", "--endpoint", "describeServer", "--out", test.folder}); code != int(reports.ExitUnwritten) {
				t.Errorf("exit code %d: %s", code, stderr.String())
			}
			if strings.Count(stderr.String(), "\n") == 0 || strings.Contains(stderr.String(), "fault") {
				t.Errorf("said: %s", stderr.String())
			}
		})
	}
}
