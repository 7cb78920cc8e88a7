package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// columnGap is what stands between two columns.
const columnGap = 2

// leastFlexible is how narrow a column of sentences may become before another
// column is left out instead.
const leastFlexible = 40

// widthOf returns the columns of the terminal that w writes to, 0 where it is none.
func widthOf(w io.Writer) int {
	file, ok := terminalOf(w)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// listing is a table for a terminal of any width.
type listing struct {
	header   table.Row
	rows     []table.Row
	flexible int   // the column of sentences, which are wrapped
	optional []int // columns that are left out, in this order, where there is no room
}

// writer returns the table as wide as it is, or, for a width above 0, so that it fits.
func (l listing) writer(width int) table.Writer {
	writer := newTable()
	writer.AppendHeader(l.header)
	writer.AppendRows(l.rows)
	if width > 0 {
		writer.SetColumnConfigs(l.fit(width))
	}
	return writer
}

// fit leaves out columns and wraps others until a row has no more than width columns.
func (l listing) fit(width int) []table.ColumnConfig {
	natural := l.widths()
	total := func(hidden []int) int {
		sum := min(natural[l.flexible], leastFlexible)
		for i, width := range natural {
			if i != l.flexible && !slices.Contains(hidden, i) {
				sum += width + columnGap
			}
		}
		return sum
	}
	hidden := 0
	for hidden < len(l.optional) && total(l.optional[:hidden]) > width {
		hidden++
	}
	var configs []table.ColumnConfig
	for _, column := range l.optional[:hidden] {
		configs = append(configs, table.ColumnConfig{Number: column + 1, Hidden: true})
	}
	rest := total(l.optional[:hidden]) - min(natural[l.flexible], leastFlexible)
	if room := width - rest; room >= leastFlexible {
		return append(configs, table.ColumnConfig{Number: l.flexible + 1, WidthMax: room, WidthMaxEnforcer: text.WrapSoft})
	}
	// Not even the names have room: those of the first column are broken.
	names := max(width-(rest-natural[0])-leastFlexible/2, leastFlexible/2)
	return append(configs,
		table.ColumnConfig{Number: 1, WidthMax: names},
		table.ColumnConfig{Number: l.flexible + 1, WidthMax: max(width-(rest-natural[0])-names, 1), WidthMaxEnforcer: text.WrapSoft})
}

// widths are those that the columns have when nothing is wrapped.
func (l listing) widths() []int {
	widths := make([]int, len(l.header))
	for _, row := range append([]table.Row{l.header}, l.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], text.StringWidth(fmt.Sprint(cell)))
		}
	}
	return widths
}
