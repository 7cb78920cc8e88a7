package selftest

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/pdsconform/pdsconform/reports"
)

// facets are the columns of the table, in the order in which a call meets them.
var facets = []string{"transport", "method", "auth", "credentials", "input", "text", "output", "disclosure", "errors", "isolation", "concurrency", "behaviour", "protocol"}

// EncodeText writes the table for a terminal of so many columns, 0 for any number,
// and what is left to mend. Facets without a defect are left out, and those for
// which there is no room have a table of their own below.
func (d Document) EncodeText(w io.Writer, width int) error {
	var tables []string
	rest := slices.DeleteFunc(slices.Clone(facets), func(facet string) bool {
		return !slices.ContainsFunc(d.Defects, func(v Verdict) bool { return v.Facet == facet })
	})
	for len(rest) > 0 {
		room := len(rest)
		for room > 1 && width > 0 && text.LongestLineLen(d.render(rest[:room])) > width {
			room--
		}
		tables = append(tables, d.render(rest[:room]))
		rest = rest[room:]
	}
	_, err := fmt.Fprintf(w, "%s\n\n%s%s", strings.Join(tables, "\n\n"), d.score(), d.remains())
	return err
}

// render renders the columns of some facets.
func (d Document) render(facets []string) string {
	rows := d.table(facets)
	rows.SetStyle(table.StyleLight)
	return rows.Render()
}

// EncodeMarkdown writes the table and what is left to mend as Markdown, the
// same for the same results.
func (d Document) EncodeMarkdown(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s\n\n%s%s", d.table(facets).RenderMarkdown(), d.score(), d.remains())
	return err
}

// table has a row for each method and a column for each of the facets; a cell
// tells how many of its defects were noticed.
func (d Document) table(facets []string) table.Writer {
	rows := table.NewWriter()
	header := table.Row{"noticed of made"}
	for _, facet := range facets {
		header = append(header, facet)
	}
	rows.AppendHeader(append(header, "all"))
	for _, method := range d.methods() {
		rows.AppendRow(d.row(name(method), facets, func(v Verdict) bool { return v.Method == method }))
	}
	rows.AppendRow(d.row("all", facets, func(Verdict) bool { return true }))
	return rows
}

func (d Document) row(title string, facets []string, in func(Verdict) bool) table.Row {
	row := table.Row{title}
	for _, facet := range facets {
		row = append(row, d.cell(func(v Verdict) bool { return in(v) && v.Facet == facet }))
	}
	return append(row, d.cell(in))
}

func (d Document) cell(in func(Verdict) bool) string {
	killed, all := 0, 0
	for _, verdict := range d.Defects {
		if !in(verdict) {
			continue
		}
		all++
		if verdict.Killed {
			killed++
		}
	}
	if all == 0 {
		return "·"
	}
	return fmt.Sprintf("%d/%d", killed, all)
}

// methods are those of the defects, by name; last what belongs to none.
func (d Document) methods() []string {
	var methods []string
	for _, verdict := range d.Defects {
		if !slices.Contains(methods, verdict.Method) {
			methods = append(methods, verdict.Method)
		}
	}
	slices.SortFunc(methods, func(a, b string) int {
		if a == "" || b == "" {
			return strings.Compare(b, a)
		}
		return strings.Compare(a, b)
	})
	return methods
}

func name(method string) string {
	if method == "" {
		return "the protocol"
	}
	return method[strings.LastIndexByte(method, '.')+1:]
}

func (d Document) score() string {
	byLevel := map[reports.Level]int{}
	for _, verdict := range d.Defects {
		byLevel[verdict.Level]++
	}
	var levels []string
	for _, level := range reports.Levels() {
		if byLevel[level] > 0 {
			levels = append(levels, fmt.Sprintf("%d by a `%s`", byLevel[level], level))
		}
	}
	noun := "defects"
	if len(d.Defects) == 1 {
		noun = "defect"
	}
	return fmt.Sprintf("%d %s, %.1f %% noticed for the right reason (%s).\n",
		len(d.Defects), noun, d.Score, strings.Join(levels, ", "))
}

// remains lists what was not noticed, and what nothing breaks.
func (d Document) remains() string {
	var out strings.Builder
	list := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(&out, "\n%s:\n\n- %s\n", title, strings.Join(lines, "\n- "))
		}
	}
	var survivors, wrong, reasons, unexplained []string
	excused := map[string][]string{} // by reason
	for _, v := range d.Defects {
		switch {
		case v.Killed:
		case len(v.WrongReason) == 0:
			survivors = append(survivors, v.ID+": "+v.Description)
		default:
			wrong = append(wrong, v.ID+": "+v.Description+"; failed were "+some(v.WrongReason))
		}
	}
	for _, s := range d.RequirementsWithoutKiller {
		if s.Reason == "" {
			unexplained = append(unexplained, s.ID)
		} else {
			if excused[s.Reason] == nil {
				reasons = append(reasons, s.Reason)
			}
			excused[s.Reason] = append(excused[s.Reason], s.ID)
		}
	}
	list("Not noticed", survivors)
	list("Noticed for a wrong reason only", wrong)
	list("`must` requirements that no defect breaks", unexplained)
	for i, reason := range reasons {
		reasons[i] = strings.Join(excused[reason], ", ") + ": " + reason
	}
	list("`must` requirements that the mock can't be made to break", reasons)
	return out.String()
}

// some keeps a line readable.
func some(ids []string) string {
	const most = 5
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}
