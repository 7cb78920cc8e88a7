package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite"
)

// TestThrowaway leaves on a target what it made, and no journal of it.
func TestThrowaway(t *testing.T) {
	t.Parallel()
	mock := mockserver.RunT(t)
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"run", "--target", mock.URL, "--revision", "2023-04", "--only", "server.getSession.success",
		"--throwaway", "--out", out}, strings.NewReader(""), &stdout, &stderr, nil)
	if code != 0 || !strings.Contains(stdout.String(), "left on a target that is thrown away") {
		t.Errorf("exit code %d:\n%s%s", code, stdout.String(), stderr.String())
	}
	if len(mock.Accounts()) == 0 {
		t.Error("the accounts were removed")
	}
	if _, err := os.Stat(filepath.Join(out, "journal.jsonl")); !os.IsNotExist(err) {
		t.Errorf("a journal: %v", err)
	}
}

// TestThrowawayAsksNothing, also far away and with nobody to answer.
func TestThrowawayAsksNothing(t *testing.T) {
	t.Parallel()
	a := newApp(strings.NewReader(""), nil, nil, nil)
	config := suite.Config{Target: "https://pds.example.org"}
	if a.consent(t.Context(), config, settings{}, nil) == nil {
		t.Error("without --throwaway nothing is asked")
	}
	config.Throwaway = true
	if a.consent(t.Context(), config, settings{}, nil) != nil {
		t.Error("something is asked")
	}
}
