package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// targeted is a run of the whole program against a mock of its own.
type targeted struct {
	mock   *mockserver.Server
	stderr *watched
	stdout bytes.Buffer
	out    string
}

func newTargeted(t *testing.T, defects ...string) *targeted {
	t.Helper()
	mock := mockserver.RunT(t, mockserver.Options{
		InviteRequired: true, InviteInterval: embeddedInterval, AdminPassword: "admin-secret-of-this-mock", Links: links(), Defects: defects,
	})
	return &targeted{mock: mock, stderr: &watched{}, out: t.TempDir()}
}

func (r *targeted) run(ctx context.Context, t *testing.T, args ...string) (int, *reports.Report) {
	t.Helper()
	a := newApp(strings.NewReader(""), &r.stdout, r.stderr, []string{"PDSCONFORM_ADMIN_PASSWORD=admin-secret-of-this-mock"})
	code := a.run(ctx, append([]string{"run", "--target", r.mock.URL, "--control", r.mock.ControlURL, "--out", r.out,
		"--revision", "2023-04", "--format", "json", "--progress", "plain", "--seed", "7"}, args...))
	report, err := readReport(filepath.Join(r.out, "report.json"))
	if err != nil {
		t.Fatalf("exit %d, %v\n%s", code, err, r.stderr.text())
	}
	return code, report
}

// watched is a standard error that tells of what is written.
type watched struct {
	mutex   sync.Mutex
	written bytes.Buffer
	seen    func(line string)
}

// Write keeps a line.
func (w *watched) Write(line []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.seen != nil {
		w.seen(string(line))
	}
	return w.written.Write(line)
}

func (w *watched) text() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.written.String()
}

// verdicts are the results without what differs from run to run.
func verdicts(report *reports.Report) map[string]string {
	found := map[string]string{}
	for _, r := range report.Results {
		found[r.ID] = fmt.Sprintf("%+v", []any{r.Requirement, r.Outcome, r.Reason, r.Fault, r.Unlock, r.Error})
	}
	return found
}

// journalsIn are the journals that are left in a folder.
func journalsIn(t *testing.T, folder string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "journal*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// However many requirements are checked at once, a run comes to the same
// verdicts, with hardly more requests and accounts, on a server that does
// something wrong which many cases see.
func TestParallelIsOneRun(t *testing.T) {
	t.Parallel()
	const defect = "behaviour.createSession.address-told"
	one := newTargeted(t, defect)
	codeOfOne, whole := one.run(t.Context(), t, "--parallel", "1")
	want := verdicts(whole)
	for _, n := range []string{"3", "8", "40", "auto"} {
		several := newTargeted(t, defect)
		code, report := several.run(t.Context(), t, "--parallel", n)
		if code != codeOfOne || report.Summary.Counts != whole.Summary.Counts || report.Summary.Errors != whole.Summary.Errors {
			t.Errorf("%s at once: exit %d with %+v, one at a time %d with %+v", n, code, report.Summary.Counts, codeOfOne, whole.Summary.Counts)
		}
		for id, got := range verdicts(report) {
			if got != want[id] {
				t.Errorf("%s at once: %s: %s, one at a time %s", n, id, got, want[id])
			}
		}
		for _, result := range report.Results {
			if result.Outcome == reports.Failed && len(result.Exchanges) == 0 {
				t.Errorf("%s failed without evidence", result.ID)
			}
		}
		made, sent := report.Summary.Accounts, report.Summary.Requests
		if made.Left != 0 || len(journalsIn(t, several.out)) != 0 {
			t.Errorf("%s at once: accounts %+v, journals %v", n, made, journalsIn(t, several.out))
		}
		if n == "8" && (10*made.Created > 13*whole.Summary.Accounts.Created || 10*sent > 11*whole.Summary.Requests) {
			t.Errorf("%s at once: %d accounts and %d requests, one at a time %d and %d",
				n, made.Created, sent, whole.Summary.Accounts.Created, whole.Summary.Requests)
		}
		text := several.stderr.text()
		for _, once := range []string{"com.atproto.server.createAccount: ", "invites required", "removing what the run made"} {
			if strings.Count(text, once) != 1 {
				t.Errorf("%s at once: progress shows %q %d times:\n%s", n, once, strings.Count(text, once), text)
			}
		}
	}
}

// An interruption ends what is under way; the run removes what it made, and
// reports what had run.
func TestInterruptedParallel(t *testing.T) {
	t.Parallel()
	r := newTargeted(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	r.stderr.seen = func(line string) {
		if strings.Contains(line, " passed, ") {
			interrupt()
		}
	}
	code, report := r.run(ctx, t, "--parallel", "4")
	summary := report.Summary
	if code != int(reports.ExitInterrupted) || !report.Run.Interrupted || summary.Passed == 0 || summary.Blocked == 0 ||
		summary.Failed+summary.Errored+summary.Excluded != 0 {
		t.Errorf("exit %d, %+v", code, summary.Counts)
	}
	if summary.Accounts.Left != 0 || len(journalsIn(t, r.out)) != 0 {
		t.Errorf("accounts %+v, journals %v", summary.Accounts, journalsIn(t, r.out))
	}
}

// What is under way at once doesn't exceed a budget together.
func TestParallelKeepsBudgets(t *testing.T) {
	t.Parallel()
	for _, limits := range [][]string{{"--budget-requests", "250"}, {"--budget-accounts", "9"}, {"--budget-requests", "20"}} {
		r := newTargeted(t)
		code, report := r.run(t.Context(), t, slices.Concat([]string{"--parallel", "4"}, limits)...)
		summary, sent := report.Summary, len(r.mock.Requests())
		if code != 0 || summary.Blocked == 0 || summary.Accounts.Left != 0 {
			t.Errorf("%v: exit %d, %d blocked, accounts %+v", limits, code, summary.Blocked, summary.Accounts)
		}
		switch limits[0] {
		case "--budget-accounts":
			if made := summary.Accounts.Created; made > 9 || made < 7 {
				t.Errorf("%d accounts made of 9", made)
			}
		default:
			if most := map[string]int{"250": 250, "20": 20}[limits[1]]; sent > most || sent < most/2 || sent != summary.Requests {
				t.Errorf("%d requests came of %d, %d are reported", sent, most, summary.Requests)
			}
		}
	}
}

// --procs is the old name of --parallel: wherever it is given it means the same,
// and flags still take precedence over the environment, and that over the file.
func TestParallelSetting(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args, environ []string
		want          parallelValue
	}{
		"default":               {nil, nil, 0},
		"auto":                  {[]string{"--parallel", "auto"}, []string{"PDSCONFORM_PARALLEL=3"}, 0},
		"flag":                  {[]string{"--parallel", "4"}, []string{"PDSCONFORM_PARALLEL=3"}, 4},
		"environment":           {nil, []string{"PDSCONFORM_PARALLEL=3"}, 3},
		"old flag":              {[]string{"--procs", "4"}, []string{"PDSCONFORM_PARALLEL=3"}, 4},
		"old variable":          {[]string{"--parallel", "4"}, []string{"PDSCONFORM_PROCS=3"}, 4},
		"old variable, no flag": {nil, []string{"PDSCONFORM_PROCS=3"}, 3},
	} {
		a := newApp(nil, nil, nil, test.environ)
		cmd := a.runCommand()
		if err := cmd.ParseFlags(test.args); err != nil {
			t.Fatal(err)
		}
		got, err := a.loadSettings(cmd.Flags())
		if err != nil || got.parallel != test.want {
			t.Errorf("%s: %d (%v), want %d", name, got.parallel, err, test.want)
		}
	}
}
