package spec

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Trial is one check under way. Its methods that end it do not return.
type Trial struct {
	requirement Requirement
	bench       *Bench
	exchanges   []xrpc.Exchange
	borrowed    []*target.Account
	afterwards  []func(context.Context)
	releases    []func() // of what the trial holds so that no other uses it
	spent       bool     // whether what it holds is to be left to nobody
	unused      bool     // whether it takes only what nobody has held before
	outer       *Trial   // the one that it is part of, nil for none
	stopped     *stop    // what has ended its last part that was ended
}

// stop ends a trial.
type stop struct {
	outcome          reports.Outcome
	reason, unlock   string
	blockedBy        string // the ID of the requirement behind which it is blocked
	expected, actual string
	fault            reports.Fault
}

// Borrow is an account that no other trial uses at the same time, and that may
// have served one before: its password, sessions, app passwords and codes are
// the trial's to change. Where the trial passes, the account is given back; a
// failure may have left it in any state.
func (t *Trial) Borrow(ctx context.Context) *target.Account {
	account, err := t.Target().Borrow(ctx, t)
	t.Unless(err)
	t.borrowed = append(t.borrowed, account)
	return account
}

// Afterwards has something undone once the trial is over, however it ends. What
// is sent then is no evidence.
func (t *Trial) Afterwards(undo func(context.Context)) { t.afterwards = append(t.afterwards, undo) }

func (t *Trial) undo(ctx context.Context) {
	if ctx.Err() != nil {
		return // the clean-up at the end of the run sees to it
	}
	for _, undo := range t.afterwards {
		undo(ctx)
	}
}

func (t *Trial) release() {
	for _, release := range t.releases {
		release()
	}
}

func (t *Trial) giveBack() {
	for _, account := range t.borrowed {
		t.Target().GiveBack(account)
	}
}

// Target is the server under test.
func (t *Trial) Target() *target.Target { return t.bench.Target }

// Fail ends the trial: the target is not as required.
func (t *Trial) Fail(expected, actual string) {
	panic(&stop{outcome: reports.Failed, expected: expected, actual: actual})
}

// Failf is Fail with what is actual put together.
func (t *Trial) Failf(expected, format string, arguments ...any) {
	t.Fail(expected, fmt.Sprintf(format, arguments...))
}

// NotObserved ends the trial: the target is within its rights, but the
// condition could not be brought about.
func (t *Trial) NotObserved(format string, arguments ...any) {
	panic(&stop{outcome: reports.NotObserved, reason: fmt.Sprintf(format, arguments...)})
}

// Block ends the trial: something is missing without which it can't be had.
func (t *Trial) Block(reason, unlock string) {
	panic(&stop{outcome: reports.Blocked, reason: reason, unlock: unlock})
}

// BlockBy ends the trial: it relies on a requirement that failed.
func (t *Trial) BlockBy(id, reason string) {
	panic(&stop{outcome: reports.Blocked, reason: reason, blockedBy: id})
}

// Need ends the trial unless the target has every one of the capabilities.
func (t *Trial) Need(capabilities ...target.Capability) {
	for _, capability := range capabilities {
		if missing := t.Target().Missing(capability); missing != nil {
			t.Unless(missing)
		}
	}
}

// interrupted is why nothing more is checked where nobody says more.
const interrupted = "the run was interrupted"

// Interruption says why a context has ended before the run was through.
func Interruption(ctx context.Context) string {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return interrupted + ": " + cause.Error()
	}
	return interrupted
}

// Unless ends the trial where something that it relies on could not be had. A
// well-formed request that was refused is a finding of its own, so that
// nothing is blocked without something having failed.
func (t *Trial) Unless(err error) {
	if err == nil {
		return
	}
	var missing *target.Missing
	var refusal *target.Refusal
	switch {
	case errors.As(err, &missing):
		t.Block(missing.Reason, missing.Unlock)
	case errors.As(err, &refusal):
		t.refused(refusal)
	case errors.Is(err, context.Canceled):
		t.Block(interrupted, "")
	default: // a driver gave up; the target itself may be well
		t.Block(err.Error(), "a mail, clock or takedown driver that works")
	}
}

func (t *Trial) refused(refusal *target.Refusal) {
	exchange := refusal.Exchange
	t.exhausted(exchange.Err)
	t.unlimited(exchange)
	if exchange.Err != nil && xrpc.Unreachable(exchange.Err) {
		t.Block("the target stopped answering", "") // which is no verdict on the method
	}
	t.tellsOfOne(exchange)
	if exchange.Succeeded() { // and what the run needs of it isn't there
		for _, id := range t.bench.Ledger.Lacking(exchange.Request.NSID) {
			t.BlockBy(id, fmt.Sprintf("it relies on %s, which failed", id))
		}
	}
	owner := SuccessID(exchange.Request.NSID)
	t.bench.Ledger.Add(Finding{
		ID: owner, Exchange: exchange, SeenIn: t.requirement.ID,
		Expected: "success (2xx) with what the document requires", Actual: check.Answer(exchange) + ": " + refusal.Problem,
	})
	t.BlockBy(owner, fmt.Sprintf("it relies on %s, which failed", owner))
}

// SuccessID is the requirement that a well-formed request to a method
// succeeds.
func SuccessID(nsid string) string { return Prefix(nsid) + ".success" }

// unlimited ends the trial where a limit has refused a request for good.
func (t *Trial) unlimited(exchange xrpc.Exchange) {
	if exchange.RateLimited() {
		t.Block("the target limits how often it may be asked", t.pace().Advice())
	}
}

// Expect ends the trial with a failure at the first check that does not hold.
func (t *Trial) Expect(exchange xrpc.Exchange, checks ...check.Check) {
	t.unlimited(exchange)
	for _, holds := range checks {
		var mismatch *check.Mismatch
		if err := holds(exchange); errors.As(err, &mismatch) {
			t.tellsOfOne(exchange)
			t.lacks(exchange, mismatch.Lacks)
			t.Fail(mismatch.Expected, mismatch.Actual)
		}
	}
}

// lacks ends the trial where an answer lacks a member that the document requires:
// that is a finding already, which explains all that relies on the member.
func (t *Trial) lacks(exchange xrpc.Exchange, member string) {
	id := requiredID(exchange.Request.NSID, member)
	if member != "" && id != t.requirement.ID && len(t.bench.Ledger.Of(id)) > 0 {
		t.BlockBy(id, fmt.Sprintf("it relies on %s, which failed", id))
	}
}

// tellsOfOne ends the trial where the token of a request is that of two
// sessions: what one of them may expect, the other may have ended, or made anew.
func (t *Trial) tellsOfOne(exchange xrpc.Exchange) {
	if t.Target().IsShared(exchange.Request) {
		t.NotObserved("the target gives sessions that are opened in the same second the same refresh token")
	}
}

// ExpectThat is Expect for an exchange after something was done: the failure
// says what, so that it reads without the code.
func (t *Trial) ExpectThat(circumstance string, exchange xrpc.Exchange, checks ...check.Check) {
	t.unlimited(exchange)
	for _, holds := range checks {
		var mismatch *check.Mismatch
		if err := holds(exchange); errors.As(err, &mismatch) {
			t.tellsOfOne(exchange)
			t.lacks(exchange, mismatch.Lacks)
			t.Fail(circumstance+": "+mismatch.Expected, mismatch.Actual)
		}
	}
}

// Rely ends the trial as blocked unless the exchange succeeded: the case is
// not about it, but needs it.
func (t *Trial) Rely(exchange xrpc.Exchange) xrpc.Exchange {
	if !exchange.Succeeded() {
		t.Unless(&target.Refusal{Exchange: exchange, Problem: "a well-formed request was not answered with success"})
	}
	return exchange
}

// Attempt runs part of a trial and reports whether it came to its end. Where
// it was stopped, for whatever reason, the trial goes on.
func (t *Trial) Attempt(ctx context.Context, part func(context.Context, *Trial)) (completed bool) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *stop:
			t.stopped, completed = r, false
		default:
			panic(r)
		}
	}()
	part(ctx, t)
	return true
}

// showsNothing reports whether parts of the trial were ended before anything was
// answered but by a limit.
func (t *Trial) showsNothing() bool {
	return t.stopped != nil && !slices.ContainsFunc(t.exchanges, func(exchange xrpc.Exchange) bool { return !exchange.RateLimited() })
}

// Exchanges returns what the trial has sent and received so far.
func (t *Trial) Exchanges() []xrpc.Exchange { return t.exchanges }
