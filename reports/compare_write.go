package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// headings of the kinds of change.
func (k Kind) heading() string {
	switch k {
	case Broken:
		return "Broken"
	case Fixed:
		return "Fixed"
	case Changed:
		return "Other outcome or reason"
	case Added:
		return "New"
	case Gone:
		return "Gone"
	}
	return string(k)
}

// verdict says whether something broke.
func (c *Comparison) verdict() string {
	if c.Broke {
		return "something broke: " + plural(c.Counts[Broken], "requirement")
	}
	return "nothing broke"
}

// of returns the changes of one kind.
func (c *Comparison) of(kind Kind) []Change {
	var changes []Change
	for _, change := range c.Changes {
		if change.Kind == kind {
			changes = append(changes, change)
		}
	}
	return changes
}

// EncodeComparisonJSON writes the comparison as a document of its schema.
func EncodeComparisonJSON(w io.Writer, comparison *Comparison) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(comparison); err != nil {
		return fmt.Errorf("encode comparison as json: %w", err)
	}
	return nil
}

// EncodeComparisonText writes the comparison for a console, all of it.
func EncodeComparisonText(w io.Writer, comparison *Comparison) error {
	var text strings.Builder
	for i, side := range []Compared{comparison.Before, comparison.After} {
		fmt.Fprintf(&text, "%-7s %s, revision %s, %s, %s, exit code %d\n", [...]string{"before:", "after:"}[i],
			printable(side.Target), side.Revision, side.StartedAt.Format("2006-01-02 15:04:05 UTC"),
			plural(side.Requirements, "requirement"), side.ExitCode)
	}
	for _, kind := range Kinds() {
		changes := comparison.of(kind)
		if len(changes) == 0 {
			continue
		}
		fmt.Fprintf(&text, "\n%s (%d)\n", kind.heading(), len(changes))
		for _, change := range changes {
			fmt.Fprintf(&text, "  %s (%s)\n    %s\n", change.ID, change.Level, change.words(printable))
		}
	}
	fmt.Fprintf(&text, "\n%d the same\n%s\n", comparison.Same, comparison.verdict())
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("encode comparison as text: %w", err)
	}
	return nil
}

// words says from what to what a requirement went.
func (c Change) words(show func(string) string) string {
	side := func(finding Finding) string {
		if finding.Words == "" {
			return outcomeWords(finding.Outcome)
		}
		return outcomeWords(finding.Outcome) + ": " + show(shorten(finding.Words, markdownValue/2))
	}
	switch {
	case c.Before.Outcome == "":
		return side(c.After)
	case c.After.Outcome == "":
		return side(c.Before)
	}
	return side(c.Before) + " → " + side(c.After)
}

// EncodeComparisonMarkdown writes the comparison as a page for a pull request,
// under 60 KB whatever changed; what broke comes first.
func EncodeComparisonMarkdown(w io.Writer, comparison *Comparison) error {
	page := &markdownPage{left: markdownBudget - 200}
	sign := "✅"
	if comparison.Broke {
		sign = "❌"
	}
	page.add("## %s %s\n\n", sign, sentence(comparison.verdict()))
	page.add("| | target | revision | when | requirements | exit code |\n|---|---|---|---|--:|--:|\n")
	for i, side := range []Compared{comparison.Before, comparison.After} {
		page.add("| %s | %s | %s | %s | %d | %d |\n", [...]string{"before", "after"}[i],
			markdownCell(markdownCode(side.Target)), markdownText(side.Revision),
			side.StartedAt.Format("2006-01-02 15:04 UTC"), side.Requirements, side.ExitCode)
	}
	page.add("\n")
	for _, kind := range Kinds() {
		page.changes(kind, comparison.of(kind))
	}
	page.left += 200
	page.add("%d the same.\n", comparison.Same)
	if _, err := io.WriteString(w, page.text.String()); err != nil {
		return fmt.Errorf("encode comparison as markdown: %w", err)
	}
	return nil
}

func (p *markdownPage) changes(kind Kind, changes []Change) {
	const reserve = 800 // for the headings and remarks of the kinds that follow
	if len(changes) == 0 {
		return
	}
	p.add("### %s: %d\n\n", kind.heading(), len(changes))
	for i, change := range changes {
		line := fmt.Sprintf("- %s (%s) %s\n", markdownCode(change.ID), change.Level, change.words(markdownCode))
		if p.left-len(line) < reserve {
			p.add("- and %d more\n", len(changes)-i)
			break
		}
		p.add("%s", line)
	}
	p.add("\n")
}
