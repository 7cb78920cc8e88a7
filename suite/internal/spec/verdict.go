package spec

import (
	"context"
	"fmt"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Verdict is what came of one case by itself, before the ledger is read.
type Verdict struct {
	Outcome          reports.Outcome
	Reason, Unlock   string
	BlockedBy        string // the ID of the requirement that it relies on, where that failed
	Expected, Actual string
	Fault            reports.Fault
	Exchanges        []xrpc.Exchange
	Duration         time.Duration
}

// Try runs a case on a bench. A panic in its check is a fault of the suite and
// becomes its outcome.
func Try(ctx context.Context, c Case, bench *Bench) (verdict Verdict) {
	trial := &Trial{requirement: c.Requirement, bench: bench}
	start := time.Now()
	bench.Target.Enter()
	jumps := bench.Target.ClockJumps()
	defer bench.Target.Leave()
	defer trial.undo(ctx)
	defer trial.release()
	defer func() {
		verdict.Exchanges = trial.exchanges
		verdict.Duration = time.Since(start)
		switch r := recover().(type) {
		case nil:
		case *stop:
			verdict.Outcome, verdict.Fault = r.outcome, r.fault
			verdict.Reason, verdict.Unlock, verdict.BlockedBy = r.reason, r.unlock, r.blockedBy
			verdict.Expected, verdict.Actual = r.expected, r.actual
		default:
			verdict.Outcome, verdict.Fault = reports.Errored, reports.FaultSuite
			verdict.Reason = fmt.Sprintf("the check itself broke down: %v", r)
		}
		if (verdict.Outcome == reports.Failed || verdict.BlockedBy != "") && bench.Target.CheckClock(ctx) != jumps {
			verdict = bench.disturbed(c.ID, verdict)
		}
	}()
	if ctx.Err() != nil {
		trial.Block(Interruption(ctx), "")
	}
	c.Run(ctx, trial)
	if trial.showsNothing() {
		panic(trial.stopped)
	}
	trial.giveBack()
	return Verdict{Outcome: reports.Passed}
}

// disturbed is the verdict of a case during which somebody else has moved the
// target's clock: what it found may come of that.
func (b *Bench) disturbed(id string, verdict Verdict) Verdict {
	b.Ledger.Forget(id)
	b.mutex.Lock()
	for name, under := range b.memo {
		select {
		case <-under.done:
			if under.found != nil && under.found.stop != nil {
				delete(b.memo, name)
			}
		default:
		}
	}
	b.mutex.Unlock()
	return Verdict{Outcome: reports.Errored, Fault: reports.FaultInterference, Exchanges: verdict.Exchanges, Duration: verdict.Duration,
		Reason: "the target's clock was moved while the check was under way, and not by this run",
		Unlock: "--rerun-failed, while nobody else moves the clock"}
}
