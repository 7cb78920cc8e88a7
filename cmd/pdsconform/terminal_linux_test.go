package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/sys/unix"

	"github.com/pdsconform/pdsconform/reports"
)

// pseudoTerminal returns both ends of a terminal of that many columns.
func pseudoTerminal(t *testing.T, columns uint16) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %s", err)
	}
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns})
	}
	if err != nil {
		t.Skipf("there are no terminals here: %s", err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	return screen, terminal
}

// onTerminal runs a command on a terminal and returns what is to be seen there.
func onTerminal(t *testing.T, columns uint16, environ []string, args ...string) string {
	t.Helper()
	screen, terminal := pseudoTerminal(t, columns)
	seen := make(chan string)
	go func() {
		text, _ := io.ReadAll(screen) // ends with an error when the other end is closed
		seen <- string(text)
	}()
	Run(context.Background(), args, strings.NewReader(""), terminal, terminal, environ)
	_ = terminal.Close()
	return strings.ReplaceAll(<-seen, "\r\n", "\n")
}

// Whoever wants no colours gets no escape sequence at all, from any command.
func TestNoColourLeavesNoEscape(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if code := Run(t.Context(), []string{"run", "--endpoint", "getSession", "--quiet", "--out", folder}, nil, io.Discard, io.Discard, nil); code != 0 {
		t.Fatalf("the run ended with %d", code)
	}
	commands := [][]string{
		{"run", "--endpoint", "getSession", "--verbose", "--out", folder},
		{"client", "--only", "client.session", "--out", t.TempDir(), "--", "true"},
		{"selftest", "--defect", "behaviour.deleteAccount.no-effect"},
		{"list", "--endpoint", "getSession"}, {"mock", "defects"}, {"mock", "variants"},
		{"report", "render", folder, "--out", t.TempDir()}, {"report", "merge", folder, "--out", t.TempDir()}, {"report", "diff", folder, folder},
		{"lexicons", "lint"}, {"version"}, {"help"}, {"run", "--help"}, {"run", "--nonsense"}, {"cleanup", "--journal", "none"},
	}
	for _, command := range commands {
		for _, environ := range []string{"NO_COLOR=1", "TERM=dumb"} {
			t.Run(environ+" "+strings.Join(command[:min(2, len(command))], " "), func(t *testing.T) {
				t.Parallel()
				if seen := onTerminal(t, 80, []string{environ}, command...); seen == "" || strings.Contains(seen, "\x1b") {
					t.Errorf("%q", seen)
				}
			})
		}
	}
	if seen := onTerminal(t, 80, []string{"TERM=xterm"}, "run", "--endpoint", "getSession", "--out", folder); !strings.Contains(seen, "\x1b[32m") {
		t.Errorf("there are no colours where they are wanted: %q", seen)
	}
}

// Tables fit narrow terminals, and say all that is in them.
func TestTablesFitTheTerminal(t *testing.T) {
	t.Parallel()
	for _, columns := range []uint16{60, 80} {
		for _, test := range []struct{ command, first, last string }{
			{"run --endpoint getAccountInviteCodes --out " + t.TempDir(), "method", "all"},
			{"run --endpoint createSession --only server.createSession --out " + t.TempDir(), "method", "all"},
			{"selftest --defect createSession --defect output.createSession --defect auth.getSession --defect behaviour.getSession --defect transport.createSession", "", "│ ALL"},
			{"list --endpoint getSession", "requirement", ""},
			{"mock defects", "defect", ""}, {"mock variants", "variant", ""},
		} {
			t.Run(fmt.Sprint(columns, " ", test.command[:8]), func(t *testing.T) {
				t.Parallel()
				lines := strings.Split(onTerminal(t, columns, []string{"NO_COLOR=1"}, strings.Fields(test.command)...), "\n")
				first := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, test.first) })
				if first < 0 {
					t.Fatalf("there is no table: %q", lines)
				}
				for _, line := range lines[first:] {
					line = line[strings.LastIndexByte(line, '\r')+1:]
					if text.StringWidth(line) > int(columns) {
						t.Errorf("%d columns: %s", text.StringWidth(line), line)
					}
					if test.last != "" && strings.HasPrefix(line, test.last) {
						return
					}
				}
			})
		}
	}
}

// The table by method gives way in steps: short names, then headings in lines.
func TestMethodTable(t *testing.T) {
	t.Parallel()
	report := found()
	report.Summary.ByEndpoint["com.atproto.server.getAccountInviteCodes"] = reports.Counts{Passed: 1000, Failed: 1000}
	shown := newConsole(io.Discard, true, false)
	for width, want := range map[int]string{
		0:   "com.atproto.server.getAccountInviteCodes",
		200: "com.atproto.server.getAccountInviteCodes",
		80:  "getAccountInviteCodes",
		70:  "observed\n",
	} {
		table := shown.methodTable(report, width)
		if !strings.Contains(text.StripEscape(table), want) {
			t.Errorf("%d: lacks %q:\n%s", width, want, table)
		}
		if width > 70 && text.LongestLineLen(table) > width {
			t.Errorf("%d: %d columns:\n%s", width, text.LongestLineLen(table), table)
		}
	}
}
