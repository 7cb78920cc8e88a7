package main

import (
	"errors"
	"fmt"
	"io/fs"

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
		Use:   "lint [DIR...]",
		Short: "Check lexicon documents",
		Long: `Checks the lexicon documents of a folder, or the embedded ones: every .json file
at any depth, also behind symbolic links. Refs are looked for in further folders
as well, whose documents are not checked. It prints a line for each problem, with
file and JSON pointer:

  error    a document is against the lexicon language: unknown types and formats,
           keywords that are missing or contradict each other, refs that name no
           type of value, two documents of one id
  warning  a document may be right: unknown keywords, which have no effect, refs
           to documents that are not there and that no method needs, other JSON

It exits with 1 where there is an error.`,
		Example: `  pdsconform lexicons lint
  pdsconform lexicons lint ./lexicons
  pdsconform lexicons lint ./lexicons ../atproto/lexicons`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, folders []string) error {
			if len(folders) > 0 {
				systems, err := folderSystems(folders)
				if err != nil {
					return err
				}
				return a.lint(folders[0], systems...)
			}
			var problems []error
			for _, revision := range lexicons.Revisions() {
				documents, err := lexicons.FS(revision)
				if err != nil {
					return err
				}
				problems = append(problems, a.lint("revision "+revision, documents))
			}
			return errors.Join(problems...)
		},
	}
}

// lint prints the problems of the first folder, and a line that counts them.
func (a *app) lint(name string, folders ...fs.FS) error {
	catalog, problems, err := lexicons.Lint(folders...)
	if err != nil {
		return &exitError{reports.ExitFails, fmt.Errorf("%s: %w", name, err)}
	}
	errorCount, warningCount := 0, 0
	for _, problem := range problems {
		word := "error"
		if problem.Severity == lexicons.Doubtful {
			word = "warning"
			warningCount++
		} else {
			errorCount++
		}
		if _, err := fmt.Fprintf(a.stdout, "%-7s  %s\n", word, printable(problem.Error())); err != nil {
			return fmt.Errorf("print problems: %w", err)
		}
	}
	summary := "no problems"
	if len(problems) > 0 {
		summary = count(errorCount, "error") + ", " + count(warningCount, "warning")
	}
	_, err = fmt.Fprintf(a.stdout, "%s: %s, %s, %s\n", name,
		count(catalog.Count(), "document"), count(len(catalog.Methods()), "method"), summary)
	if err == nil && errorCount > 0 {
		return &exitError{reports.ExitFails, fmt.Errorf("%s: %s", name, count(errorCount, "error"))}
	}
	return err
}
