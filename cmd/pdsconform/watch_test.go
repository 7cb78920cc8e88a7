package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coder/quartz"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// watchRuns runs --watch with reports one after the other, in fake time.
func watchRuns(t *testing.T, h *harness, stdin io.Reader, up func() bool, clock quartz.Clock, outcomes ...reports.Outcome) (code int, runs int) {
	t.Helper()
	a := newApp(stdin, &h.stdout, &h.stderr, nil)
	a.chooseRevision, a.clock = unasked, clock
	a.answer = func(context.Context, string) bool { return up() }
	a.listSuite = func(suite.Config) ([]reports.Requirement, error) { return []reports.Requirement{requirement()}, nil }
	var seeds []int64
	a.runSuite = func(_ context.Context, config suite.Config) (*reports.Report, error) {
		seeds = append(seeds, config.Seed)
		outcome := outcomes[min(runs, len(outcomes)-1)]
		runs++
		if outcome == reports.Errored {
			return nil, &suite.UnreachableError{Problem: "nothing answers"}
		}
		result := reports.Result{Requirement: requirement(), Outcome: outcome}
		return reports.New(reports.Content{Run: reports.Run{Seed: config.Seed}, Results: []reports.Result{result}}), nil
	}
	code = a.run(t.Context(), []string{"run", "--watch", "--target", "http://127.0.0.1:1", "--out", t.TempDir()})
	for _, seed := range seeds {
		if seed != seeds[0] {
			t.Errorf("the seeds differ: %v", seeds)
		}
	}
	return code, runs
}

// TestWatchRunsAgainAtAKey prints only what changed, and ends with the verdict of
// the last run.
func TestWatchRunsAgainAtAKey(t *testing.T) {
	t.Parallel()
	var h harness
	code, runs := watchRuns(t, &h, strings.NewReader("aa\nq"), func() bool { return true }, quartz.NewMock(t),
		reports.Failed, reports.Passed, reports.Passed, reports.Errored)
	out := h.stdout.String()
	if runs != 4 || code != int(reports.ExitUnreachable) || !strings.Contains(h.stderr.String(), "nothing answers") {
		t.Errorf("%d runs, exit code %d: %s", runs, code, h.stderr.String())
	}
	if strings.Count(out, "method  ") != 1 || strings.Count(out, "Fixed (1)") != 1 || strings.Count(out, "nothing changed") != 1 {
		t.Errorf("printed:\n%s", out)
	}
	if strings.Count(h.stderr.String(), "watching: a key, or a restart") != 4 {
		t.Errorf("told:\n%s", h.stderr.String())
	}
}

// TestWatchRunsAgainAfterARestart asks whether the target is there, and runs once
// it was not and is again.
func TestWatchRunsAgainAfterARestart(t *testing.T) {
	t.Parallel()
	var h harness
	clock := quartz.NewMock(t)
	trap := clock.Trap().NewTimer("watch")
	defer trap.Close()
	stdin, keys := io.Pipe()
	var asked atomic.Int32
	up := func() bool { n := asked.Add(1); return n != 3 && n != 4 }
	ended := make(chan struct{})
	var code, runs int
	go func() {
		defer close(ended)
		code, runs = watchRuns(t, &h, stdin, up, clock, reports.Failed, reports.Passed)
	}()
	for range 5 {
		trap.MustWait(t.Context()).MustRelease(t.Context())
		clock.Advance(pollInterval).MustWait(t.Context())
	}
	trap.MustWait(t.Context()).MustRelease(t.Context())
	_, _ = keys.Write([]byte("q"))
	<-ended
	if runs != 2 || code != 0 || asked.Load() != 5 {
		t.Errorf("%d runs, exit code %d, asked %d times", runs, code, asked.Load())
	}
}

// TestWatchNeedsATarget refuses what could never change, and ends where the first
// run could not begin.
func TestWatchNeedsATarget(t *testing.T) {
	t.Parallel()
	var h harness
	if code := h.run(t, "run", "--watch"); code != int(reports.ExitUsage) || !strings.Contains(h.stderr.String(), "--watch: that belongs to a server of yours") {
		t.Errorf("exit code %d: %s", code, h.stderr.String())
	}
	var second harness
	if code, runs := watchRuns(t, &second, strings.NewReader(""), func() bool { return true }, quartz.NewMock(t), reports.Errored); code != int(reports.ExitUnreachable) || runs != 1 {
		t.Errorf("exit code %d after %d runs", code, runs)
	}
}

// TestDeadlineIsAnInterruption ends a run after its time, with reports that say
// why.
func TestDeadlineIsAnInterruption(t *testing.T) {
	t.Parallel()
	var h harness
	a := newApp(strings.NewReader(""), &h.stdout, &h.stderr, nil)
	a.chooseRevision = unasked
	a.listSuite = func(suite.Config) ([]reports.Requirement, error) { return []reports.Requirement{requirement()}, nil }
	var cause error
	a.runSuite = func(ctx context.Context, _ suite.Config) (*reports.Report, error) {
		<-ctx.Done()
		cause = context.Cause(ctx)
		return reports.New(reports.Content{Run: reports.Run{Interrupted: errors.Is(ctx.Err(), context.Canceled)}}), nil
	}
	code := a.run(t.Context(), []string{"run", "--deadline", "1ms", "--out", t.TempDir()})
	if code != int(reports.ExitInterrupted) || cause == nil || cause.Error() != "--deadline 1ms is over" {
		t.Errorf("exit code %d, cause %v", code, cause)
	}
}
