package suite

import (
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// How many exchanges a result keeps: a failure shows how it came about, a pass
// that something was sent.
const (
	exchangesOfFailure = 12
	exchangesOfPass    = 2
)

// What a report holds at most, in bytes: of one result's words and exchanges. A
// target whose answers are long must not make it unreadable.
const (
	maxWords    = 1 << 10
	maxEvidence = 64 << 10
)

// result is the outcome of a case with its evidence.
func (c *collector) result(one spec.Case) reports.Result {
	result := c.outcome(one)
	exchanges := c.verdicts[one.ID].Exchanges
	if c.plan.config.VerdictsOnly {
		exchanges = nil
	} else if findings := c.held(one); len(findings) > 0 {
		exchanges = nil
		for _, finding := range findings {
			exchanges = append(exchanges, finding.Exchange)
		}
	}
	c.evidence(&result, exchanges)
	return result
}

// outcome is the outcome of a case without exchanges, secrets replaced. The
// caller holds the mutex, or is the only one left.
func (c *collector) outcome(one spec.Case) reports.Result {
	result, secrets := c.judged(one), c.bench.Target.Client().Secrets()
	c.tellOfMail(one, &result)
	result.Reason, result.Expected, result.Actual =
		shortened(secrets.Replace(result.Reason)), shortened(secrets.Replace(result.Expected)), shortened(secrets.Replace(result.Actual))
	return result
}

// shortened leaves out what nobody reads to the end.
func shortened(text string) string {
	if len(text) <= maxWords {
		return text
	}
	return strings.ToValidUTF8(text[:maxWords], "") + "…"
}

// judged joins what a case found by itself with what the ledger holds against
// its requirement.
func (c *collector) judged(one spec.Case) reports.Result {
	result := reports.Result{Requirement: one.Requirement.Requirement, Error: one.Error}
	lacking := c.bench.NotOffered(one.Endpoint)
	if !c.plan.selected[one.ID] && (len(c.held(one)) == 0 || lacking) {
		result.Outcome, result.Reason = reports.Excluded, "deselected"
		if shard := c.plan.elsewhere[one.ID]; shard != "" {
			result.Reason = "checked in shard " + shard
		}
		return result
	}
	verdict, tried := c.verdicts[one.ID]
	if !tried {
		verdict = spec.Verdict{Outcome: reports.Blocked, Reason: c.ended}
	}
	result.Outcome, result.Reason, result.Unlock, result.Fault = verdict.Outcome, verdict.Reason, verdict.Unlock, verdict.Fault
	result.Expected, result.Actual = verdict.Expected, verdict.Actual
	result.DurationMs, result.BlockedBy = verdict.Duration.Milliseconds(), verdict.BlockedBy
	if owner, reason := c.cause(one, verdict); owner != "" {
		result.Outcome, result.Reason, result.BlockedBy = reports.Blocked, reason, owner
		result.Unlock, result.Fault, result.Expected, result.Actual = "", "", "", ""
		return result
	}
	findings := c.held(one)
	if len(findings) == 0 {
		return result
	}
	result.NotImplemented = lacking
	result.Outcome, result.Reason, result.Unlock, result.Fault = reports.Failed, "", "", ""
	result.Expected, result.Actual = findings[0].Expected, findings[0].Actual
	for _, finding := range findings {
		if finding.SeenIn != one.ID && !slices.Contains(result.SeenIn, finding.SeenIn) {
			result.SeenIn = append(result.SeenIn, finding.SeenIn)
		}
	}
	return result
}

// cause returns the requirement whose failure explains what became of another,
// and how. That is so where the method isn't implemented at all, and where a
// case failed by an answer that a well-formed request to the method got as
// well, and none has ever succeeded: nothing in the case made the target refuse.
func (c *collector) cause(one spec.Case, verdict spec.Verdict) (owner, reason string) {
	if owner := spec.SuccessID(one.Endpoint); c.bench.NotOffered(one.Endpoint) && one.ID != owner {
		return owner, "the target does not implement " + one.Endpoint
	}
	if verdict.Outcome != reports.Failed || len(verdict.Exchanges) == 0 {
		return "", ""
	}
	last := verdict.Exchanges[len(verdict.Exchanges)-1]
	owner = spec.SuccessID(last.Request.NSID)
	if one.ID == owner || c.bench.Works(last.Request.NSID) || c.declares(last) {
		return "", ""
	}
	refusals := c.bench.Ledger.Of(owner)
	if own := c.verdicts[owner]; own.Outcome == reports.Failed && len(own.Exchanges) > 0 {
		refusals = append(refusals, spec.Finding{Exchange: own.Exchanges[len(own.Exchanges)-1]})
	}
	for _, refusal := range refusals {
		if check.Alike(refusal.Exchange, last) && refusal.SeenIn != one.ID {
			return owner, "a well-formed request is refused alike: " + check.Answer(last)
		}
	}
	return "", ""
}

// declares reports whether a refusal has a name of its method's own, which says
// what in the request is at fault: that is no refusal of everything.
func (c *collector) declares(refusal xrpc.Exchange) bool {
	method := c.plan.config.Catalog.Method(refusal.Request.NSID)
	return method != nil && slices.ContainsFunc(method.Errors, func(e lexicons.Error) bool { return e.Name == refusal.ErrorName() })
}

// held returns the findings that count against a requirement. One that was not
// selected fails by them as well: what was seen is not lost, and nothing is
// blocked by a failure that nobody is shown. Only what the user has named to be
// skipped is left alone, and what a case has failed by itself needs no finding.
func (c *collector) held(one spec.Case) []spec.Finding {
	if c.verdicts[one.ID].Outcome == reports.Failed || matchesAny(one.ID, c.plan.config.Skip) {
		return nil
	}
	findings := c.bench.Ledger.Of(one.ID)
	if c.lost { // what was not answered then is no finding
		findings = slices.DeleteFunc(findings, func(f spec.Finding) bool { return f.Exchange.Err != nil })
	}
	return findings
}

// lasting are the exchanges of a verdict that a report may show: a run keeps no
// others.
func lasting(verdict spec.Verdict) []xrpc.Exchange {
	most := exchangesOfFailure
	if verdict.Outcome == reports.Passed {
		most = exchangesOfPass
	}
	return slices.Clone(verdict.Exchanges[max(0, len(verdict.Exchanges)-most):])
}

// evidence records exchanges with secrets replaced, the last ones where there
// are many or long ones, since the last one is what failed.
func (c *collector) evidence(result *reports.Result, exchanges []xrpc.Exchange) {
	secrets, base := c.bench.Target.Client().Secrets(), c.bench.Target.Client().Base()
	most := exchangesOfFailure
	if result.Outcome == reports.Passed {
		most = exchangesOfPass
	}
	size := 0
	for _, exchange := range slices.Backward(exchanges[max(0, len(exchanges)-most):]) {
		recorded := secrets.Record(base, exchange)
		if size += sizeOf(recorded); size > maxEvidence && len(result.Exchanges) > 0 {
			break
		}
		result.Exchanges = append(result.Exchanges, recorded)
	}
	slices.Reverse(result.Exchanges)
}
