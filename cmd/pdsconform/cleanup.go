package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) cleanUpCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cleanup --journal FILE…",
		Short: "Delete what an interrupted run left on a target",
		Long: `Deletes the accounts that a run made on a target and could not delete itself, as
its journal says, and removes the journal when nothing is left. To delete an
account takes the code that the target mails (--mail, --control or the hook
readMail), or an admin credential where the target has an admin method for it.

Flags other than --journal are also variables and keys of the configuration
file, as those of pdsconform run are.

Exit codes: 0 nothing is left, 1 something is, 2 usage, 3 unreachable,
130 interrupted.`,
		Example: `  pdsconform cleanup --journal pdsconform-report/journal.jsonl --mail smtp://127.0.0.1:1025
  PDSCONFORM_ADMIN_PASSWORD=… pdsconform cleanup --journal pdsconform-report/journal.jsonl`,
		Args: noArgs,
	}
	journals := cmd.Flags().StringArray("journal", nil,
		"`FILE` that the run kept: journal.jsonl beside its reports, one for each process (repeatable)")
	addConfigFlag(cmd.Flags())
	addAccessFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if len(*journals) == 0 || slices.Contains(*journals, "") {
			return usagef("--journal needs the file that the run kept, such as pdsconform-report/journal.jsonl")
		}
		settings, err := a.loadSettings(cmd.Flags())
		if err != nil {
			return err
		}
		var errs []error
		for _, journal := range *journals {
			if err := a.removeRemains(cmd.Context(), journal, settings); err != nil {
				errs = append(errs, err)
			}
		}
		if len(errs) < 2 {
			return errors.Join(errs...)
		}
		code, _ := verdict(errs[0])
		return &exitError{code, errors.Join(errs...)}
	}
	return cmd
}

// addAccessFlags adds those options of a run that say how a target is reached.
func addAccessFlags(flags *pflag.FlagSet) {
	options := optionFlags(new(settings))
	options.Lookup("target").Usage = "base `URL` of the server, if only to be sure that the journal is of that one"
	options.Lookup("control").Usage = "base `URL` of a control server: mail, takedown"
	options.Lookup("account").Usage = "the account that the run was given, as `HANDLE:PASSWORD`, where app passwords of it are left"
	for _, name := range []string{"target", "admin-password", "account", "control", "mail", "timeout"} {
		flags.AddFlag(options.Lookup(name))
	}
}

// removeRemains deletes what a journal tells of, and then the journal.
func (a *app) removeRemains(ctx context.Context, journal string, settings settings) error {
	var config suite.Config
	if err := settings.access(&config); err != nil {
		return err
	}
	removed, err := a.removeWith(ctx, journal, config)
	var (
		usage       *suite.UsageError
		noUsage     *usageError
		unreachable *suite.UnreachableError
	)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return &exitError{reports.ExitInterrupted, fmt.Errorf("interrupted: %s removed, the journal is kept", count(removed, "account"))}
	case errors.As(err, &usage), errors.As(err, &noUsage), errors.As(err, &unreachable):
		return err
	default:
		return &exitError{reports.ExitFails, fmt.Errorf("%s removed, the journal is kept: %w", count(removed, "account"), err)}
	}
	if err := os.Remove(journal); err != nil {
		return &exitError{reports.ExitUnwritten, fmt.Errorf("nothing is left on the target, but the journal can't be removed: %w", err)}
	}
	_, err = fmt.Fprintf(a.stdout, "%s removed, nothing is left; %s is removed as well\n", count(removed, "account"), journal)
	return err
}

func (a *app) removeWith(ctx context.Context, journal string, config suite.Config) (removed int, err error) {
	if suite.JournalInUse(journal) {
		return 0, usagef("--journal %s: the run that keeps it is still under way, and cleans up by itself", journal)
	}
	file, err := os.Open(journal)
	if err != nil {
		return 0, usagef("--journal %s: %s", journal, withoutPath(err))
	}
	defer file.Close()
	config.OnEvent = func(event suite.Event) {
		if event.Text != "" {
			fmt.Fprintln(a.stderr, printable(oneLine(event.Text)))
		}
	}
	return a.cleanUp(ctx, config, file)
}
