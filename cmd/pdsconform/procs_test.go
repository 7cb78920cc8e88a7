package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// parted is a run in several processes against a mock of its own.
type parted struct {
	mock   *mockserver.Server
	stderr *watched
	stdout bytes.Buffer
	out    string

	// newPart, where not nil, makes the n-th process, counted from 1.
	newPart func(a *app, n int32) (*exec.Cmd, error)
}

func newParted(t *testing.T, defects ...string) *parted {
	t.Helper()
	mock := mockserver.RunT(t, mockserver.Options{
		InviteRequired: true, InviteInterval: embeddedInterval, AdminPassword: "admin-secret-of-this-mock", Links: links(), Defects: defects,
	})
	return &parted{mock: mock, stderr: &watched{}, out: t.TempDir()}
}

func (p *parted) run(ctx context.Context, t *testing.T, args ...string) (int, *reports.Report) {
	t.Helper()
	a := newApp(strings.NewReader(""), &p.stdout, p.stderr, []string{"PDSCONFORM_ADMIN_PASSWORD=admin-secret-of-this-mock"})
	if p.newPart != nil {
		var n atomic.Int32
		a.newPart = func() (*exec.Cmd, error) { return p.newPart(a, n.Add(1)) }
	}
	code := a.run(ctx, append([]string{"run", "--target", p.mock.URL, "--control", p.mock.ControlURL, "--out", p.out,
		"--format", "json", "--progress", "plain", "--seed", "7"}, args...))
	report, err := readReport(filepath.Join(p.out, "report.json"))
	if err != nil {
		t.Fatalf("exit %d, %v\n%s", code, err, p.stderr.text())
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

// One run in several processes comes to the same report as one in one, on a
// server that does something wrong which every process sees.
func TestProcsReportAsOne(t *testing.T) {
	t.Parallel()
	const defect = "behaviour.createSession.address-told"
	one, several := newParted(t, defect), newParted(t, defect)
	codeOfOne, whole := one.run(t.Context(), t)
	code, merged := several.run(t.Context(), t, "--procs", "3")
	if code != codeOfOne || merged.Summary.ExitCode != whole.Summary.ExitCode || merged.Summary.Counts != whole.Summary.Counts {
		t.Errorf("exit %d with %+v, in one process %d with %+v", code, merged.Summary.Counts, codeOfOne, whole.Summary.Counts)
	}
	if merged.Summary.Errors != whole.Summary.Errors || merged.Run.Shard != "1/1" || merged.Run.Seed != 7 || strings.Contains(merged.Run.ID, "+") ||
		merged.Target.Capabilities != whole.Target.Capabilities {
		t.Errorf("run %+v, errors %+v", merged.Run, merged.Summary.Errors)
	}
	want := verdicts(whole)
	for id, got := range verdicts(merged) {
		if got != want[id] {
			t.Errorf("%s: %s, in one process %s", id, got, want[id])
		}
	}
	for _, result := range merged.Results {
		if result.Outcome == reports.Failed && len(result.Exchanges) == 0 {
			t.Errorf("%s failed without evidence", result.ID)
		}
	}
	if left := merged.Summary.Accounts; left.Created < 20 || left.Left != 0 || len(journalsIn(t, several.out)) != 0 {
		t.Errorf("accounts %+v, journals %v", left, journalsIn(t, several.out))
	}
	text := several.stderr.text()
	for _, once := range []string{"com.atproto.server.createAccount: ", "invites required", "removing what the run made"} {
		if strings.Count(text, once) != 1 {
			t.Errorf("progress shows %q %d times:\n%s", once, strings.Count(text, once), text)
		}
	}
}

// What the user asks to select, and a shard, hold for several processes too.
func TestProcsOfAShard(t *testing.T) {
	t.Parallel()
	p := newParted(t)
	_, report := p.run(t.Context(), t, "--endpoint", "getSession", "--endpoint", "deleteSession", "--shard", "1/2", "--procs", "2")
	reasons := map[string]int{}
	for _, result := range report.Results {
		reasons[string(result.Outcome)+result.Reason]++
	}
	if report.Run.Shard != "1/2" || len(reasons) != 3 || reasons["passed"] < 10 ||
		reasons["excludedchecked in shard 2/2"] < 10 || reasons["excludeddeselected"] < 500 {
		t.Errorf("shard %s: %v", report.Run.Shard, reasons)
	}
}

// An interruption reaches every process: each removes what it made, and reports
// what had run.
func TestInterruptedProcs(t *testing.T) {
	t.Parallel()
	p := newParted(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	p.stderr.seen = func(line string) {
		if strings.Contains(line, " passed, ") {
			interrupt()
		}
	}
	code, report := p.run(ctx, t, "--procs", "2")
	summary := report.Summary
	if code != int(reports.ExitInterrupted) || !report.Run.Interrupted || summary.Passed == 0 || summary.Blocked == 0 ||
		summary.Failed+summary.Errored+summary.Excluded != 0 {
		t.Errorf("exit %d, %+v", code, summary.Counts)
	}
	if summary.Accounts.Left != 0 || len(journalsIn(t, p.out)) != 0 {
		t.Errorf("accounts %+v, journals %v", summary.Accounts, journalsIn(t, p.out))
	}
}

// dyingPart is the argument by which the test binary is a part that is killed
// once it has come to some results.
const dyingPart = "part-that-dies"

func dieAsPart() {
	a := newApp(os.Stdin, os.Stdout, os.Stderr, nil)
	a.runSuite = func(ctx context.Context, config suite.Config) (*reports.Report, error) {
		tell := config.OnEvent
		config.OnEvent = func(event suite.Event) {
			tell(event)
			if event.Done == 10 {
				self, err := os.FindProcess(os.Getpid())
				if err == nil {
					err = self.Kill()
				}
				select { // the signal is on its way
				case <-ctx.Done():
				case <-time.After(time.Minute):
				}
				panic(err)
			}
		}
		return suite.Run(ctx, config)
	}
	_ = a.runPart(context.Background())
	os.Exit(1)
}

// A process that is killed takes no requirement with it: all of its own are
// errored with the reason, and what it left can be removed.
func TestPartThatIsKilled(t *testing.T) {
	t.Parallel()
	p := newParted(t)
	p.newPart = func(a *app, n int32) (*exec.Cmd, error) {
		cmd, err := a.ownProgram(partName)
		if err == nil && n == 2 {
			cmd.Args[1] = dyingPart
		}
		return cmd, err
	}
	const endpoint = "createSession"
	code, report := p.run(t.Context(), t, "--procs", "3", "--endpoint", endpoint)
	if code != int(reports.ExitSuiteFault) {
		t.Errorf("exit %d, want %d", code, reports.ExitSuiteFault)
	}
	errored := 0
	for _, result := range report.Results {
		switch {
		case result.Outcome == reports.Errored:
			errored++
			if !strings.Contains(result.Reason, "of 3 ended without a report: ") || result.Fault != reports.FaultSuite {
				t.Fatalf("%s: %s, a fault of the %s", result.ID, result.Reason, result.Fault)
			}
		case result.Outcome != reports.Passed && result.Outcome != reports.NotObserved && result.Outcome != reports.Excluded:
			t.Errorf("%s is %s: %s", result.ID, result.Outcome, result.Reason)
		}
	}
	if all := report.Summary.ByEndpoint["com.atproto.server."+endpoint]; all.Excluded != 0 || errored < 10 || errored > all.Total()*2/3 {
		t.Errorf("%d errored, %+v", errored, all)
	}
	journals := journalsIn(t, p.out)
	if len(journals) != 1 || report.Summary.Accounts.Left == 0 || !strings.Contains(p.stdout.String(), "cleanup --journal "+journals[0]) {
		t.Fatalf("journals %v, accounts %+v:\n%s", journals, report.Summary.Accounts, p.stdout.String())
	}
	var out, errs bytes.Buffer
	if code := Run(t.Context(), []string{"cleanup", "--journal", journals[0], "--control", p.mock.ControlURL}, nil, &out, &errs, nil); code != 0 {
		t.Errorf("cleanup: exit %d: %s", code, errs.String())
	}
}

// Processes that share budgets don't exceed them together.
func TestProcsShareBudgets(t *testing.T) {
	t.Parallel()
	for _, limits := range [][]string{{"--budget-requests", "250"}, {"--budget-accounts", "9"}, {"--budget-requests", "20"}} {
		p := newParted(t)
		code, report := p.run(t.Context(), t, slices.Concat([]string{"--procs", "4"}, limits)...)
		summary, sent := report.Summary, len(p.mock.Requests())
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

func TestPool(t *testing.T) {
	t.Parallel()
	p := &pool{requests: 10, accounts: 1}
	for _, step := range []struct {
		requests, accounts int
		want               bool
	}{{4, 0, true}, {7, 0, false}, {6, 1, true}, {1, 0, false}, {0, 1, false}, {-1, 0, false}} {
		if got := p.lease(step.requests, step.accounts); got != step.want {
			t.Errorf("lease of %d and %d: %v", step.requests, step.accounts, got)
		}
	}
	p.giveBack(3, -2)
	if p.requests != 3 || p.accounts != 0 {
		t.Errorf("left %d and %d", p.requests, p.accounts)
	}
	for budget, want := range map[int]int{0: 8, 5: 1, 30: 2, 1000: 8} {
		if got := affordable(8, budget); got != want {
			t.Errorf("a budget of %d affords %d parts, want %d", budget, got, want)
		}
	}
}

// When one process is told to wait, the others are; it knows by itself.
func TestWaitsAreShared(t *testing.T) {
	t.Parallel()
	r := &partedRun{working: map[*process]bool{}}
	inboxes := make([]bytes.Buffer, 3)
	for i := range inboxes {
		p := &process{run: r}
		r.processes, r.working[p] = append(r.processes, p), i != 2 // the last has ended
		r.hear(p, newMessages(&inboxes[i]))
	}
	delete(r.working, r.processes[2])
	until := time.Date(2026, 5, 1, 12, 0, 3, 0, time.UTC)
	r.wait(r.processes[0], until)
	var got toPart
	if err := json.Unmarshal(inboxes[1].Bytes(), &got); err != nil || got.Wait == nil || !got.Wait.Equal(until) {
		t.Errorf("the other was told %q", inboxes[1].String())
	}
	if inboxes[0].Len() != 0 || inboxes[2].Len() != 0 {
		t.Errorf("told as well: %q, %q", inboxes[0].String(), inboxes[2].String())
	}
}

// Errors keep their kind on the way from a part, since it decides the exit code.
func TestEndings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		want reports.ExitCode
	}{
		{&suite.UsageError{Problem: "x"}, reports.ExitUsage},
		{usagef("x"), reports.ExitUsage},
		{&suite.UnreachableError{Problem: "x"}, reports.ExitUnreachable},
		{errors.New("x"), reports.ExitSuiteFault},
	} {
		code, message := verdict(endingOf(nil, test.err).err())
		if code != test.want || message != "x" {
			t.Errorf("%v: exit %d, %q", test.err, code, message)
		}
	}
}

func TestUnreachableProcs(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	code := Run(t.Context(), []string{"run", against, "--procs", "2", "--out", t.TempDir()}, nil, &out, &errs, nil)
	if code != int(reports.ExitUnreachable) || strings.Count(errs.String(), "\n") != 1 || !strings.Contains(errs.String(), "nothing answers at") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
