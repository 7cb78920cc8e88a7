package main

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/fixtures/targets/small"
)

// mostLines is what the author of a small server reads to the end.
const mostLines = 120

// TestSmallServerIsReadToTheEnd holds what is printed of a server with four
// methods to a page, on which each finding stands once.
func TestSmallServerIsReadToTheEnd(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(small.Four())
	t.Cleanup(server.Close)
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"run", "--target", server.URL, "--revision", "2023-04", "--seed", "1", "--out", t.TempDir()},
		strings.NewReader(""), &stdout, &stderr, nil)
	text := stdout.String()
	if lines := strings.Count(text, "\n"); code != 1 || lines >= mostLines {
		t.Errorf("exit code %d, %d lines, want 1 and under %d:\n%s%s", code, lines, mostLines, text, stderr.String())
	}
	for _, words := range []string{"profiles, not implemented: app-passwords", "server.refreshSession.success", "verdict: does not conform: "} {
		if !strings.Contains(text, words) {
			t.Errorf("%q is not printed", words)
		}
	}
}
