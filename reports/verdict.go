package reports

import (
	"fmt"
	"slices"
	"strings"
)

// Tone says how a verdict is to be shown, by colour or sign.
type Tone string

// The tones. Only Good is green.
const (
	Good      Tone = "good"      // conforms, and everything that gates was checked
	Partial   Tone = "partial"   // conforms in what was checked
	Qualified Tone = "qualified" // conforms but for known failures, or with a stale list of them
	Bad       Tone = "bad"       // does not conform
	Open      Tone = "open"      // no verdict: interrupted, unreachable, nothing or too little checked
)

// Sign returns a sign for the tone, for readers who don't see colours.
func (t Tone) Sign() string {
	switch t {
	case Good:
		return "✓"
	case Partial:
		return "◐"
	case Qualified:
		return "≈"
	case Bad:
		return "✗"
	case Open:
	}
	return "?"
}

// Verdict is what a report says of its target, in the words that every format
// uses.
type Verdict struct {
	Tone Tone

	// Words is the verdict as a clause that begins in lower case: "does not
	// conform: 2 gating requirements failed".
	Words string

	// Remarks is what else a reader has to know beside the words, coverage
	// first where the words don't hold it.
	Remarks []string

	Checked  int // requirements that were checked to a verdict
	Selected int // requirements that the user didn't exclude
}

// String is the verdict in one line.
func (v Verdict) String() string { return strings.Join(append([]string{v.Words}, v.Remarks...), "; ") }

// Verdict returns the verdict of the report. It is the only place that has the
// words: counts are taken from the results, since an older document may count
// less, and the exit code from the summary, which knows of stale entries.
func (r *Report) Verdict() Verdict {
	c := newCensus(r.Results, r.Run.Strict)
	v := Verdict{Checked: c.checked(), Selected: len(r.Results) - c.Excluded}
	coverage := fmt.Sprintf("%d of %s checked", v.Checked, plural(v.Selected, "requirement"))
	switch r.Summary.ExitCode {
	case ExitConforms, ExitFails, ExitStale:
		v.Tone, v.Words = c.words(v.Selected)
		if v.Tone != Partial {
			v.Remarks = append(v.Remarks, coverage)
		}
	case ExitNothingChecked:
		v.Tone, v.Words = Open, ExitNothingChecked.String()+": the selection is empty, or everything in it was blocked"
		unmet := r.Unmet()
		if c.disturbed > 0 {
			unmet = append(unmet, c.interference())
		}
		if v.Checked > 0 && len(unmet) > 0 {
			v.Words = "too little was checked: " + strings.Join(unmet, ", ")
		}
		v.Remarks = append(v.Remarks, coverage)
	default:
		v.Tone, v.Words = Open, r.Summary.ExitCode.String()
		v.Remarks = append(v.Remarks, coverage)
		if c.gating > 0 {
			v.Remarks = append(v.Remarks, plural(c.gating, "gating requirement")+" failed")
		}
	}
	v.Remarks = append(v.Remarks, r.remarks(c)...)
	if len(r.Summary.Stale) > 0 && (v.Tone == Good || v.Tone == Partial) {
		v.Tone = Qualified
	}
	return v
}

// remarks are what no verdict may hide.
func (r *Report) remarks(c census) []string {
	var remarks []string
	if other := c.Failed - c.gating; other > 0 {
		remarks = append(remarks, plural(other, "failure")+" that "+verb(other, "does", "do")+" not gate")
	}
	if errored := c.Errored - c.disturbed; errored > 0 {
		remarks = append(remarks, plural(errored, "check")+" came to no verdict")
	}
	if c.disturbed > 0 && r.Summary.ExitCode != ExitNothingChecked {
		remarks = append(remarks, c.interference())
	}
	if stale := len(r.Summary.Stale); stale > 0 {
		remarks = append(remarks, "the list of known failures is stale: "+plural(stale, "entry")+" to be taken off")
	}
	if unmet := r.Unmet(); len(unmet) > 0 && r.Summary.ExitCode != ExitNothingChecked {
		remarks = append(remarks, "too little was checked: "+strings.Join(unmet, ", "))
	}
	return remarks
}

// census is a count of results, with what gates among them.
type census struct {
	Counts
	gating    int // failures that gate
	blocked   int // blocked requirements that would gate
	disturbed int // checks that somebody else has disturbed
}

func newCensus(results []Result, strict bool) census {
	var c census
	for _, result := range results {
		c.Add(result.Outcome)
		switch {
		case result.Gates(strict):
			c.gating++
		case result.Outcome == Blocked && result.binds(strict):
			c.blocked++
		case result.Outcome == Errored && result.Fault == FaultInterference:
			c.disturbed++
		}
	}
	return c
}

// interference says that somebody else has disturbed the run.
func (c census) interference() string {
	return "somebody else moved the clock of the target while " + plural(c.disturbed, "requirement") + " " + verb(c.disturbed, "was", "were") + " being checked"
}

// checked is the number of requirements that came to a verdict.
func (c census) checked() int { return c.Passed + c.Failed + c.KnownFailures }

// words is the table of verdicts.
func (c census) words(selected int) (Tone, string) {
	switch {
	case c.gating > 0:
		return Bad, "does not conform: " + plural(c.gating, "gating requirement") + " failed"
	case c.KnownFailures > 0:
		return Qualified, "conforms but for " + plural(c.KnownFailures, "known failure")
	case c.blocked > 0:
		return Partial, fmt.Sprintf("conforms in what was checked: %d of %s", c.checked(), plural(selected, "requirement"))
	}
	return Good, "conforms"
}

// Unmet returns what the run was asked to have or to check, and didn't, each as
// a clause: "no mail", "12 of 50 requirements, 80 percent were asked for".
func (r *Report) Unmet() []string {
	var unmet []string
	for _, name := range r.Run.Require {
		if has, known := r.Target.Capabilities.Has(name); !known || !has {
			unmet = append(unmet, "no "+name)
		}
	}
	c := newCensus(r.Results, r.Run.Strict)
	selected := len(r.Results) - c.Excluded
	if least := r.Run.MinChecked; least > 0 && c.checked()*100 < least*selected {
		unmet = append(unmet, fmt.Sprintf("%d of %s, %d percent were asked for", c.checked(), plural(selected, "requirement"), least))
	}
	return unmet
}

// Needed returns the names that a run can be asked to have.
func Needed() []string { return []string{"sign-up", "admin", "mail", "clock", "takedown", "plc"} }

// Has reports whether the capability of that name is at hand, and whether there
// is one of that name.
func (c Capabilities) Has(name string) (has, known bool) {
	switch name {
	case "sign-up":
		return c.SignUp, true
	case "admin":
		return c.Admin, true
	case "mail":
		return c.Mail != "", true
	case "clock":
		return c.Clock, true
	case "takedown":
		return c.Takedown, true
	case "plc":
		return c.PLC, true
	}
	return false, slices.Contains(Needed(), name)
}

// verb returns the form of a verb that fits a number.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
