package main

import (
	"errors"
	"fmt"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"

	"github.com/spf13/cobra"
)

func (a *app) lexiconsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "lexicons",
		Short:   "Work with lexicon documents",
		Example: `  pdsconform lexicons lint ./lexicons`,
		Args:    groupArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.lintCommand())
	return cmd
}

func (a *app) lintCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "lint [DIR]",
		Short: "Check lexicon documents",
		Long: `Checks the lexicon documents of a folder, or the embedded ones: unknown keywords
and types, refs that lead nowhere, and files whose names don't follow from
their ids. It prints a line for each problem, with document and JSON pointer,
and exits with 1 where there is one.`,
		Example: `  pdsconform lexicons lint
  pdsconform lexicons lint ./lexicons`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s takes one folder at most, %d were given", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.lint(args[0], func() (*lexicons.Catalog, error) { return loadFolder(args[0]) })
			}
			var problems []error
			for _, revision := range lexicons.Revisions() {
				problems = append(problems, a.lint("revision "+revision, func() (*lexicons.Catalog, error) {
					return lexicons.LoadRevision(revision)
				}))
			}
			return errors.Join(problems...)
		},
	}
}

func (a *app) lint(name string, load func() (*lexicons.Catalog, error)) error {
	catalog, err := load()
	var usage *usageError
	if errors.As(err, &usage) {
		return err
	}
	if err != nil {
		return &exitError{reports.ExitFails, err}
	}
	_, err = fmt.Fprintf(a.stdout, "%s: %d documents, %d methods, no problems\n",
		name, len(catalog.Documents()), len(catalog.Methods()))
	return err
}
