package reports

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// markdownBudget is the size in bytes that the page never exceeds: a comment
	// on a pull request holds 65536 characters.
	markdownBudget = 59_000

	// markdownFailures is what the failures may take up of it, so that the
	// rest of the page is there however many there are.
	markdownFailures = 36_000

	// markdownValue is the longest value that is shown whole.
	markdownValue = 600
)

// EncodeMarkdown writes a page for a pull request or the summary of a CI job:
// the verdict, the numbers, what failed with its evidence folded away, what
// was not covered and why, and the matrix of methods by facet. It stays under
// 60 KB whatever happened, and says what it leaves out.
func EncodeMarkdown(w io.Writer, report *Report) error {
	page := &markdownPage{left: markdownBudget}
	page.head(report)
	page.outcomes(report)
	page.profiles(report)
	page.failures(report)
	page.uncovered(report)
	page.stale(report)
	page.matrix(report)
	page.declared(report)
	if _, err := io.WriteString(w, page.text.String()); err != nil {
		return fmt.Errorf("encode report as markdown: %w", err)
	}
	return nil
}

// markdownPage is a page with a budget: what doesn't fit is not added.
type markdownPage struct {
	text strings.Builder
	left int
}

// add appends a block, and reports whether it fit.
func (p *markdownPage) add(format string, args ...any) bool {
	block := fmt.Sprintf(format, args...)
	if len(block) > p.left {
		return false
	}
	p.left -= len(block)
	p.text.WriteString(block)
	return true
}

func (p *markdownPage) head(report *Report) {
	end := report.Verdict()
	sign := map[Tone]string{Good: "✅", Partial: "🔷", Qualified: "⚠️", Bad: "❌", Open: "❔"}[end.Tone]
	target := markdownCode(report.Target.URL)
	if report.Target.Embedded {
		target = "the embedded mock"
	}
	p.add("## %s %s\n\n", sign, sentence(markdownText(end.Words)))
	for _, remark := range end.Remarks {
		p.add("%s. ", sentence(markdownText(remark)))
	}
	p.add("\n\n")
	what := "Target"
	if report.Kind == KindClient {
		what = "Client"
	}
	p.add("%s %s, lexicon revision %s, %s, %s, seed %d, exit code %d, %s.\n\n", what, target,
		markdownText(report.Run.Revision), report.Run.StartedAt.UTC().Format("2006-01-02 15:04 UTC"),
		plural(report.Summary.Requests, "request"), report.Run.Seed, report.Summary.ExitCode,
		markdownText(report.Tool.Name+" "+report.Tool.Version))
}

func (p *markdownPage) outcomes(report *Report) {
	byLevel, all := map[Level]Counts{}, Counts{}
	for _, result := range report.Results {
		counts := byLevel[result.Level]
		counts.Add(result.Outcome)
		byLevel[result.Level] = counts
		all.Add(result.Outcome)
	}
	p.add("| outcome | must | should | may | all |\n|---|--:|--:|--:|--:|\n")
	for _, outcome := range Outcomes() {
		p.add("| %s %s |", glyph(outcome), outcomeWords(outcome))
		for _, level := range Levels() {
			p.add(" %d |", byLevel[level].Of(outcome))
		}
		p.add(" **%d** |\n", all.Of(outcome))
	}
	p.add("\n")
}

func (p *markdownPage) profiles(report *Report) {
	if len(report.Summary.Profiles) == 0 {
		return
	}
	p.add("| profile | verdict | checked |\n|---|---|--:|\n")
	for _, profile := range report.Summary.Profiles {
		p.add("| %s | %s | %d of %d |\n", profile.Name, profile.Standing, profile.Checked, profile.Selected)
	}
	p.add("\n")
}

func (p *markdownPage) failures(report *Report) {
	causes := report.Causes()
	if len(causes) == 0 {
		return
	}
	p.add("### What failed: %s\n\n", plural(len(causes), "finding"))
	floor := p.left - markdownFailures
	for i, cause := range causes {
		block := markdownFailure(cause, report.Run.Strict)
		if p.left-len(block) < floor || !p.add("%s", block) {
			p.add("And %d more, which report.json and report.html have.\n\n", len(causes)-i)
			return
		}
	}
}

// markdownFailure folds a failure and its last exchange away under its
// obligation.
func markdownFailure(cause Cause, strict bool) string {
	var block strings.Builder
	result := cause.Lead()
	mark := string(result.Level)
	switch {
	case result.Outcome == Errored:
		mark += ", errored"
	case !result.Gates(strict):
		mark += ", does not gate"
	}
	if n := cause.Explains(); n > 1 {
		mark += ", explains " + plural(n, "requirement")
	}
	fmt.Fprintf(&block, "<details><summary><code>%s</code> (%s) %s</summary>\n\n",
		markdownText(result.ID), mark, markdownText(result.Title))
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&block, "- %s: %s\n", label, markdownCode(value))
		}
	}
	line("expected", result.Expected)
	line("actual", result.Actual)
	line("reason", result.Reason)
	line("source", result.Source)
	line("alike", causeIDs(cause.Failures[1:]))
	line("blocked by it", causeIDs(cause.Blocked))
	if n := len(result.Exchanges); n > 0 {
		last := result.Exchanges[n-1]
		block.WriteString("\n" + markdownFence(last.Curl+"\n\n"+last.Response.summary()))
	}
	block.WriteString("\n</details>\n\n")
	return block.String()
}

// causeIDs names some of the requirements that a finding explains.
func causeIDs(results []Result) string {
	const shown = 8
	ids := []string{}
	for _, result := range results[:min(shown, len(results))] {
		ids = append(ids, result.ID)
	}
	if more := len(results) - len(ids); more > 0 {
		ids = append(ids, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(ids, ", ")
}

func (p *markdownPage) uncovered(report *Report) {
	const shown = 20
	groups := groupUncovered(report.Results)
	if len(groups) == 0 {
		p.add("### What is not covered\n\nNothing.\n\n")
		return
	}
	total := 0
	for _, group := range groups {
		total += group.Count
	}
	p.add("### What is not covered: %d\n\n| | outcome | reason | unlock with |\n|--:|---|---|---|\n", total)
	for i, group := range groups {
		unlock := ""
		if group.Unlock != "" {
			unlock = markdownCell(markdownCode(group.Unlock))
		}
		if i == shown || !p.add("| %d | %s | %s | %s |\n", group.Count, outcomeWords(group.Outcome),
			markdownCell(markdownText(shorten(group.Reason, markdownValue))), unlock) {
			p.add("| | | and %s more | |\n", plural(len(groups)-i, "reason"))
			break
		}
	}
	p.add("\n")
}

func (p *markdownPage) stale(report *Report) {
	for i, entry := range report.Summary.Stale {
		if i == 0 {
			p.add("### Known failures that are none any more\n\n")
		}
		p.add("- %s: %s\n", markdownCode(entry.ID), markdownText(entry.Problem))
	}
	if len(report.Summary.Stale) > 0 {
		p.add("\n")
	}
}

func (p *markdownPage) matrix(report *Report) {
	p.add("### Methods by facet\n\n| method |")
	for _, facet := range Facets() {
		p.add(" %s |", facet)
	}
	p.add(" all |\n|---|%s\n", strings.Repeat("---|", len(Facets())+1))
	for _, row := range newMatrix(report.Results) {
		line := "| " + markdownText(shortName(row.Endpoint)) + " |"
		for _, cell := range append(row.Cells, row.All) {
			line += " " + markdownCount(cell) + " |"
		}
		p.add("%s\n", line)
	}
	p.add("\nPassed, of those there are.\n\n")
}

func markdownCount(cell tally) string {
	switch cell.Worst {
	case "":
		return ""
	case Passed:
		return fmt.Sprintf("%d ✓", cell.Passed)
	}
	return fmt.Sprintf("**%d/%d** %s", cell.Passed, cell.Total(), glyph(cell.Worst))
}

func (p *markdownPage) declared(report *Report) {
	methods := declaredErrors(report.Results)
	if len(methods) == 0 {
		return
	}
	errors := countErrors(report.Results)
	p.add("### Declared errors: %d of %d observed\n\n", errors.Observed, errors.Declared)
	for _, method := range methods {
		line := "- " + markdownText(shortName(method.Endpoint)) + ":"
		for _, result := range method.Errors {
			line += " " + glyph(result.Outcome) + " " + markdownText(result.Error)
		}
		p.add("%s\n", line)
	}
}

// shorten cuts a text after so many bytes, between two characters.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + " …"
}
