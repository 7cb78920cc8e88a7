package suite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// collector gathers verdicts while a run goes on and turns them into results.
type collector struct {
	plan  *plan
	bench *spec.Bench
	total int
	done  map[string]chan struct{} // by ID of the selected cases, closed when there is a verdict

	mutex    sync.Mutex
	verdicts map[string]spec.Verdict
	lost     bool   // the target stopped answering
	ended    string // why what was not tried was not
	stopped  bool   // by a failure, where the first ends the run

	ending bool // no more verdicts come
	mail   mailTrouble
}

func newCollector(p *plan, bench *spec.Bench) *collector {
	c := &collector{plan: p, bench: bench, verdicts: map[string]spec.Verdict{}, done: map[string]chan struct{}{}}
	for id, selected := range p.selected {
		if selected {
			c.total++
			c.done[id] = make(chan struct{})
		}
	}
	return c
}

// await waits until a case was tried and reports whether it was.
func (c *collector) await(ctx context.Context, one spec.Case) bool {
	select {
	case <-c.done[one.ID]:
		return true
	case <-ctx.Done():
		return false
	}
}

// lostReason words what all requirements share once the target is gone.
const lostReason = "the target stopped answering"

// try checks one case and keeps its verdict.
func (c *collector) try(ctx context.Context, one spec.Case) {
	var verdict spec.Verdict
	lost, stopped := c.over()
	switch {
	case stopped:
		verdict = spec.Verdict{Outcome: reports.Blocked, Reason: "the run ended at the first failure that gates", Unlock: "a run without --fail-fast"}
	case lost:
		verdict = spec.Verdict{Outcome: reports.Errored, Fault: reports.FaultTarget, Reason: lostReason}
	default:
		verdict = spec.Try(ctx, one, c.bench)
		lost := ctx.Err() == nil && c.gone(ctx, verdict.Exchanges)
		if lost && verdict.Outcome != reports.Passed {
			verdict.Outcome, verdict.Fault, verdict.Reason = reports.Errored, reports.FaultTarget, lostReason
		}
		c.mutex.Lock()
		c.lost = c.lost || lost
		c.mutex.Unlock()
	}
	verdict.Exchanges = lasting(verdict)
	defer close(c.done[one.ID])
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.verdicts[one.ID] = verdict
	result := c.outcome(one)
	c.stopped = c.stopped || c.plan.endsRun(result)
	c.plan.event(Event{Kind: EventResult, Done: len(c.verdicts), Total: c.total, Result: &result})
}

// over reports whether the target is gone, and whether the run ends at a failure
// that was seen.
func (c *collector) over() (lost, stopped bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.lost, c.stopped
}

// endsRun reports whether a result ends a run that fails fast. What is expected
// to fail doesn't.
func (p *plan) endsRun(result reports.Result) bool {
	expected := slices.ContainsFunc(p.config.KnownFailures, func(known reports.ExpectedFailure) bool {
		return known.ID == result.ID && !known.Expired(time.Now())
	})
	return p.config.FailFast && result.Gates(p.config.Strict) && !expected
}

// gone asks once more where no connection could be made: a server may be too
// busy for one.
func (c *collector) gone(ctx context.Context, exchanges []xrpc.Exchange) bool {
	for _, exchange := range exchanges {
		if exchange.Err != nil && xrpc.Unreachable(exchange.Err) {
			return c.bench.Target.Answers(ctx) != nil
		}
	}
	return false
}

// report makes the document of all verdicts, and of the requirements that were
// not selected.
func (c *collector) report(ctx context.Context, started time.Time) *reports.Report {
	c.excuseLast()
	c.ended, c.ending = spec.Interruption(ctx), true
	if trouble, found := c.mailTrouble(); found {
		c.mail = trouble
	}
	results := make([]reports.Result, 0, len(c.plan.cases))
	for _, one := range c.plan.cases {
		results = append(results, c.result(one))
	}
	if lost := bound(results); lost > 0 {
		c.plan.note(fmt.Sprintf("the target's answers are so long that %d results are without their exchanges in the reports", lost))
	}
	config, server := c.plan.config, c.bench.Target
	report := reports.New(reports.Content{
		Version: config.Version,
		Run: reports.Run{
			ID: runID(started, config.Seed), StartedAt: started, DurationMs: time.Since(started).Milliseconds(),
			Seed: config.Seed, Revision: config.Revision, RevisionReason: config.RevisionReason, Shard: config.Shard.String(), Strict: config.Strict,
			Profiles: config.Profiles, Require: config.Require, MinChecked: config.MinChecked, Interrupted: ctx.Err() != nil,
		},
		Target: reports.Target{
			URL: server.Client().Base(), Embedded: config.Embedded, DescribeServer: server.DescribeServer(),
			Capabilities: capabilities(server),
		},
		Results:  results,
		Requests: config.RequestsSent + server.Client().Sent(),
		Accounts: reports.Accounts{Created: server.AccountsCreated(), Left: server.AccountsLeft()},
	})
	report.Expect(config.KnownFailures, started)
	return report
}

// excuseLast takes back what a target that stopped answering is accused of for
// requests that were under way just then.
func (c *collector) excuseLast() {
	if lost, _ := c.over(); !lost {
		return
	}
	for id, verdict := range c.verdicts {
		last := len(verdict.Exchanges) - 1
		if verdict.Outcome == reports.Failed && last >= 0 && verdict.Exchanges[last].Err != nil {
			c.verdicts[id] = spec.Verdict{Outcome: reports.Errored, Fault: reports.FaultTarget, Reason: lostReason, Exchanges: verdict.Exchanges}
		}
	}
}

func runID(started time.Time, seed int64) string {
	return started.UTC().Format("20060102T150405Z") + "-" + strconv.FormatInt(seed, 36)
}

func capabilities(server *target.Target) reports.Capabilities {
	has := func(capability target.Capability) bool { return server.Missing(capability) == nil }
	return reports.Capabilities{Admin: has(target.Admin), Mail: server.MailDriver(), Clock: has(target.Clock), Takedown: has(target.Takedown), SignUp: server.CouldSignUp(), PLC: has(target.PLC)}
}
