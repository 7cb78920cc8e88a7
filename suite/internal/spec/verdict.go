package spec

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/target"
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
// becomes its outcome. A case that came to nothing by a refusal of a session that
// has ended meanwhile, since a server may keep only so many for an account, is run
// once more.
func Try(ctx context.Context, c Case, bench *Bench) Verdict {
	verdict := try(ctx, c, bench)
	if verdict.Outcome != reports.Failed && verdict.BlockedBy == "" || ctx.Err() != nil || !bench.Works(target.WhoAmI) {
		return verdict
	}
	ended := slices.IndexFunc(verdict.Exchanges, func(exchange xrpc.Exchange) bool { return bench.Target.EndedMeanwhile(ctx, exchange) })
	if ended < 0 {
		return verdict
	}
	bench.forget(c.ID, func(found *evidence) bool {
		return slices.ContainsFunc(found.exchanges, func(exchange xrpc.Exchange) bool {
			return exchange.Request.Authorization == verdict.Exchanges[ended].Request.Authorization
		})
	})
	return try(ctx, c, bench)
}

func try(ctx context.Context, c Case, bench *Bench) (verdict Verdict) {
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
	b.forget(id, func(*evidence) bool { return true })
	return Verdict{Outcome: reports.Errored, Fault: reports.FaultInterference, Exchanges: verdict.Exchanges, Duration: verdict.Duration,
		Reason: "the target's clock was moved while the check was under way, and not by this run",
		Unlock: "--rerun-failed, while nobody else moves the clock"}
}

// forget drops what a case has found, and evidence that was not to be had as far as
// it is concerned.
func (b *Bench) forget(id string, concerned func(*evidence) bool) {
	b.Ledger.Forget(id)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for name, under := range b.memo {
		select {
		case <-under.done:
			if under.found != nil && under.found.stop != nil && concerned(under.found) {
				delete(b.memo, name)
			}
		default:
		}
	}
}
