package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportCommands renders, joins and compares the documents of real runs.
func TestReportCommands(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	some, more := filepath.Join(folder, "some"), filepath.Join(folder, "more")
	program(t, 0, "run", "--only", "server.describeServer", "--seed", "1", "--out", some)
	program(t, 0, "run", "--endpoint", "describeServer", "--endpoint", "getSession", "--seed", "1", "--out", more)
	for _, file := range []string{"report.json", "junit.xml", "report.html"} {
		if _, err := os.Stat(filepath.Join(some, file)); err != nil {
			t.Error(err)
		}
	}

	rendered := filepath.Join(folder, "rendered")
	program(t, 0, "report", "render", filepath.Join(some, "report.json"), "--out", rendered, "--format", "html,md,sarif,badge,badge-json,har")
	page, err := os.ReadFile(filepath.Join(rendered, "report.html"))
	if err != nil || !strings.Contains(string(page), "availableUserDomains") {
		t.Errorf("the page does not show the document's lines: %v", err)
	}
	if files, err := os.ReadDir(rendered); err != nil || len(files) != 6 {
		t.Errorf("%d files, %v", len(files), err)
	}

	before, after := filepath.Join(some, "report.json"), filepath.Join(more, "report.json")
	for _, format := range []string{"text", "md", "json"} {
		if out := program(t, 0, "report", "diff", before, after, "--format", format); out == "" {
			t.Errorf("%s: nothing was printed", format)
		}
	}
	if out := program(t, 2, "report", "merge", before, after, "--out", rendered); !strings.Contains(out, "shard") {
		t.Errorf("two whole runs were joined: %s", out)
	}
	program(t, 0, "report", "merge", before, "--out", rendered, "--format", "json")
}

func TestReportUsage(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none.json")
	for args, want := range map[string]string{
		"report":                             "needs a command",
		"report render":                      "takes report documents",
		"report render " + missing:           "no such file",
		"report diff " + missing:             "takes report documents",
		"report diff a b --format pdf":       "give text, md or json",
		"report render report_test.go":       "not",
		"report render x --format json,pdf":  "no such file",
		"report merge " + missing + " other": "no such file",
	} {
		if out := program(t, 2, strings.Fields(args)...); !strings.Contains(out, want) {
			t.Errorf("%s: %s, want %q", args, out, want)
		}
	}
}
