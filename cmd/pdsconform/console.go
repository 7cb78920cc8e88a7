package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"golang.org/x/term"
)

// colour is an ANSI colour.
type colour int

// The colours: of what is good, wrong, open and unimportant.
const (
	green  colour = 32
	red    colour = 31
	yellow colour = 33
	blue   colour = 36
	grey   colour = 90
)

// console prints the findings of a run.
type console struct {
	out     io.Writer
	colours bool
	verbose bool
}

func newConsole(out io.Writer, colours, verbose bool) *console {
	return &console{out: out, colours: colours, verbose: verbose}
}

// colours reports whether to print colours: where they can be seen, and unless
// the user objects.
func (a *app) colours(s settings) bool { return !s.noColor && a.colourful(a.stdout) }

// colourful reports whether a stream is a terminal that shows colours, and
// NO_COLOR (https://no-color.org) doesn't object.
func (a *app) colourful(stream io.Writer) bool {
	_, terminal := terminalOf(stream)
	return terminal && a.lookup("NO_COLOR") == "" && a.lookup("TERM") != "dumb"
}

// terminalOf returns the terminal that w writes to, where there is one.
func terminalOf(w io.Writer) (*os.File, bool) {
	file, ok := w.(*os.File)
	return file, ok && isTerminal(file)
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func (c *console) printf(format string, args ...any) {
	fmt.Fprintf(c.out, format, args...)
}

// paint returns text in a colour. Empty text stays empty.
func (c *console) paint(in colour, text string) string {
	if !c.colours || text == "" {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", in, text)
}

func (c *console) heading(in colour, format string, args ...any) {
	c.printf("\n%s\n", c.paint(in, fmt.Sprintf(format, args...)))
}

// newTable returns a table without a frame.
func newTable() table.Writer {
	writer := table.NewWriter()
	style := table.StyleDefault
	style.Name = "plain"
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header, style.Format.Footer = 0, 0
	writer.SetStyle(style)
	writer.SuppressTrailingSpaces()
	return writer
}

// printable makes control characters visible: what a target sends must not
// steer the terminal.
func printable(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, "\\u%04x", r)
	}
	return out.String()
}

// shortened returns the beginning of a text that is too long to be read.
func shortened(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return fmt.Sprintf("%s… (%d more characters)", string(runes[:limit]), len(runes)-limit)
}

// count returns a number with its noun, which gets an s where it is not one.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
