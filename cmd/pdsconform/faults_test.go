package main

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/fixtures/targets/small"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// TestThreeFaultsAreThreeFindings: a server with three faults is told of three,
// what gates first, and none of them twice.
func TestThreeFaultsAreThreeFindings(t *testing.T) {
	t.Parallel()
	mock := mockserver.RunT(t)
	whole, err := url.Parse(mock.URL)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(small.WithThreeFaults(httputil.NewSingleHostReverseProxy(whole)))
	t.Cleanup(server.Close)
	folder := t.TempDir()
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"run", "--target", server.URL, "--control", mock.ControlURL, "--revision", "2023-04", "--seed", "1", "--out", folder},
		strings.NewReader(""), &stdout, &stderr, nil)
	text := stdout.String()
	if code != 1 {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	written, err := os.ReadFile(filepath.Join(folder, "report.json"))
	var report reports.Report
	if err != nil || json.Unmarshal(written, &report) != nil {
		t.Fatal("no report: ", err)
	}
	var found []string
	for _, cause := range report.Causes() {
		found = append(found, cause.Lead().ID)
	}
	want := []string{
		"server.describeServer.output.inviteCodeRequired.type", "server.getSession.output.handle.required", // which gate
		"server.revokeAppPassword.success.status",
	}
	if !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
	for _, title := range []string{`(?m)^failed: 2 findings$`, `(?m)^failed, does not gate: 1 finding$`} {
		if !regexp.MustCompile(title).MatchString(text) {
			t.Errorf("no line is %s:\n%s", title, text)
		}
	}
	if lines := strings.Count(text, "\n"); lines >= mostLines {
		t.Errorf("%d lines", lines)
	}
}
