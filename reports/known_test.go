package reports

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReadExpectedFailures(t *testing.T) {
	t.Parallel()
	const text = `
- id: a.b
  reason: mended in the next release
  until: 2026-12-31
- id: a.c
  reason: "the author disagrees: see #12"
  sometimes: true
`
	list, err := ReadExpectedFailures(strings.NewReader(text))
	want := []ExpectedFailure{
		{ID: "a.b", Reason: "mended in the next release", Until: "2026-12-31"},
		{ID: "a.c", Reason: "the author disagrees: see #12", Sometimes: true},
	}
	if err != nil || !reflect.DeepEqual(list, want) {
		t.Errorf("%v: %+v", err, list)
	}
	for _, empty := range []string{"", "\n", "# none yet\n", "[]\n"} {
		if list, err := ReadExpectedFailures(strings.NewReader(empty)); err != nil || len(list) != 0 {
			t.Errorf("%q: %v, %+v", empty, err, list)
		}
	}
}

func TestReadExpectedFailuresRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"- reason: x\n": "entry 1 has no id",
		"- id: a.b\n":   "a.b has no reason",
		"- {id: a.b, reason: x}\n- {id: a.b, reason: y}\n": "a.b is there twice",
		"- {id: a.b, reason: x, until: tomorrow}\n":        `a.b: until is "tomorrow"`,
		"- {id: a.b, reason: x, till: 2026-12-31}\n":       "till",
		"id: a.b\n": "read known failures",
		"- a.b\n":   "read known failures",
	} {
		if list, err := ReadExpectedFailures(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %+v; want an error with %q", text, err, list, want)
		}
	}
}

// day is one of the days around the end of a known failure.
func day(t *testing.T, text string) time.Time {
	t.Helper()
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return day.Add(23 * time.Hour)
}

func TestExpect(t *testing.T) {
	t.Parallel()
	const last = "2026-12-31"
	for name, test := range map[string]struct {
		outcome Outcome
		until   string
		day     string
		want    Outcome
		stale   bool
	}{
		"fails":                 {Failed, "", last, KnownFailure, false},
		"fails before its end":  {Failed, last, "2026-12-30", KnownFailure, false},
		"fails on its last day": {Failed, last, last, KnownFailure, false},
		"fails after its end":   {Failed, last, "2027-01-01", Failed, false},
		"passes":                {Passed, "", last, Passed, true},
		"passes after its end":  {Passed, last, "2027-01-01", Passed, true},
		"could not be checked":  {Blocked, "", last, Blocked, false},
		"could not be judged":   {Errored, "", last, Errored, false},
		"was not brought about": {NotObserved, "", last, NotObserved, false},
		"was deselected":        {Excluded, "", last, Excluded, false},
	} {
		report := New(Content{Results: []Result{
			{Requirement: Requirement{ID: "a.b", Level: Must}, Outcome: test.outcome, Fault: FaultTarget},
			{Requirement: Requirement{ID: "a.c", Level: Must}, Outcome: Passed},
		}})
		report.Expect([]ExpectedFailure{{ID: "a.b", Reason: "known", Until: test.until}}, day(t, test.day))
		result := report.Results[0]
		if result.Outcome != test.want || (len(report.Summary.Stale) == 1) != test.stale {
			t.Errorf("%s: %s, stale %+v", name, result.Outcome, report.Summary.Stale)
		}
		if test.want == KnownFailure && (result.Reason != "known" || report.Summary.KnownFailures != 1 || report.Summary.ExitCode != ExitConforms) {
			t.Errorf("%s: %+v, %+v", name, result, report.Summary)
		}
		if test.stale && report.Summary.ExitCode != ExitStale {
			t.Errorf("%s: exit code %d", name, report.Summary.ExitCode)
		}
	}
}

// TestExpectSometimes has a failure that depends on timing: that a run saw
// nothing of it makes nothing stale, and what it did see is a known failure.
func TestExpectSometimes(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[Outcome]Outcome{Passed: Passed, Failed: KnownFailure} {
		report := New(Content{Results: []Result{{Requirement: Requirement{ID: "a.b", Level: Must}, Outcome: outcome, Fault: FaultTarget}}})
		report.Expect([]ExpectedFailure{{ID: "a.b", Reason: "known", Sometimes: true}}, day(t, "2026-12-31"))
		if len(report.Summary.Stale) != 0 || report.Results[0].Outcome != want || report.Summary.ExitCode != ExitConforms {
			t.Errorf("%s: %s, %+v", outcome, report.Results[0].Outcome, report.Summary)
		}
	}
}

func TestExpectWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[Outcome]ExitCode{Passed: ExitStale, Failed: ExitFails, Blocked: ExitStale} {
		report := New(Content{Results: []Result{{Requirement: Requirement{ID: "a.b", Level: Must}, Outcome: outcome}}})
		report.Expect([]ExpectedFailure{{ID: "a.x", Reason: "known"}}, day(t, "2026-12-31"))
		if len(report.Summary.Stale) != 1 || report.Summary.Stale[0].ID != "a.x" || report.Summary.ExitCode != want {
			t.Errorf("%s: %+v", outcome, report.Summary)
		}
	}
}

// TestEncodeExpectedFailures writes a list over an earlier one.
func TestEncodeExpectedFailures(t *testing.T) {
	t.Parallel()
	result := func(id string, outcome Outcome) Result {
		return Result{Requirement: Requirement{ID: id}, Outcome: outcome, Expected: "status 200", Actual: "status 500:\n\"# no\" \x00"}
	}
	known := []ExpectedFailure{
		{ID: "a.known", Reason: "the author disagrees", Until: "2026-12-31"},
		{ID: "a.over", Reason: "mended soon", Until: "2020-01-01"},
		{ID: "a.unchecked", Reason: "rare", Until: "2026-12-31"},
		{ID: "a.mended", Reason: "mended"},
		{ID: "a.gone", Reason: "another version had it"},
		{ID: "a.race", Reason: "depends on timing", Sometimes: true},
	}
	report := New(Content{Results: []Result{
		result("a.known", Failed), result("a.over", Failed), result("a.new", Failed),
		result("a.unchecked", Blocked), result("a.mended", Passed), result("a.other", Excluded),
		result("a.race", Passed),
	}})
	report.Expect(known, day(t, "2026-01-01"))
	var text bytes.Buffer
	if err := EncodeExpectedFailures(&text, report, known); err != nil {
		t.Fatal(err)
	}
	list, err := ReadExpectedFailures(&text)
	want := []ExpectedFailure{
		known[0],
		{ID: "a.new", Reason: "expected status 200, got status 500: \"# no\" \x00"},
		{ID: "a.over", Reason: "mended soon"},
		known[5],
		known[2],
	}
	if err != nil || !reflect.DeepEqual(list, want) {
		t.Errorf("%v: %+v", err, list)
	}
}

// TestReasonsLast has reasons without what is of one run alone.
func TestReasonsLast(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"expected a refusal, got 200 (did:plc:ewvi7nxzyoun6zhxrhs64oiz)":                         "expected a refusal, got 200 (…)",
		"expected did:web:a.test:u, got did:plc:ewvi7nxzyoun6zhxrhs64oiz.":                       "expected …, got ….",
		"expected x, got eyJhbGciOiJIUzI1NiJ9eyJhbGciOiJIUzI1NiJ9 at http://127.0.0.1:4711/xrpc": "expected x, got … at TARGET/xrpc",
		"expected 400\n InvalidHandle, got 500":                                                  "expected 400 InvalidHandle, got 500",
	} {
		if got := lasting(reason, "http://127.0.0.1:4711"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
