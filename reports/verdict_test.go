package reports

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// judged returns a report of results with these outcomes, each of a must.
func judged(run Run, outcomes ...Outcome) *Report { return judgedBy(FaultTarget, run, outcomes...) }

// judgedBy is judged with whose fault an errored outcome is.
func judgedBy(fault Fault, run Run, outcomes ...Outcome) *Report {
	content := Content{Run: run}
	for i, outcome := range outcomes {
		content.Results = append(content.Results, Result{
			Requirement: Requirement{ID: "server.createSession.case-" + string(rune('a'+i)), Endpoint: "com.atproto.server.createSession", Level: Must},
			Outcome:     outcome, Reason: "so it is", Fault: fault,
		})
	}
	return New(content)
}

// verdictCases has a report for each row of the table of verdicts, and for each
// thing that the words must not hide.
var verdictCases = []struct {
	name   string
	report *Report
	tone   Tone
	words  string
}{
	{"conforms", judged(Run{}, Passed, NotObserved, Excluded), Good, "conforms"},
	{"partial", judged(Run{}, Passed, Blocked, Blocked), Partial, "conforms in what was checked: 1 of 3 requirements"},
	{"known failures", judged(Run{}, Passed, KnownFailure, KnownFailure), Qualified, "conforms but for 2 known failures"},
	{"known failures, some blocked", judged(Run{}, Passed, KnownFailure, Blocked), Qualified, "conforms but for 1 known failure"},
	{"fails", judged(Run{}, Passed, Failed, Failed, KnownFailure, Blocked), Bad, "does not conform: 2 gating requirements failed"},
	{"too little", judged(Run{MinChecked: 80}, Passed, Blocked), Open, "too little was checked: 1 of 2 requirements, 80 percent were asked for"},
	{"a capability missing", judged(Run{Require: []string{"mail", "clock"}}, Passed), Open, "too little was checked: no mail, no clock"},
	{"nothing", judged(Run{}, Blocked), Open, "nothing was checked: the selection is empty, or everything in it was blocked"},
	{"disturbed", judgedBy(FaultInterference, Run{}, Passed, Errored), Open, "too little was checked: somebody else moved the clock of the target while 1 requirement was being checked"},
	{"disturbed, and fails", judgedBy(FaultInterference, Run{}, Failed, Errored), Bad, "does not conform: 1 gating requirement failed"},
	{"interrupted", judged(Run{Interrupted: true}, Passed, Failed), Open, "interrupted"},
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	for _, test := range verdictCases {
		got := test.report.Verdict()
		if got.Tone != test.tone || got.Words != test.words {
			t.Errorf("%s: %s %q, want %s %q", test.name, got.Tone, got.Words, test.tone, test.words)
		}
		if text := got.String(); !strings.Contains(text, "of 1 requirement") && !strings.Contains(text, " requirements") {
			t.Errorf("%s: %q says nothing of coverage", test.name, text)
		}
		if test.report.Summary.Verdict != got.String() {
			t.Errorf("%s: the document says %q, the verdict is %q", test.name, test.report.Summary.Verdict, got)
		}
	}
}

// TestVerdictIsTheSameInEveryFormat holds every format to the words, and to
// green for nothing but a target that conforms.
func TestVerdictIsTheSameInEveryFormat(t *testing.T) {
	t.Parallel()
	for _, test := range verdictCases {
		for _, format := range append(Formats(), Format{Name: "annotations", Encode: EncodeAnnotations}) {
			var text bytes.Buffer
			if err := format.Encode(&text, test.report); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(text.String(), test.words) && !strings.Contains(text.String(), sentence(test.words)) {
				t.Errorf("%s: %s doesn't say %q", test.name, format.Name, test.words)
			}
			for name, signs := range map[string][]string{
				"md": {"✅"}, "html": {`class="verdict good"`}, "badge": {badgeColours[Good]}, "badge-json": {badgeColours[Good]},
			} {
				green := slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(text.String(), sign) })
				if format.Name == name && green != (test.tone == Good) {
					t.Errorf("%s: %s is green: %t", test.name, name, green)
				}
			}
		}
	}
}

func TestVerdictOfShouldsAlone(t *testing.T) {
	t.Parallel()
	report := judged(Run{}, Passed, Blocked, Failed)
	report.Results[1].Level, report.Results[2].Level = Should, Should
	report.Summarize()
	if got := report.Verdict(); got.Words != "conforms" || !slices.Contains(got.Remarks, "1 failure that does not gate") {
		t.Errorf("%s", got)
	}
	report.Run.Strict = true
	report.Summarize()
	if got := report.Verdict(); got.Words != "does not conform: 1 gating requirement failed" {
		t.Errorf("strict: %s", got)
	}
}

func TestUnmetGivesWayToAFailure(t *testing.T) {
	t.Parallel()
	for want, report := range map[ExitCode]*Report{
		ExitFails:          judged(Run{MinChecked: 100}, Failed, Blocked),
		ExitNothingChecked: judged(Run{MinChecked: 100}, Passed, Blocked),
		ExitConforms:       judged(Run{MinChecked: 50}, Passed, Blocked),
	} {
		if got := report.Summary.ExitCode; got != want {
			t.Errorf("exit code %d, want %d", got, want)
		}
	}
}
