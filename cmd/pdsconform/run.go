package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/cobra"
)

func (a *app) runCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Check a server, by default the embedded reference mock",
		Long: `Checks a server against every requirement that the lexicon documents make, and
writes reports. Without --target the server is the reference mock, in this
process.

Every flag is also a variable (--admin-password is PDSCONFORM_ADMIN_PASSWORD)
and a key of the configuration file. A flag goes before the environment, the
environment before the file.

Exit codes: 0 conforms, 1 does not, 2 usage, 3 unreachable, 4 nothing checked,
6 report not written, 70 fault of the suite, 130 interrupted.`,
		Example: `  pdsconform run
  pdsconform run --endpoint createSession --verbose
  PDSCONFORM_ADMIN_PASSWORD=… pdsconform run --target https://pds.example.org --strict`,
		Args: noArgs,
	}
	addConfigFlag(cmd.Flags())
	cmd.Flags().AddFlagSet(optionFlags(new(settings)))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		settings, err := a.loadSettings(cmd.Flags())
		if err != nil {
			return err
		}
		return a.check(cmd.Context(), settings)
	}
	return cmd
}

// check runs the suite, writes the reports and prints what was found.
func (a *app) check(ctx context.Context, settings settings) error {
	config, err := settings.config()
	if err != nil {
		return err
	}
	formats, err := settings.reportFormats()
	if err != nil {
		return err
	}
	requirements, err := a.listSuite(config)
	if err != nil {
		return err
	}
	// Before the first request: a run without a place for its reports would
	// be for nothing.
	if err := os.MkdirAll(settings.out, 0o755); err != nil {
		return &exitError{reports.ExitUnwritten, fmt.Errorf("make report folder: %w (give another with --out)", err)}
	}
	if config.Target == "" {
		embedded, stop, err := embed(config)
		if err != nil {
			return err
		}
		defer stop()
		config = embedded
	}
	report, err := a.watch(ctx, config, settings, requirements)
	if err != nil {
		return err
	}
	return a.conclude(report, settings, formats)
}

// watch runs the suite and shows its progress.
func (a *app) watch(ctx context.Context, config suite.Config, settings settings, requirements []reports.Requirement) (*reports.Report, error) {
	progress := a.newProgress(settings, requirements)
	config.OnEvent = progress.event
	report, err := a.runSuite(ctx, config)
	progress.end()
	if err != nil && ctx.Err() != nil {
		return nil, &exitError{reports.ExitInterrupted, errors.New("interrupted before the first check, no report is written")}
	}
	return report, err
}

// conclude writes the reports, prints the findings and returns the exit code.
// A report that could not be written outweighs every verdict, since whoever
// reads reports would miss this one.
func (a *app) conclude(report *reports.Report, settings settings, formats []reports.Format) error {
	paths, unwritten := reports.Write(settings.out, formats, report)
	out := newConsole(a.stdout, a.colours(settings), settings.verbose)
	if !settings.quiet {
		out.findings(report)
		out.totals(report, paths)
	}
	out.verdict(report)
	if unwritten != nil {
		return &exitError{reports.ExitUnwritten, unwritten}
	}
	return exitWith(report.Summary.ExitCode)
}
