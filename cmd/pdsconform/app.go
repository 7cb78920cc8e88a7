package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/coder/quartz"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// app is what every command has: where to read and write, the environment, and
// the suite, so that tests can stand in for each.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string

	// interactive reports whether somebody is there to answer a question.
	interactive func() bool
	agreed      *bool // whether accounts may be made, once that was asked

	runSuite       func(context.Context, suite.Config) (*reports.Report, error)
	listSuite      func(suite.Config) ([]reports.Requirement, error)
	chooseRevision func(context.Context, suite.Config) (suite.Config, error)
	cleanUp        func(context.Context, suite.Config, io.Reader) (int, error)

	clock  quartz.Clock
	answer func(ctx context.Context, target string) bool // whether anything serves at a URL
}

// Run is the whole program: it executes the command that args name and
// returns the exit code of the process. The environment is given in the form
// of os.Environ. When ctx ends, a run stops and reports what had run.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) int {
	return newApp(stdin, stdout, stderr, environ).run(ctx, args)
}

func newApp(stdin io.Reader, stdout, stderr io.Writer, environ []string) *app {
	return &app{
		stdin: stdin, stdout: stdout, stderr: stderr, environ: environ,
		interactive: func() bool { return isTerminal(stdin) && isTerminal(stderr) },
		runSuite:    suite.RunSpecs, listSuite: suite.List, chooseRevision: chooseRevision, cleanUp: suite.CleanUp,
		clock: quartz.NewReal(), answer: answers,
	}
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	code, message := verdict(root.ExecuteContext(ctx))
	if message != "" {
		fmt.Fprintf(a.stderr, "pdsconform: %s\n", message)
	}
	return int(code)
}

// exitError ends the process with a code. Without an error everything has
// been said.
type exitError struct {
	code reports.ExitCode
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return e.code.String()
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitWith returns nil for the code that means success.
func exitWith(code reports.ExitCode) error {
	if code == reports.ExitConforms {
		return nil
	}
	return &exitError{code: code}
}

// verdict decides the exit code of the process, here and nowhere else, and
// what is left to say.
func verdict(err error) (reports.ExitCode, string) {
	var (
		exit        *exitError
		usage       *usageError
		selection   *suite.UsageError
		unreachable *suite.UnreachableError
		unwritten   *suite.UnwrittenError
	)
	switch {
	case err == nil:
		return reports.ExitConforms, ""
	case errors.As(err, &exit):
		if exit.err == nil {
			return exit.code, ""
		}
		return exit.code, exit.Error()
	case errors.As(err, &usage), errors.As(err, &selection):
		return reports.ExitUsage, oneLine(err.Error())
	case errors.As(err, &unwritten):
		return reports.ExitUnwritten, oneLine(err.Error())
	case errors.As(err, &unreachable):
		return reports.ExitUnreachable, oneLine(err.Error())
	}
	return reports.ExitSuiteFault, err.Error()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
