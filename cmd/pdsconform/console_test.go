package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// found returns a report with every kind of finding.
func found() *reports.Report {
	result := func(id, endpoint string, level reports.Level, outcome reports.Outcome, reason string) reports.Result {
		r := requirement()
		r.ID, r.Endpoint, r.Level = "server."+id, "com.atproto.server."+endpoint, level
		return reports.Result{Requirement: r, Outcome: outcome, Reason: reason}
	}
	failing := func(result reports.Result) reports.Result {
		result.Expected, result.Actual = "status 200\nwith a JSON body", "status 500"
		exchange := reports.Exchange{
			Response: reports.Response{Status: 500, Body: "\x1b[31mno\x00 " + strings.Repeat("x", 500)},
			Curl:     "curl -X POST http://127.0.0.1:2583/xrpc/com.atproto.server.createSession",
		}
		result.Exchanges = []reports.Exchange{exchange, exchange}
		return result
	}
	blocked := result("createSession.error.AccountTakedown", "createSession", reports.Must, reports.Blocked, "accounts can't be taken down")
	blocked.Unlock, blocked.Error = "--control or --admin-password", "AccountTakedown"
	errored := result("getSession.method", "getSession", reports.Must, reports.Errored, "connection reset")
	errored.Fault = reports.FaultTarget
	return reports.New(reports.Content{
		Version: "1.2.3",
		Run:     reports.Run{DurationMs: 1234, Seed: 7, Revision: "2023-04"},
		Target:  reports.Target{URL: "http://127.0.0.1:2583"},
		Results: []reports.Result{
			result("createAccount.success.status", "createAccount", reports.Must, reports.Passed, ""),
			result("createAccount.error.InvalidPassword", "createAccount", reports.Must, reports.NotObserved, "every password is accepted"),
			result("createAccount.error.InvalidInviteCode", "createAccount", reports.Must, reports.NotObserved, "no invite is asked for"),
			result("createAccount.error.Other", "createAccount", reports.Must, reports.NotObserved, "no invite is asked for"),
			result("describeServer.method", "describeServer", reports.May, reports.Excluded, "--skip server.describeServer"),
			failing(result("createSession.success.status", "createSession", reports.Must, reports.Failed, "")),
			failing(result("createSession.input.unknown", "createSession", reports.Should, reports.Failed, "")),
			blocked, errored,
		},
		Requests: 42,
		Accounts: reports.Accounts{Created: 1, Left: 1},
	})
}

func TestConsole(t *testing.T) {
	t.Parallel()
	conforming := reports.New(reports.Content{
		Target:  reports.Target{Embedded: true},
		Run:     reports.Run{Revision: "2023-04", Seed: 1},
		Results: []reports.Result{{Requirement: requirement(), Outcome: reports.Passed, Error: "InvalidHandle"}},
	})
	known := []reports.ExpectedFailure{
		{ID: "server.createSession.success.status", Reason: "mended in the next release", Until: "2023-04-17"},
		{ID: "server.createAccount.success.status", Reason: "mended in the next release", Until: "2023-04-17"},
		{ID: "server.createSession.input.unknown", Reason: "the author disagrees"},
		{ID: "server.createSession.input.gone", Reason: "the author disagrees"},
	}
	stale := found()
	stale.Run.StartedAt = time.Date(2023, 4, 18, 12, 0, 0, 0, time.UTC)
	stale.Expect(known, stale.Run.StartedAt)
	for name, test := range map[string]struct {
		report           *reports.Report
		known            []reports.ExpectedFailure
		cleanUp          string
		colours, verbose bool
	}{
		"conforming": {report: conforming},
		"findings":   {report: found(), cleanUp: "pdsconform cleanup --journal pdsconform-report/journal.jsonl"},
		"stale":      {report: stale, known: known},
		"verbose":    {report: found(), verbose: true},
		"colours":    {report: found(), colours: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			console := newConsole(&out, test.colours, test.verbose)
			end := conclusion{report: test.report, paths: []string{"pdsconform-report/report.json"}, cleanUp: test.cleanUp, known: test.known}
			console.findings(end)
			console.totals(end)
			console.verdict(test.report, test.report.Summary.ExitCode)
			golden(t, filepath.Join("testdata", "console-"+name+".golden"), out.Bytes())
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update to accept):\n%s", path, got)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"table", "json", "md"} {
		var h harness
		// The format of a run's reports is another option.
		h.environ = []string{"PDSCONFORM_FORMAT=junit"}
		if code := h.run(t, "list", "--format", format); code != 0 {
			t.Errorf("%s: exit code %d: %s", format, code, h.stderr.String())
		}
		golden(t, filepath.Join("testdata", "list-"+format+".golden"), h.stdout.Bytes())
	}
}

// TestProgressHasALineForEachEndpoint is what a CI log shows.
func TestProgressHasALineForEachEndpoint(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	report := found()
	var requirements []reports.Requirement
	for _, result := range report.Results {
		requirements = append(requirements, result.Requirement)
	}
	progress := newApp(nil, nil, &stderr, nil).newProgress(settings{progress: progressAuto}, requirements)
	progress.event(suite.Event{Kind: suite.EventNote, Text: "waiting\nfor 429"})
	for i := range report.Results {
		progress.event(suite.Event{Kind: suite.EventStart})
		progress.event(suite.Event{Kind: suite.EventResult, Result: &report.Results[i]})
	}
	progress.end()
	const want = `waiting for 429
com.atproto.server.createAccount: 1 passed, 0 failed of 4
com.atproto.server.createSession: 0 passed, 2 failed of 3
com.atproto.server.getSession: 0 passed, 0 failed of 1
`
	if got := stderr.String(); got != want {
		t.Errorf("got %s", got)
	}
}

func TestQuietPrintsTheVerdictAlone(t *testing.T) {
	t.Parallel()
	h := harness{report: found()}
	h.run(t, "run", against, "--quiet")
	if out := h.stdout.String(); !strings.HasPrefix(out, "verdict: ") || strings.Count(out, "\n") != 1 || h.stderr.Len() > 0 {
		t.Errorf("printed %q and %q", out, h.stderr.String())
	}
}

// TestEveryCommandHasHelp holds for commands yet to come as well.
func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Example == "" {
			t.Errorf("%s has no help with an example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			if !strings.Contains(line, "pdsconform ") {
				t.Errorf("%s: %q is no example", cmd.CommandPath(), line)
			}
		}
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if _, usage := pflag.UnquoteUsage(flag); usage == "" {
				t.Errorf("%s --%s has no usage", cmd.CommandPath(), flag.Name)
			}
		})
		for _, child := range cmd.Commands() {
			walk(child)
		}
	}
	walk(newApp(nil, nil, nil, nil).rootCommand())
}

func TestLint(t *testing.T) {
	t.Parallel()
	var h harness
	if code := h.run(t, "lexicons", "lint"); code != 0 || !strings.Contains(h.stdout.String(), "revision 2026-07: 26 documents, 25 methods, no problems") {
		t.Errorf("exit code %d: %s%s", code, h.stdout.String(), h.stderr.String())
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "note.json"), `{"lexicon":1,"id":"com.example.note","defs":{}}`)
	var bad harness
	if code := bad.run(t, "lexicons", "lint", folder); code != 1 || !strings.HasPrefix(bad.stdout.String(), "error    note.json#/defs: ") {
		t.Errorf("exit code %d: %s", code, bad.stdout.String())
	}
	// What may be right is told, and is no failure; refs are looked for in further folders.
	const list = `{"lexicon":1,"id":"com.example.list","x":1,"defs":{"main":{"type":"array","items":{"type":"ref","ref":"com.example.item"}}}}`
	write(t, filepath.Join(folder, "note.json"), list)
	var doubtful harness
	if code := doubtful.run(t, "lexicons", "lint", folder); code != 0 || !strings.Contains(doubtful.stdout.String(), "1 document, 0 methods, 0 errors, 2 warnings") {
		t.Errorf("exit code %d: %s", code, doubtful.stdout.String())
	}
	further := t.TempDir()
	write(t, filepath.Join(further, "item.json"), `{"lexicon":1,"id":"com.example.item","defs":{"main":{"type":"string","max":1}}}`)
	var both harness
	if code := both.run(t, "lexicons", "lint", folder, further); code != 0 || !strings.Contains(both.stdout.String(), "1 document, 0 methods, 0 errors, 1 warning\n") {
		t.Errorf("exit code %d: %s", code, both.stdout.String())
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	var h harness
	if code := h.run(t, "version"); code != 0 || !strings.Contains(h.stdout.String(), "2023-04") {
		t.Errorf("exit code %d: %s", code, h.stdout.String())
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"target", "timeout", "seed"}
	for word, want := range map[string]string{"targt": "target", "TARGET": "target", "time-out": "timeout", "sed": "seed", "colour": "", "": ""} {
		if got, _ := nearest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
