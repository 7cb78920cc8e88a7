package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
)

func TestKnownFailuresAreHandedOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "known.yaml")
	write(t, path, "- id: server.getSession.method\n  reason: mended in the next release\n  until: \"2026-12-31\"\n")
	var h harness
	if code := h.run(t, "run", against, "--known-failures", path); code != 0 {
		t.Fatalf("exit code %d: %s", code, h.stderr.String())
	}
	want := []reports.ExpectedFailure{{ID: "server.getSession.method", Reason: "mended in the next release", Until: "2026-12-31"}}
	if !reflect.DeepEqual(h.asked.KnownFailures, want) {
		t.Errorf("the suite was asked to expect %+v", h.asked.KnownFailures)
	}
}

// TestWrittenKnownFailuresCanBeRead writes what failed, expects it, and finds
// the list stale when it passes.
func TestWrittenKnownFailuresCanBeRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "known.yaml")
	first := harness{report: found()}
	first.run(t, "run", against, "--write-known-failures", path)
	if !strings.Contains(first.stdout.String(), path) {
		t.Errorf("the file is not named: %s", first.stdout.String())
	}
	list, err := readKnownFailures(path)
	if err != nil || len(list) != 2 {
		t.Fatalf("%v: %+v", err, list)
	}
	passing := reports.New(reports.Content{Results: []reports.Result{{Requirement: requirement(), Outcome: reports.Passed}}})
	passing.Expect(list, passing.Run.StartedAt)
	second := harness{report: passing}
	if code := second.run(t, "run", against, "--known-failures", path); code != 5 {
		t.Errorf("exit code %d: %s", code, second.stdout.String())
	}
	for _, want := range []string{
		"server.createSession.success.status  it passed",
		"server.createSession.input.unknown  there is no such requirement",
		"2 entries to be taken off (exit code 5)",
	} {
		if !strings.Contains(second.stdout.String(), want) {
			t.Errorf("%q is not printed: %s", want, second.stdout.String())
		}
	}
}

func TestKnownFailuresThatCantBeWritten(t *testing.T) {
	t.Parallel()
	var h harness
	path := filepath.Join(t.TempDir(), "missing", "known.yaml")
	if code := h.run(t, "run", against, "--write-known-failures", path); code != 6 || h.asked != nil {
		t.Errorf("exit code %d, asked %+v", code, h.asked)
	}
}

func TestInterruptedRunWritesNoKnownFailures(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "known.yaml")
	h := harness{report: reports.New(reports.Content{Run: reports.Run{Interrupted: true}})}
	h.run(t, "run", against, "--write-known-failures", path)
	if _, err := os.Stat(path); err == nil {
		t.Error("a list that leaves things out was written")
	}
}

func TestRerunFailed(t *testing.T) {
	t.Parallel()
	report := found()
	for i := range report.Results {
		if report.Results[i].ID == "server.createSession.success.status" {
			report.Results[i].SeenIn = []string{"server.getSession.method"}
		}
	}
	folder := t.TempDir()
	if _, err := reports.Write(folder, reports.Formats(), report); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "report.json")
	var h harness
	if code := h.run(t, "run", against, "--rerun-failed", path); code != 0 {
		t.Fatalf("exit code %d: %s", code, h.stderr.String())
	}
	ids := slices.Compact(slices.Sorted(slices.Values(h.asked.IDs)))
	want := []string{"server.createSession.input.unknown", "server.createSession.success.status", "server.getSession.method"}
	if !slices.Equal(ids, want) {
		t.Errorf("the suite was asked for %q, want %q", ids, want)
	}
}

func TestRerunOfAReportWithoutFailures(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := reports.Write(folder, reports.Formats(), reports.New(reports.Content{})); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"run", "list"} {
		var h harness
		code := h.run(t, command, "--rerun-failed", filepath.Join(folder, "report.json"))
		if message := h.stderr.String(); code != 4 || !strings.Contains(message, "nothing failed or errored in ") || h.asked != nil {
			t.Errorf("%s: exit code %d: %s", command, code, message)
		}
	}
}
