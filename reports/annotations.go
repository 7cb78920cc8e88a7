package reports

import (
	"fmt"
	"io"
	"strings"
)

// annotationLimit is how many annotations of one kind a step may have; what
// comes after is not shown.
const annotationLimit = 10

// EncodeAnnotations writes the commands by which a step of GitHub Actions
// shows findings at the run and at the pull request, one for each cause: an error
// for what fails the target, a warning for what failed and doesn't gate, and a
// notice of what
// was not covered. They are to go to the standard output of the step. Where
// there are more than are shown, the last one says how many.
//
// Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func EncodeAnnotations(w io.Writer, report *Report) error {
	var errors, warnings []annotation
	for _, cause := range report.Causes() {
		note := annotateCause(cause)
		if cause.Lead().Outcome == Errored || cause.Gates(report.Run.Strict) {
			errors = append(errors, note)
		} else {
			warnings = append(warnings, note)
		}
	}
	for _, entry := range report.Summary.Stale {
		errors = append(errors, annotation{title: entry.ID, text: "The list of known failures is stale: " + entry.Problem})
	}
	lines := append(commands("error", errors), commands("warning", warnings)...)
	lines = append(lines, annotation{title: "verdict", text: report.Verdict().String()}.command("notice"))
	if words := report.profileWords(); words != "" {
		lines = append(lines, annotation{title: "profiles", text: words}.command("notice"))
	}
	if note := uncoveredNote(report); note != "" {
		lines = append(lines, annotation{title: "not covered", text: note}.command("notice"))
	}
	for _, line := range lines {
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return fmt.Errorf("write annotations: %w", err)
		}
	}
	return nil
}

// annotateCause tells of one finding, and how much it explains.
func annotateCause(cause Cause) annotation {
	lead, also := cause.Lead(), ""
	if alike := len(cause.Failures) - 1; alike > 0 {
		also += fmt.Sprintf(" And %d alike.", alike)
	}
	if blocked := len(cause.Blocked); blocked > 0 {
		also += fmt.Sprintf(" %s blocked by it.", plural(blocked, "requirement"))
	}
	if lead.Outcome == Errored {
		return annotation{title: lead.ID, text: lead.Title + " No verdict: " + lead.Reason, more: also}
	}
	return annotation{title: lead.ID, text: fmt.Sprintf("%s Expected %s; got %s.", lead.Title, lead.Expected, lead.Actual), more: also}
}

// EncodeErrorAnnotation writes the command for an error that is none of a
// report's: the text says why there is no report, or not all of it.
func EncodeErrorAnnotation(w io.Writer, text string) error {
	if _, err := io.WriteString(w, annotation{title: "pdsconform", text: text}.command("error")+"\n"); err != nil {
		return fmt.Errorf("write annotation: %w", err)
	}
	return nil
}

type annotation struct {
	title, text string
	more        string // behind the text, however long that is
}

// commands returns the commands of one kind, no more than are shown.
func commands(kind string, notes []annotation) []string {
	var lines []string
	for i, note := range notes {
		if i == annotationLimit-1 && len(notes) > annotationLimit {
			rest := fmt.Sprintf("And %d more, which the report has.", len(notes)-i)
			return append(lines, annotation{title: "more", text: rest}.command(kind))
		}
		lines = append(lines, note.command(kind))
	}
	return lines
}

var (
	annotationText  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	annotationTitle = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func (a annotation) command(kind string) string {
	return "::" + kind + " title=" + annotationTitle.Replace(printable(a.title)) + "::" +
		annotationText.Replace(shorten(printable(a.text), markdownValue)+a.more)
}

func uncoveredNote(report *Report) string {
	var counts Counts
	for _, result := range report.Results {
		counts.Add(result.Outcome)
	}
	var parts []string
	for _, outcome := range []Outcome{Blocked, NotObserved, Excluded} {
		if n := counts.Of(outcome); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcomeWords(outcome)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Of %s: %s.", plural(len(report.Results), "requirement"), strings.Join(parts, ", "))
}
