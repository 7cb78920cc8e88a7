package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/pdsconform/pdsconform/reports"
)

// The variables that a step of GitHub Actions is told by where it runs, and
// which file it shows on the page of the run.
// Source: https://docs.github.com/actions/reference/variables-reference
const (
	actionsVariable = "GITHUB_ACTIONS"
	summaryVariable = "GITHUB_STEP_SUMMARY"
)

func (a *app) inActions() bool { return a.lookup(actionsVariable) == "true" }

// appendSummary adds the page of report.md to the summary of a step, where
// there is one. Others may have written to the file, and may yet.
func (a *app) appendSummary(report *reports.Report) error {
	path := a.lookup(summaryVariable)
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644) //nolint:gosec // others read it
	if err != nil {
		return fmt.Errorf("append to %s: %w (unset it to do without)", summaryVariable, err)
	}
	// Text that the last writer didn't end would make the heading part of it.
	_, err = io.WriteString(file, "\n")
	if err == nil {
		err = reports.EncodeMarkdown(file, report)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("append to %s: %w (unset it to do without)", summaryVariable, err)
	}
	return nil
}

// annotate prints the findings as annotations of a step.
func (a *app) annotate(report *reports.Report) error {
	if !a.inActions() {
		return nil
	}
	return reports.EncodeAnnotations(a.stdout, report)
}

// annotateError prints as an annotation what kept a run from its end.
func (a *app) annotateError(err error) {
	if _, message := verdict(err); message != "" && a.inActions() {
		// Whoever can't read this reads the same on standard error.
		_ = reports.EncodeErrorAnnotation(a.stdout, message)
	}
}

// plainly runs a function whose output quotes what a target answered. In
// GitHub Actions a line of it could be a command to the runner, so commands are
// off until a word comes that nobody can guess.
// Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func (a *app) plainly(show func()) {
	if !a.inActions() {
		show()
		return
	}
	word := rand.Text()
	fmt.Fprintf(a.stdout, "::stop-commands::%s\n", word)
	show()
	fmt.Fprintf(a.stdout, "::%s::\n", word)
}
