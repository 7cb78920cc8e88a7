package spec

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// TestVerdicts ends a trial in every way.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	refusal := xrpc.Exchange{Request: read(), Status: 400, Body: []byte(`{"error":"Odd"}`)}
	success := xrpc.Exchange{Request: read(), Status: 200}
	limited := xrpc.Exchange{Request: read(), Status: 429}
	fails := func(exchange xrpc.Exchange) error { return &check.Mismatch{Expected: "one", Actual: "another"} }
	blockedByLimit := Verdict{Outcome: reports.Blocked, Reason: "the target limits how often it may be asked", Unlock: "a target that allows more requests, or a lower --rate"}
	relies := Verdict{Outcome: reports.Blocked, Reason: "it relies on server.read.success, which failed", BlockedBy: "server.read.success"}
	passed := Verdict{Outcome: reports.Passed}
	for name, test := range map[string]struct {
		run  func(context.Context, *Trial)
		want Verdict
	}{
		"nothing said":       {func(context.Context, *Trial) {}, passed},
		"Fail":               {func(_ context.Context, t *Trial) { t.Fail("a", "b") }, Verdict{Outcome: reports.Failed, Expected: "a", Actual: "b"}},
		"Failf":              {func(_ context.Context, t *Trial) { t.Failf("100%", "%d of %q", 1, "x") }, Verdict{Outcome: reports.Failed, Expected: "100%", Actual: `1 of "x"`}},
		"NotObserved":        {func(_ context.Context, t *Trial) { t.NotObserved("after %d tries", 3) }, Verdict{Outcome: reports.NotObserved, Reason: "after 3 tries"}},
		"Block":              {func(_ context.Context, t *Trial) { t.Block("no key", "--key") }, Verdict{Outcome: reports.Blocked, Reason: "no key", Unlock: "--key"}},
		"Need nothing":       {func(_ context.Context, t *Trial) { t.Need() }, passed},
		"Need what is there": {func(_ context.Context, t *Trial) { t.Need(target.SignUp, target.Login) }, passed},
		"Need what lacks": {func(_ context.Context, t *Trial) { t.Need(target.SignUp, target.Admin, target.Clock) },
			Verdict{Outcome: reports.Blocked, Reason: "no admin credential", Unlock: "--admin-password"}},
		"Unless nothing": {func(_ context.Context, t *Trial) { t.Unless(nil) }, passed},
		"Unless missing": {func(_ context.Context, t *Trial) {
			t.Unless(fmt.Errorf("x: %w", &target.Missing{Reason: "r", Unlock: "u"}))
		}, Verdict{Outcome: reports.Blocked, Reason: "r", Unlock: "u"}},
		"Unless interrupted": {func(_ context.Context, t *Trial) { t.Unless(fmt.Errorf("x: %w", context.Canceled)) }, Verdict{Outcome: reports.Blocked, Reason: "the run was interrupted"}},
		"Unless a driver fails": {func(_ context.Context, t *Trial) { t.Unless(errors.New("the mailbox is full")) },
			Verdict{Outcome: reports.Blocked, Reason: "the mailbox is full", Unlock: "a mail, clock or takedown driver that works"}},
		"Unless refused": {func(_ context.Context, t *Trial) {
			t.Unless(fmt.Errorf("x: %w", &target.Refusal{Exchange: refusal, Problem: "p"}))
		}, relies},
		"Unless rate limited": {func(_ context.Context, t *Trial) { t.Unless(&target.Refusal{Exchange: limited}) }, blockedByLimit},
		"Rely":                {func(_ context.Context, t *Trial) { t.Rely(success) }, passed},
		"Rely on a refusal":   {func(_ context.Context, t *Trial) { t.Rely(refusal) }, relies},
		"Rely on nothing":     {func(_ context.Context, t *Trial) { t.Rely(xrpc.Exchange{Request: read(), Err: errors.New("closed")}) }, relies},
		"Expect":              {func(_ context.Context, t *Trial) { t.Expect(success); t.Expect(success, check.Succeeds()) }, passed},
		"Expect in vain":      {func(_ context.Context, t *Trial) { t.Expect(success, check.Succeeds(), fails, check.Refused()) }, Verdict{Outcome: reports.Failed, Expected: "one", Actual: "another"}},
		"Expect when limited": {func(_ context.Context, t *Trial) { t.Expect(limited, check.Refused()) }, blockedByLimit},
		"ExpectThat":          {func(_ context.Context, t *Trial) { t.ExpectThat("afterwards", success, check.Succeeds()) }, passed},
		"ExpectThat in vain": {func(_ context.Context, t *Trial) { t.ExpectThat("afterwards", success, fails) },
			Verdict{Outcome: reports.Failed, Expected: "afterwards: one", Actual: "another"}},
		"ExpectThat when limited": {func(_ context.Context, t *Trial) { t.ExpectThat("afterwards", limited, fails) }, blockedByLimit},
		"panic":                   {func(context.Context, *Trial) { panic("a mistake") }, Verdict{Outcome: reports.Errored, Fault: reports.FaultSuite, Reason: "the check itself broke down: a mistake"}},
		"panic with an error": {func(context.Context, *Trial) { panic(errors.New("a mistake")) },
			Verdict{Outcome: reports.Errored, Fault: reports.FaultSuite, Reason: "the check itself broke down: a mistake"}},
		"runtime error": {func(_ context.Context, t *Trial) { _ = t.Exchanges()[7] },
			Verdict{Outcome: reports.Errored, Fault: reports.FaultSuite, Reason: "the check itself broke down: runtime error: index out of range [7] with length 0"}},
	} {
		bench := served(t, answers(200, "{}"))
		got := Try(t.Context(), one("server.read.x", test.run), bench)
		if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(Verdict{}, "Duration")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if strings.Contains(got.Reason, "goroutine") || strings.Contains(got.Reason, ".go:") {
			t.Errorf("%s: the reason has a stack trace: %s", name, got.Reason)
		}
		findings := bench.Ledger.Of("server.read.success")
		if wanted := strings.HasPrefix(test.want.Reason, "it relies on"); (len(findings) == 1) != wanted {
			t.Errorf("%s: %d findings: nothing may be blocked by a refusal without one", name, len(findings))
		}
	}
}

// What a check relied on fails on its own account, with its exchange.
func TestRefusedPrerequisiteIsAFinding(t *testing.T) {
	t.Parallel()
	bench := served(t, answers(403, `{"error":"Odd","message":"no"}`))
	verdict := Try(t.Context(), one("server.make.x", func(ctx context.Context, t *Trial) {
		t.Rely(t.Do(ctx, read()))
		panic("not reached")
	}), bench)
	if verdict.Outcome != reports.Blocked || len(verdict.Exchanges) != 1 {
		t.Fatalf("got %+v", verdict)
	}
	findings := bench.Ledger.Of("server.read.success")
	if len(findings) != 1 {
		t.Fatalf("%d findings, want 1", len(findings))
	}
	got := findings[0]
	if got.SeenIn != "server.make.x" || got.Exchange.Status != 403 || got.Expected != "success (2xx) with what the document requires" ||
		got.Actual != `403 Odd "no": a well-formed request was not answered with success` {
		t.Errorf("got %+v", got)
	}
	if ID := SuccessID("app.example.read"); ID != "app.example.read.success" {
		t.Errorf("a method of another authority: %s", ID)
	}
}

// A verdict has its evidence, however the check ended.
func TestVerdictsKeepExchanges(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*Trial){
		"pass": func(*Trial) {}, "fail": func(t *Trial) { t.Fail("a", "b") }, "panic": func(*Trial) { panic("x") },
	} {
		verdict := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) {
			t.Do(ctx, read())
			if len(t.Exchanges()) != 1 {
				panic("the trial does not know its exchanges")
			}
			t.DoUnobserved(ctx, read())
			end(t)
		}), served(t, answers(200, "{}")))
		if diff := cmp.Diff([]int{200, 200}, statuses(verdict.Exchanges)); diff != "" || verdict.Duration <= 0 {
			t.Errorf("%s: %s, exchanges (-want +got):\n%s", name, verdict.Duration, diff)
		}
	}
}

var wasInterrupted = Verdict{Outcome: reports.Blocked, Reason: "the run was interrupted"}

// TestInterruption cancels a run at every point. Nothing that was cut short
// counts against the target.
func TestInterruption(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before bool
		run    func(context.Context, *Trial)
	}{
		"before": {true, func(context.Context, *Trial) { panic("the check ran") }},
		"Do":     {false, func(ctx context.Context, t *Trial) { t.Do(ctx, read()); panic("not reached") }},
		"Race":   {false, func(ctx context.Context, t *Trial) { t.Race(ctx, []xrpc.Request{read(), read()}); panic("not reached") }},
		"Pipeline": {false, func(ctx context.Context, t *Trial) {
			t.Pipeline(ctx, []xrpc.Request{read(), read()})
			panic("not reached")
		}},
		"Rely": {false, func(ctx context.Context, t *Trial) { t.Rely(t.DoUnobserved(ctx, read())) }},
		"Attempt": {false, func(ctx context.Context, t *Trial) {
			t.Attempt(ctx, func(ctx context.Context, t *Trial) { t.Do(ctx, read()) })
			t.Do(ctx, read())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			bench := served(t, func(_ http.ResponseWriter, r *http.Request) {
				cancel()
				<-r.Context().Done()
			})
			bench.Observe = func(exchange xrpc.Exchange) []Finding { return []Finding{{ID: "server.read.answered"}} }
			if test.before {
				cancel()
			}
			got := Try(ctx, one("server.read.x", test.run), bench)
			if diff := cmp.Diff(wasInterrupted, got, cmpopts.IgnoreFields(Verdict{}, "Duration", "Exchanges")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if findings := seenBy(bench.Ledger, "server.read.x"); len(findings) != 0 {
				t.Errorf("the target is blamed: %v", findings)
			}
		})
	}
}

// TestAnswerAfterInterruption: what a procedure has changed is taken note of,
// and nothing is sent after it.
func TestAnswerAfterInterruption(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	bench := served(t, func(http.ResponseWriter, *http.Request) { cancel() })
	noted := false
	got := Try(ctx, one("server.read.x", func(ctx context.Context, t *Trial) {
		procedure := xrpc.ProcedureWithoutInput("com.example.server.do")
		noted = t.Do(ctx, procedure).Succeeded()
		t.Do(ctx, procedure)
	}), bench)
	if diff := cmp.Diff(wasInterrupted, got, cmpopts.IgnoreFields(Verdict{}, "Duration", "Exchanges")); diff != "" || !noted || len(got.Exchanges) != 1 {
		t.Errorf("noted %v, %d exchanges (-want +got):\n%s", noted, len(got.Exchanges), diff)
	}
}

func TestAttempt(t *testing.T) {
	t.Parallel()
	bench := served(t, answers(200, "{}"))
	var completed []bool
	verdict := Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) {
		for _, part := range []func(context.Context, *Trial){
			func(ctx context.Context, t *Trial) { t.Do(ctx, read()) },
			func(ctx context.Context, t *Trial) { t.Do(ctx, read()); t.Fail("a", "b") },
			func(ctx context.Context, t *Trial) { t.Block("r", "u") },
			func(ctx context.Context, t *Trial) { t.NotObserved("r") },
		} {
			completed = append(completed, t.Attempt(ctx, part))
		}
		t.Fail("after", "all")
	}), bench)
	if diff := cmp.Diff([]bool{true, false, false, false}, completed); diff != "" {
		t.Errorf("completed (-want +got):\n%s", diff)
	}
	if verdict.Outcome != reports.Failed || verdict.Expected != "after" || len(verdict.Exchanges) != 2 {
		t.Errorf("got %+v", verdict)
	}
	verdict = Try(t.Context(), one("server.read.x", func(ctx context.Context, t *Trial) {
		t.Attempt(ctx, func(context.Context, *Trial) { panic("a mistake") })
	}), bench)
	if verdict.Outcome != reports.Errored || !strings.HasSuffix(verdict.Reason, "a mistake") {
		t.Errorf("a mistake in an attempt: %+v", verdict)
	}
}
