package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// mockArgs names the command that may have been meant, since the mock, which
// takes no arguments, has commands of its own.
func mockArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		if name, ok := nearest(args[0], commandNames(cmd)); ok {
			return usagef("unknown command for %s, did you mean %s?", cmd.CommandPath(), name)
		}
	}
	return noArgs(cmd, args)
}

func (a *app) defectsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "defects",
		Short: "Print the faults that --defect can inject",
		Long: `Prints what --defect of the mock and of the selftest can name: every way in which
the mock can be made wrong, by ID.`,
		Example: `  pdsconform mock defects
  pdsconform mock defects --revision 2026-07 --format json`,
		Args: noArgs,
	}
	revision := addMockRevision(cmd)
	format := addListFormat(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		catalog, _, err := loadRevision(*revision)
		if err != nil {
			return err
		}
		defects := mockserver.Defects(catalog)
		shown := listing{header: table.Row{"defect", "method", "facet", "what is wrong"}, flexible: 3, optional: []int{1, 2}}
		for _, defect := range defects {
			method := defect.Method[strings.LastIndexByte(defect.Method, '.')+1:]
			shown.rows = append(shown.rows, table.Row{defect.ID, method, defect.Facet, defect.Description})
		}
		return a.printAs(*format, defects, shown, "defect")
	}
	return cmd
}

func (a *app) variantsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "variants",
		Short: "Print the legal but unusual variants that --odd can use",
		Long: `Prints what --odd=NAME of the mock can name: what the documents leave open, each
a way to be right and unlike what anyone expects. --odd alone uses all of them.`,
		Example: `  pdsconform mock variants
  pdsconform mock variants --revision 2026-07 --format json`,
		Args: noArgs,
	}
	revision := addMockRevision(cmd)
	format := addListFormat(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		catalog, _, err := loadRevision(*revision)
		if err != nil {
			return err
		}
		variants := mockserver.FreedomsOf(catalog)
		shown := listing{header: table.Row{"variant", "what is unusual"}, flexible: 1}
		for _, variant := range variants {
			shown.rows = append(shown.rows, table.Row{variant.Name, variant.Description})
		}
		return a.printAs(*format, variants, shown, "variant")
	}
	return cmd
}

func addMockRevision(cmd *cobra.Command) *string {
	return cmd.Flags().String("revision", lexicons.DefaultRevision, "lexicon `revision` that the mock is made of: "+strings.Join(lexicons.Revisions(), ", "))
}

func addListFormat(cmd *cobra.Command) *string {
	return cmd.Flags().String("format", "table", "table, json or md")
}

// printAs prints a list as JSON, or as a table.
func (a *app) printAs(format string, list any, shown listing, noun string) error {
	switch format {
	case "json":
		return a.encodeJSON(list)
	case "md":
		_, err := fmt.Fprintln(a.stdout, shown.writer(0).RenderMarkdown())
		return err
	case "table":
		_, err := fmt.Fprintf(a.stdout, "%s\n\n%s\n", shown.writer(widthOf(a.stdout)).Render(), count(len(shown.rows), noun))
		return err
	}
	return usagef("--format %q is not known: give table, json or md", format)
}

func (a *app) encodeJSON(value any) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
