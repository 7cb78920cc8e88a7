package main

import (
	"errors"
	"fmt"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

func (a *app) listCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Print every requirement that a run would check",
		Long: `Prints every requirement that a run with the same selection would check, by ID,
without sending anything. --revision auto is ` + lexicons.DefaultRevision + ` here, since no target is
asked.

With --since it prints what differs from an earlier revision, in the newest one
unless --revision names another: requirements that have come, and those that no
longer hold.`,
		Example: `  pdsconform list
  pdsconform list --profile sessions
  pdsconform list --endpoint createSession --format json
  pdsconform list --lexicons ./lexicons --format md
  pdsconform list --revision 2026-07
  pdsconform list --since 2023-04
  pdsconform list --shard 2/4
  pdsconform list --rerun-failed pdsconform-report/report.json`,
		Args: noArgs,
	}
	selection := selectionFlags(new(settings))
	addConfigFlag(selection)
	cmd.Flags().AddFlagSet(selection)
	// A run has a flag of this name for something else, so that environment
	// and configuration file don't decide on it.
	format := cmd.Flags().String("format", "table", "table, json or md")
	since := cmd.Flags().String("since", "", "only what differs from this earlier `revision`")
	cmd.RunE = func(*cobra.Command, []string) error {
		write, err := a.listFormat(*format)
		if err != nil {
			return err
		}
		selected, err := a.loadSettings(selection)
		if err != nil {
			return err
		}
		if *since != "" {
			return a.listSince(selected, *since, write)
		}
		return a.list(selected, write)
	}
	return cmd
}

func (a *app) list(selected settings, write func([]reports.Requirement) error) error {
	config, err := selected.selection()
	if err != nil {
		return err
	}
	requirements, err := a.listSuite(config)
	if err != nil {
		return err
	}
	return printList(requirements, write)
}

func printList(requirements []reports.Requirement, write func([]reports.Requirement) error) error {
	if err := write(requirements); err != nil {
		return fmt.Errorf("print requirements: %w", err)
	}
	if len(requirements) == 0 {
		return &exitError{reports.ExitNothingChecked, errors.New("no requirement is selected")}
	}
	return nil
}

func (a *app) listFormat(name string) (func([]reports.Requirement) error, error) {
	switch name {
	case "table":
		return a.listTable, nil
	case "md":
		return a.listMarkdown, nil
	case "json":
		return a.listJSON, nil
	}
	return nil, usagef("--format %q is not known: give table, json or md", name)
}

func (a *app) listJSON(requirements []reports.Requirement) error {
	if requirements == nil {
		requirements = []reports.Requirement{}
	}
	return a.encodeJSON(requirements)
}

func (a *app) listTable(requirements []reports.Requirement) error {
	_, err := fmt.Fprintf(a.stdout, "%s\n\n%s\n", requirementListing(requirements).writer(widthOf(a.stdout)).Render(), count(len(requirements), "requirement"))
	return err
}

func (a *app) listMarkdown(requirements []reports.Requirement) error {
	_, err := fmt.Fprintln(a.stdout, requirementListing(requirements).writer(0).RenderMarkdown())
	return err
}

// requirementListing is what list prints: of the columns the obligation is
// wrapped, and what the ID or the reports tell as well gives way first.
func requirementListing(requirements []reports.Requirement) listing {
	shown := listing{
		header:   table.Row{"requirement", "endpoint", "level", "authority", "origin", "revisions", "obligation", "source"},
		flexible: 6, optional: []int{7, 1, 4, 5, 3},
	}
	for _, r := range requirements {
		shown.rows = append(shown.rows, table.Row{
			r.ID, printable(r.Endpoint), r.Level, r.Authority, r.Origin, lifetime(r), printable(r.Title), printable(r.Source),
		})
	}
	return shown
}

// lifetime words in which revisions a requirement holds.
func lifetime(r reports.Requirement) string {
	switch {
	case r.IntroducedIn != "" && r.RemovedIn != "":
		return "from " + r.IntroducedIn + ", before " + r.RemovedIn
	case r.IntroducedIn != "":
		return "from " + r.IntroducedIn
	case r.RemovedIn != "":
		return "before " + r.RemovedIn
	}
	return "all"
}
