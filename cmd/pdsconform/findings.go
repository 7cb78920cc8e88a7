package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/reports"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// bodyLimit is how much of an answer is worth reading on a console; all of it
// is in the report.
const bodyLimit = 400

// findings prints the outcomes by method, and then what was found, the most
// important last, next to the totals.
func (c *console) findings(end conclusion) {
	report := end.report
	c.byMethod(report)
	c.reasons(report, reports.NotObserved, grey, "not observed: the target is within its rights")
	c.known(report)
	c.reasons(report, reports.Blocked, yellow, "blocked: could not be checked")
	c.reasons(report, reports.Errored, red, "errored: no verdict")
	c.causes(report)
	c.expired(end)
	c.stale(report)
}

// expired names the known failures that are not expected any more, of those
// that still fail or were not checked.
func (c *console) expired(end conclusion) {
	day, titled := end.report.Run.StartedAt.Local(), false
	for _, entry := range end.known {
		stale := slices.ContainsFunc(end.report.Summary.Stale, func(s reports.Stale) bool { return s.ID == entry.ID })
		if !entry.Expired(day) || stale {
			continue
		}
		if !titled {
			c.heading(yellow, "known failures whose time is over")
			titled = true
		}
		c.printf("  %s  until %s: %s\n", printable(entry.ID), entry.Until, printable(oneLine(entry.Reason)))
	}
}

// stale names the entries of the list of known failures that have to go.
func (c *console) stale(report *reports.Report) {
	if len(report.Summary.Stale) == 0 {
		return
	}
	c.heading(red, "stale: take these off the list of known failures")
	for _, entry := range report.Summary.Stale {
		c.printf("  %s  %s\n", printable(entry.ID), entry.Problem)
	}
}

// byMethod prints the table, so that it fits the terminal where there is one.
func (c *console) byMethod(report *reports.Report) {
	c.printf("%s\n", c.methodTable(report, widthOf(c.out)))
}

// methodTable is the table by method in no more than width columns, 0 for any
// number: where there is no room, methods have their short names, then headings
// a line for each word, and at last names are broken.
func (c *console) methodTable(report *reports.Report, width int) string {
	whole, words := func(s string) string { return s }, func(s string) string { return strings.ReplaceAll(s, " ", "\n") }
	short := func(nsid string) string { return nsid[strings.LastIndexByte(nsid, '.')+1:] }
	broken := func(nsid string) string { return text.WrapHard(short(nsid), leastName) }
	shown := c.methodRows(report, whole, whole)
	for _, form := range [][2]func(string) string{{short, whole}, {short, words}, {broken, words}} {
		if width > 0 && text.LongestLineLen(shown) > width {
			shown = c.methodRows(report, form[0], form[1])
		}
	}
	return shown
}

// leastName is how many columns the name of a method keeps.
const leastName = 12

// methodRows renders the table, with names and headings in some form. A column
// of zeros is left out but for those that a reader looks for.
func (c *console) methodRows(report *reports.Report, nameOf, headingOf func(string) string) string {
	columns := slices.DeleteFunc(reports.Outcomes(), func(outcome reports.Outcome) bool {
		wanted := []reports.Outcome{reports.Passed, reports.Failed, reports.Blocked, reports.NotObserved}
		return report.Summary.Of(outcome) == 0 && !slices.Contains(wanted, outcome)
	})
	header, footer := table.Row{"method"}, table.Row{"all"}
	configs := []table.ColumnConfig{}
	for i, outcome := range columns {
		header = append(header, headingOf(heading(outcome)))
		footer = append(footer, c.cell(outcome, report.Summary.Of(outcome)))
		configs = append(configs, table.ColumnConfig{
			Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight,
		})
	}
	rows := newTable()
	rows.SetColumnConfigs(configs)
	rows.AppendHeader(header)
	for _, endpoint := range endpoints(report) {
		if counts := report.Summary.ByEndpoint[endpoint]; counts.Excluded == counts.Total() {
			continue // the last row counts them
		}
		row := table.Row{nameOf(printable(endpoint))}
		for _, outcome := range columns {
			row = append(row, c.cell(outcome, report.Summary.ByEndpoint[endpoint].Of(outcome)))
		}
		rows.AppendRow(row)
	}
	rows.AppendFooter(footer)
	return rows.Render()
}

func endpoints(report *reports.Report) []string {
	var names []string
	for name := range report.Summary.ByEndpoint {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(reports.BuildOrder(a), reports.BuildOrder(b)), cmp.Compare(a, b))
	})
	return names
}

func heading(outcome reports.Outcome) string {
	return strings.ReplaceAll(string(outcome), "-", " ")
}

func (c *console) cell(outcome reports.Outcome, number int) any {
	in := grey
	switch {
	case number == 0:
		return c.paint(grey, "·")
	case outcome == reports.Passed:
		in = green
	case outcome == reports.Failed, outcome == reports.Errored:
		in = red
	case outcome == reports.Blocked:
		in = yellow
	}
	return c.paint(in, strconv.Itoa(number))
}

// reasonsShown is how many reasons are printed.
const reasonsShown = 4

// reasons prints what was not checked, grouped by why, and what would unlock
// it. Verbose names each requirement.
func (c *console) reasons(report *reports.Report, outcome reports.Outcome, in colour, title string) {
	groups := groupByReason(report, outcome)
	if len(groups) == 0 {
		return
	}
	c.heading(in, "%s", title)
	for i, group := range groups {
		if i == reasonsShown && !c.verbose {
			c.printf("        %s\n", c.paint(grey, "and "+count(len(groups)-i, "reason")+" more, see the reports and --verbose"))
			break
		}
		c.printf("  %4d  %s\n", len(group.ids), printable(shortened(oneLine(group.reason), lineLimit)))
		if group.unlock != "" {
			c.printf("        unlock with %s\n", group.unlock)
		}
		shown := group.ids
		if !c.verbose && len(shown) > 1 {
			shown = shown[:1]
		}
		if hidden := len(group.ids) - len(shown); hidden > 0 {
			shown = []string{shown[0] + " and " + count(hidden, "other") + ", see --verbose"}
		}
		for _, id := range shown {
			c.printf("        %s\n", c.paint(grey, id))
		}
	}
}

// known prints each known failure with its own reason.
func (c *console) known(report *reports.Report) {
	titled := false
	for _, result := range report.Results {
		if result.Outcome != reports.KnownFailure {
			continue
		}
		if !titled {
			c.heading(grey, "known failures")
			titled = true
		}
		c.printf("  %s\n        %s\n", result.ID, c.paint(grey, printable(oneLine(result.Reason))))
	}
}

type reasonGroup struct {
	reason, unlock string
	ids            []string
}

// groupByReason returns the largest group first.
func groupByReason(report *reports.Report, outcome reports.Outcome) []reasonGroup {
	var groups []reasonGroup
	for _, result := range report.Results {
		if result.Outcome != outcome || result.BlockedBy != "" {
			continue // what a failure blocks is told with it
		}
		i := slices.IndexFunc(groups, func(group reasonGroup) bool {
			return group.reason == result.Reason && group.unlock == result.Unlock
		})
		if i < 0 {
			i = len(groups)
			groups = append(groups, reasonGroup{reason: result.Reason, unlock: result.Unlock})
		}
		groups[i].ids = append(groups[i].ids, result.ID)
	}
	slices.SortStableFunc(groups, func(a, b reasonGroup) int { return cmp.Compare(len(b.ids), len(a.ids)) })
	return groups
}

// How many findings are printed in full, and how many in all; the reports have
// every one. Verbose prints all, in full.
const (
	findingsInFull = 3
	findingsShown  = 16
)

// causes prints what failed by cause: what doesn't gate in a line each, and then
// what gates, in the order in which a server is built.
func (c *console) causes(report *reports.Report) {
	var gating, other []reports.Cause
	for _, cause := range report.Causes() {
		switch {
		case cause.Gates(report.Run.Strict):
			gating = append(gating, cause)
		case cause.Lead().Outcome == reports.Failed:
			other = append(other, cause)
		}
	}
	c.listCauses(other, yellow, "failed, does not gate", 0)
	c.listCauses(gating, red, "failed", findingsInFull)
}

func (c *console) listCauses(causes []reports.Cause, in colour, title string, full int) {
	if len(causes) == 0 {
		return
	}
	c.heading(in, "%s: %s", title, count(len(causes), "finding"))
	for i, cause := range causes {
		switch {
		case c.verbose || i < full:
			c.failure(in, cause)
		case i < findingsShown:
			c.brief(in, cause, full > 0)
		}
	}
	if hidden := len(causes) - findingsShown; hidden > 0 && !c.verbose {
		c.printf("  %s\n", c.paint(grey, "and "+count(hidden, "finding")+" more, see the reports and --verbose"))
	}
}

// brief prints a finding in one line, and in another what was expected and seen.
func (c *console) brief(in colour, cause reports.Cause, second bool) {
	lead := cause.Lead()
	seen := printable(shortened(oneLine("expected "+lead.Expected+", got "+lead.Actual), lineLimit))
	if second {
		c.printf("\n  %s  %s\n    %s\n", c.paint(in, lead.ID), c.paint(grey, explained(cause)), seen)
		return
	}
	c.printf("  %s  %s\n", c.paint(in, lead.ID), c.paint(grey, explained(cause)+": "+shortened(seen, lineLimit/2)))
}

// lineLimit is how much of a text fits a line or two.
const lineLimit = 160

// explained says how binding a finding is, and how much it explains.
func explained(cause reports.Cause) string {
	lead := cause.Lead()
	words := string(lead.Level) + ", " + string(lead.Authority)
	if alike := len(cause.Failures) - 1; alike > 0 {
		words += fmt.Sprintf(", and %d alike", alike)
	}
	if blocked := len(cause.Blocked); blocked > 0 {
		words += fmt.Sprintf(", %d blocked by it", blocked)
	}
	return words
}

// idsShown is how many of the requirements that a finding explains are named.
const idsShown = 4

// alike names the failures that have the same cause as the first.
func (c *console) alike(cause reports.Cause) {
	var ids []string
	for _, failure := range cause.Failures[1:] {
		ids = append(ids, failure.ID)
	}
	if hidden := len(ids) - idsShown; hidden > 0 && !c.verbose {
		ids = append(ids[:idsShown], "and "+count(hidden, "other"))
	}
	c.field("alike", strings.Join(ids, "\n"))
	if blocked := len(cause.Blocked); blocked > 0 {
		c.field("blocks", count(blocked, "requirement"))
	}
}

// failure prints a finding in the way of a letter to the server's author: what is
// asked for, what came instead, who says so, and how to see it.
func (c *console) failure(in colour, cause reports.Cause) {
	result := cause.Lead()
	c.printf("\n  %s  %s\n", c.paint(in, result.ID), c.paint(grey, string(result.Level)+", "+string(result.Authority)))
	c.field("obligation", result.Title)
	c.field("expected", result.Expected)
	c.field("actual", result.Actual)
	c.field("source", result.Source)
	c.field("seen in", strings.Join(result.SeenIn, ", "))
	shown := result.Exchanges
	if !c.verbose && len(shown) > 1 {
		shown = shown[len(shown)-1:]
		c.field("evidence", "the last of "+count(len(result.Exchanges), "exchange")+", see --verbose")
	}
	for _, exchange := range shown {
		c.field("exchange", exchange.Curl)
		c.field("answer", answer(exchange.Response))
	}
	c.alike(cause)
}

func (c *console) field(label, value string) {
	if value == "" {
		return
	}
	const indent = "\n                "
	c.printf("    %-12s%s\n", label, strings.ReplaceAll(printable(strings.TrimSpace(value)), "\n", indent))
}
