package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// harness runs the program with a suite that only notes what it was asked.
type harness struct {
	stdin          string
	interactive    bool
	stdout, stderr bytes.Buffer
	environ        []string

	asked     *suite.Config
	report    *reports.Report
	err       error
	confirmed bool // what the answer was, where the suite asks before the first account
}

func (h *harness) run(t *testing.T, args ...string) int {
	t.Helper()
	if h.report == nil {
		h.report = reports.New(reports.Content{Results: []reports.Result{{Requirement: requirement(), Outcome: reports.Passed}}})
	}
	a := newApp(strings.NewReader(h.stdin), &h.stdout, &h.stderr, h.environ)
	a.interactive = func() bool { return h.interactive }
	a.runSuite = func(_ context.Context, config suite.Config) (*reports.Report, error) {
		h.asked = &config
		h.confirmed = config.Confirm == nil || config.Confirm()
		return h.report, h.err
	}
	a.chooseRevision = unasked
	a.listSuite = func(suite.Config) ([]reports.Requirement, error) {
		return []reports.Requirement{requirement()}, nil
	}
	if len(args) > 0 && args[0] == "run" {
		args = slices.Insert(args, 1, "--out", filepath.Join(t.TempDir(), "report"))
	}
	return a.run(t.Context(), args)
}

func requirement() reports.Requirement {
	return reports.Requirement{
		ID: "server.createSession.success.status", Title: "A login | answers 200.", Endpoint: "com.atproto.server.createSession",
		Level: reports.Must, Authority: reports.Lexicon, Origin: reports.Derived,
		Source: "com/atproto/server/createSession.json#/defs/main/output",
	}
}

// against is a target of which nothing is asked.
const against = "--target=http://127.0.0.1:1"

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "pdsconform.yaml")
	write(t, config, "targt: http://127.0.0.1:1\n")
	missing := filepath.Join(t.TempDir(), "missing")
	for _, test := range []struct {
		args string
		want string
	}{
		{"", "pdsconform needs a command"},
		{"rnu", "did you mean run?"},
		{"lexicons", "needs a command: lint"},
		{"lexicons lnt", "did you mean lint?"},
		{"lexicons lint ./testdata " + missing, "can't be read"},
		{"lexicons lint " + missing, "can't be read"},
		{"run --targt x", "did you mean --target?"},
		{"run -t x", "flags have two hyphens"},
		{"run --timeout", "--timeout needs a value"},
		{"run --shard 0/3", "I from 1 to N"},
		{"list --shard 4/3", "I from 1 to N"},
		{"run --parallel 0", "--parallel"},
		{"run --timeout soon", "--timeout"},
		{"run --timeout 0s", "above zero"},
		{"run --patience -1s", "can't be below 0"},
		{"run --budget-requests -1", "can't be below 0"},
		{"run --budget-accounts -1", "--account is for a run that may create none"},
		{"run --budget-accounts few", "--budget-accounts"},
		{"run --mail smtp://127.0.0.1:1025", "give its URL with --target"},
		{"run " + against + " --mail exec:" + missing, "is no program that can be run"},
		{"run --known-failures " + missing, "no such file"},
		{"run --known-failures " + config, "--known-failures " + config},
		{"run --rerun-failed " + missing, "no such file"},
		{"run --rerun-failed " + config, "not a json document"},
		{"list --rerun-failed " + missing, "no such file"},
		{"cleanup", "--journal needs the file"},
		{"cleanup --journal " + missing, "no such file"},
		{"cleanup --jurnal x", "did you mean --journal?"},
		{"cleanup --journal x --target localhost:2583", "needs the URL of a server"},
		{"clean-up", "did you mean cleanup?"},
		{"mock --smtp 127.0.0.1", "is not HOST:PORT"},
		{"run --seed many", "--seed"},
		{"run target", "takes flags only"},
		{"run --target localhost:2583", "needs the URL of a server"},
		{"run --target http://127.0.0.1:1/?a=b", "no query"},
		{"run --control http://127.0.0.1:1", "give its URL with --target"},
		{"run --invite-code abc", "give its URL with --target"},
		{"run --format json,pdf", `"pdf" is not known: give json, junit, html, md, sarif, badge, badge-json or har`},
		{"run --progress fancy", `"fancy" is not known`},
		{"run --quiet --verbose", "not both"},
		{"run --quiet --progress plain", "not both"},
		{"run --revision 1999-01", "unknown lexicon revision"},
		{"run --lexicons " + missing, "can't be read"},
		{"run --config " + missing, "no such file"},
		{"run --config " + config, "unknown key targt in " + config + ", did you mean target?"},
		{"list --format xml", "give table, json or md"},
		{"list --revision 2027-01", "embedded are 2023-04, 2026-07"},
		{"list --since 2027-01", "--since: "},
		{"list --revision 2026-07 --lexicons .", "not both"},
		{"mock --log-format xml", "give text or json"},
		{"mock --min-password-length -1", "can't be below 0"},
		{"mock --invite-interval -1s", "can't be below 0"},
		{"mock --hostname a_b", "no host name"},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			var h harness
			if code := h.run(t, strings.Fields(test.args)...); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			message := h.stderr.String()
			if !strings.Contains(message, test.want) || strings.Count(message, "\n") != 1 {
				t.Errorf("got %q, want one line with %q", message, test.want)
			}
			if h.asked != nil || h.stdout.Len() > 0 {
				t.Errorf("the suite ran, or something was printed: %s", h.stdout.String())
			}
		})
	}
}

func TestMisspeltVariable(t *testing.T) {
	t.Parallel()
	// These are for hooks, or a user's own.
	others := []string{"PDSCONFORM_ADVANCE=20m", "PDSCONFORM_DID=did:m:i", "PDSCONFORM_ACTION=takedown", "PDSCONFORM_TO=a@b.test", "PDSCONFORM_VERSION=1"}
	h := harness{environ: others}
	if code := h.run(t, "run", against); code != 0 {
		t.Errorf("exit code %d: %s", code, h.stderr.String())
	}
	misspelt := harness{environ: append(others, "PDSCONFORM_TARGT=http://127.0.0.1:1")}
	if code := misspelt.run(t, "run"); code != 2 || !strings.Contains(misspelt.stderr.String(), "did you mean PDSCONFORM_TARGET?") {
		t.Errorf("exit code %d: %s", code, misspelt.stderr.String())
	}
}

func TestInterruptedBeforeTheFirstCheck(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	var stdout, stderr bytes.Buffer
	a := newApp(nil, &stdout, &stderr, nil)
	a.chooseRevision = unasked
	a.listSuite = func(suite.Config) ([]reports.Requirement, error) { return nil, nil }
	a.runSuite = func(context.Context, suite.Config) (*reports.Report, error) {
		interrupt()
		return nil, &suite.UnreachableError{}
	}
	if code := a.run(ctx, []string{"run", against, "--out", t.TempDir()}); code != 130 {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

// TestSecretsAreNotPrinted gives a secret in each place in the wrong way.
func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		write(t, path, content)
		return path
	}
	for _, args := range [][]string{
		{"run", against, "--account", secret},
		{"run", against, "--account", ":" + secret},
		{"run", against, "--admin-password", "", secret},
		{"run", against, "--admin-pasword=" + secret},
		{"run", "--target", "http://admin:" + secret + "@127.0.0.1:1"},
		{"run", "--target", "http://admin:" + secret + "@127.0.0.1:port"},
		{"run", against, "--config", file("broken.yaml", "admin-password: "+secret+"\n  target: [\n")},
		{"run", against, "--config", file("twice.yaml", "admin-password: "+secret+"\nadmin-password: "+secret+"2\n")},
		{"run", against, "--config", file("list.yaml", "admin-password: ["+secret+", x]\n")},
		{"run", against, "--config", file("mapping.yaml", "admin-password: {"+secret+": x}\n")},
		{"run", against, "--config", file("number.yaml", "admin-password: 0123\n# "+secret+"\n")},
		{"run", against, "--config", file("swapped.yaml", "timeout: "+secret+"\n")},
	} {
		var h harness
		if code := h.run(t, args...); code != 2 {
			t.Errorf("%q: exit code %d", args, code)
		}
		if out := h.stdout.String() + h.stderr.String(); strings.Contains(out, secret) {
			t.Errorf("%q: the secret is printed: %s", args, out)
		}
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	failed := reports.Result{Requirement: requirement(), Outcome: reports.Failed}
	for name, test := range map[string]struct {
		content reports.Content
		err     error
		want    int
	}{
		"passed":       {reports.Content{Results: []reports.Result{{Requirement: requirement(), Outcome: reports.Passed}}}, nil, 0},
		"failed":       {reports.Content{Results: []reports.Result{failed}}, nil, 1},
		"nothing":      {reports.Content{}, nil, 4},
		"interrupted":  {reports.Content{Run: reports.Run{Interrupted: true}}, nil, 130},
		"selection":    {reports.Content{}, &suite.UsageError{}, 2},
		"unreachable":  {reports.Content{}, &suite.UnreachableError{}, 3},
		"suite's own":  {reports.Content{}, errors.New("index out of range"), 70},
		"suite fault":  {reports.Content{Results: []reports.Result{{Requirement: requirement(), Outcome: reports.Errored, Fault: reports.FaultSuite}}}, nil, 70},
		"target fault": {reports.Content{Results: []reports.Result{{Requirement: requirement(), Outcome: reports.Errored, Fault: reports.FaultTarget}}}, nil, 3},
	} {
		h := harness{report: reports.New(test.content), err: test.err}
		if code := h.run(t, "run", against); code != test.want {
			t.Errorf("%s: exit code %d, want %d", name, code, test.want)
		}
		if h.asked == nil || h.asked.Target != "http://127.0.0.1:1" {
			t.Errorf("%s: the suite was asked %+v", name, h.asked)
		}
	}
}

func TestReportThatCantBeWritten(t *testing.T) {
	t.Parallel()
	taken := filepath.Join(t.TempDir(), "report")
	write(t, taken, "a file")
	var stdout, stderr bytes.Buffer
	a := newApp(nil, &stdout, &stderr, nil)
	a.chooseRevision = unasked
	a.listSuite = func(suite.Config) ([]reports.Requirement, error) { return nil, nil }
	a.runSuite = func(context.Context, suite.Config) (*reports.Report, error) {
		t.Error("the suite ran, though there is no place for its reports")
		return nil, errors.New("not to be reached")
	}
	if code := a.run(t.Context(), []string{"run", against, "--out", taken}); code != 6 {
		t.Errorf("exit code %d, want 6: %s", code, stderr.String())
	}
}

// TestEmbedded starts the mock when no target is named.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	var h harness
	if code := h.run(t, "run", "--seed", "7", "--handle-domain", "pds.test"); code != 0 {
		t.Fatalf("exit code %d: %s", code, h.stderr.String())
	}
	if !h.asked.Embedded || h.asked.Target == "" || h.asked.Control == "" || h.asked.AdminPassword == "" || h.asked.Seed != 7 {
		t.Errorf("the suite was asked %+v", h.asked)
	}
}

func TestMockServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithTimeout(t.Context(), time.Minute)
	defer interrupt()
	ready := &lineWriter{written: interrupt}
	var stderr bytes.Buffer
	code := Run(ctx, []string{"mock", "--listen", "127.0.0.1:0", "--control-listen", "127.0.0.1:0", "--quiet"}, nil, ready, &stderr, nil)
	if code != 0 || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("exit code %d, %v: %s", code, ctx.Err(), stderr.String())
	}
	if line := ready.String(); !strings.HasPrefix(line, "mock ready at http://127.0.0.1:") || !strings.Contains(line, " (control http://127.0.0.1:") {
		t.Errorf("ready line: %q", line)
	}
}

// lineWriter calls written when something was.
type lineWriter struct {
	bytes.Buffer
	written func()
}

func (w *lineWriter) Write(data []byte) (int, error) {
	defer w.written()
	return w.Buffer.Write(data)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
