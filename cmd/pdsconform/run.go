package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
environment before the file. In the file alone, hooks name commands that stand
in for a control server, each a list of program and arguments:

  hooks:
    advanceClock: ["./advance.sh"]   # PDSCONFORM_ADVANCE=20m
    takedown:     ["./takedown.sh"]  # PDSCONFORM_DID, PDSCONFORM_ACTION
    readMail:     ["./mail.sh"]      # PDSCONFORM_TO

Their programs, and lists of known failures that the file names, lie relative
to it.

What a run makes on a target it deletes in the end. Should it be cut off, or have
no way to, its journal (journal.jsonl beside the reports) tells pdsconform
cleanup what is left.

In GitHub Actions the page of report.md is also appended to the summary of the
step ($GITHUB_STEP_SUMMARY), and findings are annotations (::error …).

Several requirements are checked at once: as many as suit the time that the
target takes to answer, or --parallel N. Verdicts are the same for every number.
--shard I/N checks the Ith of N parts that cost the same, for machines that don't
see each other: join their reports by pdsconform report merge. Where shards share
a target, none may move its clock.

Exit codes: 0 conforms, 1 does not, 2 usage, 3 unreachable, 4 nothing checked,
5 list of known failures stale, 6 report not written, 70 fault of the suite,
130 interrupted.`,
		Example: `  pdsconform run
  pdsconform run --endpoint createSession --verbose
  pdsconform run --target http://localhost:2583 --profile sessions --account alice.test:password
  pdsconform run --rerun-failed pdsconform-report/report.json
  PDSCONFORM_ADMIN_PASSWORD=… pdsconform run --target https://pds.example.org --strict
  pdsconform run --target https://pds.example.org --parallel 4
  pdsconform run --shard 2/4
  pdsconform run --target http://localhost:2583 --mail smtp://127.0.0.1:1025
  pdsconform run --target http://localhost:2583 --write-known-failures known.yaml
  pdsconform run --target http://localhost:2583 --known-failures known.yaml`,
		Args: noArgs,
	}
	addConfigFlag(cmd.Flags())
	cmd.Flags().AddFlagSet(optionFlags(new(settings)))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		settings, err := a.loadSettings(cmd.Flags())
		if err == nil && settings.watch {
			err = a.keepChecking(cmd.Context(), settings, cmd.Flags())
		} else if err == nil {
			_, err = a.check(cmd.Context(), settings, cmd.Flags(), nil)
		}
		a.annotateError(err)
		return err
	}
	return cmd
}

// check runs the suite, writes the reports and prints what was found, or of a
// report before it what has changed. The flags are those that were given on the
// command line.
func (a *app) check(ctx context.Context, settings settings, given *pflag.FlagSet, before *reports.Report) (*reports.Report, error) {
	ctx, end := settings.until(ctx)
	defer end()
	config, formats, requirements, err := a.prepare(ctx, &settings)
	if err != nil {
		return nil, err
	}
	if config.Target == "" {
		embedded, stop, err := embed(config)
		if err != nil {
			return nil, err
		}
		defer stop()
		config = embedded
	}
	report, err := a.runShown(ctx, config, settings, requirements)
	if err != nil {
		// Of a journal that was there before, the error itself tells.
		command, usage := remains(config, given), new(suite.UsageError)
		if command != "" && !errors.As(err, &usage) {
			fmt.Fprintf(a.stderr, "something may be left on the target, remove it: %s\n", command)
		}
		return nil, err
	}
	return report, a.conclude(settings, formats, conclusion{
		report: report, before: before, known: config.KnownFailures, cleanUp: remains(config, given), throwaway: config.Throwaway,
	})
}

// until ends a context at the deadline of a run, as an interruption would.
func (s settings) until(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	end := func() { cancel(nil) }
	if s.deadline <= 0 {
		return ctx, end
	}
	timer := time.AfterFunc(s.deadline, func() { cancel(fmt.Errorf("--deadline %s is over", s.deadline)) })
	return ctx, func() { timer.Stop(); end() }
}

// prepare finds out what is to be run, before anything is judged.
func (a *app) prepare(ctx context.Context, settings *settings) (suite.Config, []reports.Format, []reports.Requirement, error) {
	config, err := settings.config()
	if err != nil {
		return config, nil, nil, err
	}
	if config, err = a.resolveRevision(ctx, settings, config); err != nil {
		return config, nil, nil, err
	}
	formats, err := settings.reportFormats(config.Catalog)
	if err != nil {
		return config, nil, nil, err
	}
	requirements, err := a.listSuite(config)
	if err != nil {
		return config, nil, nil, err
	}
	if err := settings.makeRoom(); err != nil {
		return config, nil, nil, &exitError{reports.ExitUnwritten, err}
	}
	return config, formats, requirements, nil
}

// makeRoom shows before the first request that there is a place for what is
// written after the last: a run without would be for nothing.
func (s settings) makeRoom() error {
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return fmt.Errorf("make report folder: %w (give another with --out)", err)
	}
	probe, err := os.CreateTemp(s.out, ".pdsconform.*")
	if err != nil {
		return fmt.Errorf("nothing can be written to the report folder: %w (give another with --out)", err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return fmt.Errorf("nothing can be written to the report folder: %w (give another with --out)", err)
	}
	if s.writeKnownFailures == "" {
		return nil
	}
	if info, err := os.Stat(filepath.Dir(s.writeKnownFailures)); err != nil || !info.IsDir() {
		return fmt.Errorf("--write-known-failures %s: there is no such folder", s.writeKnownFailures)
	}
	return nil
}

// runShown runs the suite and shows its progress.
func (a *app) runShown(ctx context.Context, config suite.Config, settings settings, requirements []reports.Requirement) (*reports.Report, error) {
	progress := a.newProgress(settings, requirements)
	config.OnEvent = progress.event
	config.Confirm = a.consent(ctx, config, settings, progress)
	report, err := a.runSuite(ctx, config)
	progress.end()
	if err != nil && ctx.Err() != nil {
		return nil, interruptedEarly(ctx)
	}
	return report, err
}

// interruptedEarly says that a run has ended before there was anything to report.
func interruptedEarly(ctx context.Context) error {
	why := ""
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		why = " (" + cause.Error() + ")"
	}
	return &exitError{reports.ExitInterrupted, fmt.Errorf("interrupted before the first check, no report is written%s", why)}
}

// conclusion is what a run ends with.
type conclusion struct {
	report    *reports.Report
	before    *reports.Report // nil where it is the first
	known     []reports.ExpectedFailure
	paths     []string // of the reports
	written   string   // the path of the list of known failures, if one was asked for
	throwaway bool     // what was made stays on the target, as was asked for

	cleanUp string // the command that removes what was left behind, if anything was
}

// conclude writes the reports, prints the findings and returns the exit code.
// A report that could not be written outweighs every verdict, since whoever
// reads reports would miss this one.
func (a *app) conclude(settings settings, formats []reports.Format, end conclusion) error {
	report := end.report
	paths, unwritten := reports.Write(settings.out, formats, report)
	if path := settings.writeKnownFailures; path != "" && !report.Run.Interrupted {
		if err := writeKnownFailures(path, report, end.known); err != nil {
			unwritten = errors.Join(unwritten, err)
		} else {
			end.written = path
		}
	}
	unwritten = errors.Join(unwritten, a.appendSummary(report))
	end.paths = paths
	code := report.Summary.ExitCode
	if unwritten != nil {
		code = reports.ExitUnwritten
	}
	if settings.quiet && end.cleanUp != "" {
		fmt.Fprintf(a.stderr, "%s left behind on the target, or app passwords; remove them: %s\n", count(report.Summary.Accounts.Left, "account"), end.cleanUp)
	}
	out := newConsole(a.stdout, a.colours(settings), settings.verbose)
	a.plainly(func() {
		switch {
		case settings.quiet:
		case end.before != nil:
			out.changes(end.before, report)
		default:
			out.findings(end)
			out.totals(end)
		}
		out.verdict(report, code)
	})
	if err := errors.Join(unwritten, a.annotate(report)); err != nil {
		return &exitError{reports.ExitUnwritten, err}
	}
	return exitWith(report.Summary.ExitCode)
}
