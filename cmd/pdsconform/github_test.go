package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// forged is an answer that would be a command to the runner of GitHub Actions.
const forged = "got\n::error title=forged::by the target\n  ::add-mask::a"

func inActions(summary string, results ...reports.Result) *harness {
	return &harness{
		environ: []string{"GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=" + summary},
		report:  reports.New(reports.Content{Results: results}),
	}
}

func TestStepSummaryIsAppendedTo(t *testing.T) {
	t.Parallel()
	summary := filepath.Join(t.TempDir(), "summary.md")
	write(t, summary, "what was there, unfinished")
	h := inActions(summary, reports.Result{Requirement: requirement(), Outcome: reports.Failed, Expected: "200", Actual: "500"})
	for range 2 {
		if code := h.run(t, "run", against); code != 1 {
			t.Fatalf("exit code %d: %s", code, h.stderr.String())
		}
	}
	text, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	if !strings.HasPrefix(page, "what was there, unfinished\n## ") || strings.Count(page, "\n### What failed: 1 finding\n") != 2 {
		t.Errorf("the summary is %q", page)
	}
}

// TestStepSummaryStaysSmall has more to tell than a summary holds.
func TestStepSummaryStaysSmall(t *testing.T) {
	t.Parallel()
	summary := filepath.Join(t.TempDir(), "summary.md")
	failed := reports.Result{Requirement: requirement(), Outcome: reports.Failed, Actual: strings.Repeat("ä<|", 300)}
	var many []reports.Result
	for i := range 300 {
		failed.Actual = fmt.Sprintf("%d %s", i, strings.Repeat("ä<|", 300)) // each for another reason
		many = append(many, failed)
	}
	if code := inActions(summary, many...).run(t, "run", against); code != 1 {
		t.Fatalf("exit code %d", code)
	}
	info, err := os.Stat(summary)
	if err != nil || info.Size() > 60_000 || info.Size() < 30_000 {
		t.Errorf("the summary has %d bytes (%v)", info.Size(), err)
	}
}

func TestStepSummaryThatCantBeWritten(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	h := inActions(folder, reports.Result{Requirement: requirement(), Outcome: reports.Passed})
	if code := h.run(t, "run", against); code != 6 {
		t.Errorf("exit code %d, want 6", code)
	}
	if message := h.stderr.String(); !strings.Contains(message, "GITHUB_STEP_SUMMARY") || !strings.Contains(message, folder) {
		t.Errorf("the message names neither variable nor file: %q", message)
	}
	if !strings.Contains(h.stdout.String(), "verdict:") || !strings.Contains(h.stdout.String(), "::error title=pdsconform::append to") {
		t.Errorf("printed: %s", h.stdout.String())
	}
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	failed := reports.Result{Requirement: requirement(), Outcome: reports.Failed, Expected: "200", Actual: forged}
	for name, test := range map[string]struct {
		environ []string
		want    int
	}{
		"in Actions":           {[]string{"GITHUB_ACTIONS=true"}, 1},
		"elsewhere":            {nil, 0},
		"Actions switched off": {[]string{"GITHUB_ACTIONS=false"}, 0},
	} {
		h := harness{environ: test.environ, report: reports.New(reports.Content{Results: []reports.Result{failed}})}
		if code := h.run(t, "run", against); code != 1 {
			t.Errorf("%s: exit code %d", name, code)
		}
		if got := strings.Count(h.stdout.String(), "\n::error title="+requirement().ID+"::"); got != test.want {
			t.Errorf("%s: %d annotations, want %d: %s", name, got, test.want, h.stdout.String())
		}
	}
}

// commandsIn returns the commands that the runner of GitHub Actions would carry
// out: lines that begin with ::, but for those between stop and resume.
func commandsIn(output string) []string {
	var commands []string
	stop := regexp.MustCompile(`^::stop-commands::(\S+)$`)
	resume := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		switch found := stop.FindStringSubmatch(line); {
		case resume != "" && line == "::"+resume+"::":
			resume = ""
		case resume != "" || !strings.HasPrefix(line, "::"):
		case found != nil:
			resume = found[1]
		default:
			commands = append(commands, line)
		}
	}
	return commands
}

func TestTargetGivesNoCommands(t *testing.T) {
	t.Parallel()
	failed := reports.Result{Requirement: requirement(), Outcome: reports.Failed, Actual: forged}
	h := inActions("", failed)
	h.run(t, "run", against)
	if !strings.Contains(h.stdout.String(), "\n                ::error title=forged") {
		t.Fatalf("the answer is not printed as it came, so nothing is shown: %s", h.stdout.String())
	}
	commands := commandsIn(h.stdout.String())
	if len(commands) != 3 || !strings.HasPrefix(commands[0], "::error title="+requirement().ID+"::") ||
		!strings.HasPrefix(commands[1], "::notice title=verdict::") || !strings.HasPrefix(commands[2], "::notice title=profiles::") {
		t.Errorf("the runner would carry out %q", commands)
	}
}

func TestRunThatDoesNotStartIsAnnotated(t *testing.T) {
	t.Parallel()
	h := inActions("")
	h.err = &suite.UnreachableError{Problem: "nothing listens at\nhttp://127.0.0.1:1"}
	if code := h.run(t, "run", against); code != 3 {
		t.Errorf("exit code %d", code)
	}
	if got := commandsIn(h.stdout.String()); len(got) != 1 || !strings.HasPrefix(got[0], "::error title=pdsconform::nothing listens at http") {
		t.Errorf("commands: %q", got)
	}
}
