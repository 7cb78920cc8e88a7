package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/reports"
)

func answer(response reports.Response) string {
	if response.Error != "" {
		return "none: " + response.Error
	}
	return strings.TrimSpace(strconv.Itoa(response.Status) + " " + shortened(response.Body, bodyLimit))
}

// totals prints the numbers of a run and where its reports are.
func (c *console) totals(end conclusion) {
	report, summary := end.report, end.report.Summary
	parts := []string{count(summary.Requirements, "requirement")}
	for _, outcome := range reports.Outcomes() {
		if n := summary.Of(outcome); n > 0 || outcome == reports.Passed || outcome == reports.Failed {
			part := fmt.Sprintf("%d %s", n, heading(outcome))
			if outcome == reports.KnownFailure {
				part = count(n, heading(outcome))
			}
			parts = append(parts, part)
		}
	}
	c.printf("\n%s\n", strings.Join(parts, ", "))
	if report.Kind == reports.KindClient {
		c.printf("%s of the client\n", count(summary.Requests, "request"))
	} else {
		c.profiles(summary.Profiles)
		c.printf("declared errors observed: %d of %d\n", summary.Errors.Observed, summary.Errors.Declared)
		c.printf("%s, %s\n", count(summary.Requests, "request"), accounts(end))
	}
	if end.cleanUp != "" {
		how := "remove what is left:"
		if report.Target.Capabilities.Mail == "" {
			how = "remove what is left, where mail can be read (--mail, --control or hooks.readMail):"
		}
		c.printf("%s %s\n", c.paint(red, how), end.cleanUp)
	}
	what := "target"
	if report.Kind == reports.KindClient {
		what = "client"
	}
	c.printf("%s %s, revision %s, seed %d, %s\n",
		what, c.target(report.Target), report.Run.Revision, report.Run.Seed, duration(report.Run.DurationMs))
	if len(end.paths) > 0 {
		c.printf("reports: %s\n", strings.Join(end.paths, ", "))
	}
	if end.written != "" {
		c.printf("known failures: %s\n", end.written)
	}
}

// profiles prints the verdict on each part of a server, those of one standing in
// a line.
func (c *console) profiles(verdicts []reports.ProfileVerdict) {
	var order []reports.Standing
	of := map[reports.Standing][]string{}
	for _, verdict := range verdicts {
		if of[verdict.Standing] == nil {
			order = append(order, verdict.Standing)
		}
		of[verdict.Standing] = append(of[verdict.Standing], fmt.Sprintf("%s (%d of %d)", verdict.Name, verdict.Checked, verdict.Selected))
	}
	for _, standing := range order {
		c.printf("profiles, %s: %s\n", standing, strings.Join(of[standing], ", "))
	}
}

// accounts says how many accounts were made, and what became of them.
func accounts(end conclusion) string {
	made, left := end.report.Summary.Accounts.Created, end.report.Summary.Accounts.Left
	text := count(made, "account") + " created"
	switch {
	case end.report.Target.Embedded && made > 0:
		return text + " and gone with the mock"
	case end.throwaway && made > 0:
		return text + ", left on a target that is thrown away"
	case left > 0:
		return fmt.Sprintf("%s, %d left behind", text, left)
	case end.cleanUp != "":
		return text + ", app passwords left behind"
	case made > 0:
		return text + ", none left behind"
	}
	return text
}

func (c *console) target(target reports.Target) string {
	if target.Embedded {
		return "the embedded mock"
	}
	return printable(target.URL)
}

func duration(milliseconds int64) string {
	return (time.Duration(milliseconds) * time.Millisecond).Round(10 * time.Millisecond).String()
}

// tones are the colours of verdicts.
var tones = map[reports.Tone]colour{
	reports.Good: green, reports.Partial: blue, reports.Qualified: yellow, reports.Bad: red, reports.Open: yellow,
}

// verdict prints the one line that matters. What the process ends with is said
// there, which may be something else than the report's code: a report that
// could not be written.
func (c *console) verdict(report *reports.Report, code reports.ExitCode) {
	end := report.Verdict()
	line := c.paint(tones[end.Tone], "verdict: "+end.Words)
	for _, remark := range end.Remarks {
		line += "; " + remark
	}
	if code != report.Summary.ExitCode {
		line += "; " + c.paint(red, code.String())
	}
	c.printf("%s %s\n", line, c.paint(grey, fmt.Sprintf("(exit code %d)", int(code))))
}
