package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// progress shows how far a run is, on standard error: on a terminal in one
// line that is written over, elsewhere in a line for each endpoint that is
// through.
type progress struct {
	out      io.Writer
	terminal *os.File // nil where lines stay
	silent   bool

	awaited map[string]int // requirements by endpoint that have no result yet
	counts  map[string]*reports.Counts
	shown   int // columns of the terminal's line that hold anything
}

func (a *app) newProgress(s settings, requirements []reports.Requirement) *progress {
	p := &progress{
		out:     a.stderr,
		silent:  s.quiet || s.progress == progressNone,
		awaited: map[string]int{},
		counts:  map[string]*reports.Counts{},
	}
	if file, ok := terminalOf(a.stderr); ok && s.progress == progressAuto {
		p.terminal = file
	}
	for _, requirement := range requirements {
		p.awaited[requirement.Endpoint]++
	}
	return p
}

// event is told what happens, one call after the other.
func (p *progress) event(event suite.Event) {
	switch {
	case p.silent:
	case event.Kind != suite.EventResult:
		if event.Text == "" {
			return
		}
		p.note(event.Text)
	case p.terminal != nil:
		p.rewrite(event)
	case event.Result != nil && event.Result.Outcome != reports.Excluded:
		p.count(*event.Result)
	}
}

// note prints a line.
func (p *progress) note(text string) {
	if p.silent {
		return
	}
	p.clear()
	fmt.Fprintln(p.out, printable(oneLine(text)))
}

// rewrite shows one line, cut to the width of the terminal.
func (p *progress) rewrite(event suite.Event) {
	line := fmt.Sprintf("%d of %d", event.Done, event.Total)
	if event.Result != nil {
		line += "  " + event.Result.ID
	}
	if width, _, err := term.GetSize(int(p.terminal.Fd())); err == nil && len(line) >= width && width > 0 {
		line = line[:width-1]
	}
	line = printable(line)
	// Blanks wipe what was there before, since not every terminal knows escapes.
	fmt.Fprintf(p.out, "\r%s%s", line, strings.Repeat(" ", max(0, p.shown-text.StringWidth(line))))
	p.shown = text.StringWidth(line)
}

// count prints the line of an endpoint when its last requirement is through.
func (p *progress) count(result reports.Result) {
	counts, ok := p.counts[result.Endpoint]
	if !ok {
		counts = new(reports.Counts)
		p.counts[result.Endpoint] = counts
	}
	counts.Add(result.Outcome)
	if p.awaited[result.Endpoint]--; p.awaited[result.Endpoint] != 0 {
		return
	}
	fmt.Fprintf(p.out, "%s: %d passed, %d failed of %d\n",
		result.Endpoint, counts.Passed, counts.Failed, counts.Total())
}

// end leaves the terminal as it was.
func (p *progress) end() { p.clear() }

func (p *progress) clear() {
	if p.shown > 0 {
		fmt.Fprintf(p.out, "\r%s\r", strings.Repeat(" ", p.shown))
		p.shown = 0
	}
}
