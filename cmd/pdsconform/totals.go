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
func (c *console) totals(report *reports.Report, paths []string) {
	summary := report.Summary
	parts := []string{count(summary.Requirements, "requirement")}
	for _, outcome := range reports.Outcomes() {
		if n := summary.Of(outcome); n > 0 || outcome == reports.Passed || outcome == reports.Failed {
			parts = append(parts, fmt.Sprintf("%d %s", n, heading(outcome)))
		}
	}
	c.printf("\n%s\n", strings.Join(parts, ", "))
	c.printf("declared errors observed: %d of %d\n", summary.Errors.Observed, summary.Errors.Declared)
	c.printf("%s, %s created, %d left\n",
		count(summary.Requests, "request"), count(summary.Accounts.Created, "account"), summary.Accounts.Left)
	c.printf("target %s, revision %s, seed %d, %s\n",
		c.target(report.Target), report.Run.Revision, report.Run.Seed, duration(report.Run.DurationMs))
	if len(paths) > 0 {
		c.printf("reports: %s\n", strings.Join(paths, ", "))
	}
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

// verdict prints the one line that matters.
func (c *console) verdict(report *reports.Report) {
	code := report.Summary.ExitCode
	words := code.String()
	switch code {
	case reports.ExitFails:
		words += ": " + count(report.Summary.GatingFailures, "gating requirement") + " failed"
	case reports.ExitConforms:
		if notGating := report.Summary.Failed - report.Summary.GatingFailures; notGating > 0 {
			words += ", though " + count(notGating, "requirement") + " that does not gate failed"
		}
	case reports.ExitInterrupted:
		words += ": the reports hold what had run"
	case reports.ExitNothingChecked:
		words += ": the selection is empty, or everything in it was blocked"
	}
	in := red
	if code == reports.ExitConforms {
		in = green
	}
	c.printf("%s %s\n", c.paint(in, "verdict: "+words), c.paint(grey, fmt.Sprintf("(exit code %d)", int(code))))
}
