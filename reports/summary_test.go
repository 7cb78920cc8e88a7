package reports

import "testing"

func TestSummaryCounts(t *testing.T) {
	t.Parallel()
	summary := New(sample()).Summary
	want := Counts{Passed: 1, Failed: 2, Errored: 1, Blocked: 1, NotObserved: 1, Excluded: 1, KnownFailures: 1}
	if summary.Counts != want || summary.Requirements != 8 || summary.Total() != 8 {
		t.Errorf("counts: %+v", summary)
	}
	if got := summary.ByLevel[Must]; got.Failed != 1 || got.Total() != 5 {
		t.Errorf("by level: %+v", got)
	}
	if got := summary.ByEndpoint["com.atproto.server.createSession"]; got.Failed != 2 || got.Total() != 3 {
		t.Errorf("by endpoint: %+v", got)
	}
	if summary.Errors != (Errors{Declared: 3, Observed: 1}) {
		t.Errorf("errors: %+v", summary.Errors)
	}
	if summary.GatingFailures != 1 {
		t.Errorf("gating failures: %d", summary.GatingFailures)
	}
}

func TestDeclaredErrorCountsOncePerEndpoint(t *testing.T) {
	t.Parallel()
	about := func(endpoint, name string, outcome Outcome) Result {
		return Result{Requirement: Requirement{Endpoint: endpoint}, Error: name, Outcome: outcome}
	}
	summary := New(Content{Results: []Result{
		about("deleteAccount", "InvalidToken", Passed),
		about("deleteAccount", "InvalidToken", Failed),
		about("resetPassword", "InvalidToken", Blocked),
	}}).Summary
	if summary.Errors != (Errors{Declared: 2, Observed: 1}) {
		t.Errorf("errors: %+v", summary.Errors)
	}
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	result := func(level Level, outcome Outcome, fault Fault) Result {
		return Result{Requirement: Requirement{Level: level}, Outcome: outcome, Fault: fault}
	}
	passed, failed := result(Must, Passed, ""), result(Must, Failed, "")
	should, may := result(Should, Failed, ""), result(May, Failed, "")
	suite, target := result(Must, Errored, FaultSuite), result(Must, Errored, FaultTarget)
	for name, test := range map[string]struct {
		run     Run
		results []Result
		want    ExitCode
	}{
		"nothing":                    {Run{}, nil, ExitNothingChecked},
		"all blocked":                {Run{}, []Result{result(Must, Blocked, "")}, ExitNothingChecked},
		"only not observed":          {Run{}, []Result{result(Must, NotObserved, "")}, ExitNothingChecked},
		"passed":                     {Run{}, []Result{passed}, ExitConforms},
		"known failure":              {Run{}, []Result{result(Must, KnownFailure, "")}, ExitConforms},
		"failed must":                {Run{}, []Result{passed, failed}, ExitFails},
		"failed should":              {Run{}, []Result{should}, ExitConforms},
		"failed should, strict":      {Run{Strict: true}, []Result{should}, ExitFails},
		"failed may, strict":         {Run{Strict: true}, []Result{may}, ExitConforms},
		"target gone":                {Run{}, []Result{failed, target}, ExitUnreachable},
		"suite at fault":             {Run{}, []Result{failed, target, suite}, ExitSuiteFault},
		"errored, no fault given":    {Run{}, []Result{result(Must, Errored, "")}, ExitSuiteFault},
		"interrupted":                {Run{Interrupted: true}, []Result{passed, failed, suite}, ExitInterrupted},
		"interrupted before a check": {Run{Interrupted: true}, nil, ExitInterrupted},
	} {
		if got := New(Content{Run: test.run, Results: test.results}).Summary.ExitCode; got != test.want {
			t.Errorf("%s: exit code %d, want %d", name, got, test.want)
		}
	}
}

func TestVocabularyIsClosed(t *testing.T) {
	t.Parallel()
	for _, outcome := range Outcomes() {
		var counts Counts
		counts.Add(outcome)
		if counts.Of(outcome) != 1 || counts.Total() != 1 {
			t.Errorf("%s is not counted", outcome)
		}
	}
	var word Outcome
	if err := word.UnmarshalText([]byte("skipped")); err == nil {
		t.Error("skipped was taken for an outcome")
	}
}
