package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pdsconform/pdsconform/reports"

	"github.com/spf13/cobra"
)

func (a *app) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "report",
		Short:   "Render, merge and compare report documents",
		Example: `  pdsconform report render pdsconform-report --format html`,
		Args:    groupArgs,
		RunE:    group,
	}
	cmd.AddCommand(a.renderCommand(), a.mergeCommand(), a.diffCommand())
	return cmd
}

// reportFlags are those of commands that write a report anew.
type reportFlags struct {
	out     string
	formats []string
}

func (f *reportFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.out, "out", "pdsconform-report", "`DIR` to write to")
	cmd.Flags().StringSliceVar(&f.formats, "format", []string{"html"}, "formats: "+strings.Join(formatNames(reports.Formats()), ", "))
}

// write writes a report in the formats asked for and names the files.
func (f *reportFlags) write(a *app, report *reports.Report) error {
	formats, err := chooseFormats(f.formats, revisionDocuments(report.Run.Revision))
	if err != nil {
		return err
	}
	paths, err := reports.Write(f.out, formats, report)
	for _, path := range paths {
		fmt.Fprintln(a.stdout, path)
	}
	if err != nil {
		return &exitError{reports.ExitUnwritten, err}
	}
	return nil
}

func (a *app) renderCommand() *cobra.Command {
	flags := &reportFlags{}
	cmd := &cobra.Command{
		Use:   "render REPORT",
		Short: "Write a report document in other formats",
		Long: `Writes a report document, report.json of a run or the folder that it is in, in
other formats. Nothing is sent and nothing is checked again.`,
		Example: `  pdsconform report render pdsconform-report --format html,md`,
		Args:    fileArgs(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			report, err := readReport(args[0])
			if err != nil {
				return err
			}
			return flags.write(a, report)
		},
	}
	flags.add(cmd)
	return cmd
}

func (a *app) mergeCommand() *cobra.Command {
	flags := &reportFlags{}
	cmd := &cobra.Command{
		Use:   "merge REPORT REPORT…",
		Short: "Join the report documents of shards",
		Long: `Joins the report documents of the shards of one run, or of the folders that they
are in, to one. Documents of
different targets or revisions are refused, and so is a set that lacks a shard.
The exit code is that of the whole. In GitHub Actions the page of report.md is
also appended to the summary of the step.`,
		Example: `  pdsconform report merge shard-1/report.json shard-2/report.json --format json,html`,
		Args:    fileArgs(1, 1000),
		RunE: func(_ *cobra.Command, args []string) error {
			var shards []*reports.Report
			for _, path := range args {
				report, err := readReport(path)
				if err != nil {
					return err
				}
				shards = append(shards, report)
			}
			whole, err := reports.Merge(shards...)
			if err != nil {
				return usagef("%s", err)
			}
			if err := flags.write(a, whole); err != nil {
				return err
			}
			if err := a.appendSummary(whole); err != nil {
				return &exitError{reports.ExitUnwritten, err}
			}
			return exitWith(whole.Summary.ExitCode)
		},
	}
	flags.add(cmd)
	return cmd
}

func (a *app) diffCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Compare two report documents",
		Long: `Prints what was fixed, what broke, what is new, gone or failing for another
reason between two report documents, or those of two folders. It exits with 1
where something broke.`,
		Example: `  pdsconform report diff before after --format md`,
		Args:    fileArgs(2, 2),
	}
	format := cmd.Flags().String("format", "text", "text, md or json")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		encoders := map[string]func(io.Writer, *reports.Comparison) error{
			"text": reports.EncodeComparisonText, "md": reports.EncodeComparisonMarkdown, "json": reports.EncodeComparisonJSON,
		}
		encode, ok := encoders[*format]
		if !ok {
			return usagef("--format %q is not known: give text, md or json", *format)
		}
		before, err := readReport(args[0])
		if err != nil {
			return err
		}
		after, err := readReport(args[1])
		if err != nil {
			return err
		}
		comparison := reports.Compare(before, after)
		if err := encode(a.stdout, comparison); err != nil {
			return err
		}
		if comparison.Broke {
			return exitWith(reports.ExitFails)
		}
		return nil
	}
	return cmd
}

// fileArgs asks for a number of files within bounds.
func fileArgs(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usagef("%s takes report documents, %d were given (see %s --help)", cmd.UseLine(), len(args), cmd.CommandPath())
		}
		return nil
	}
}

// readReport reads a report document, or that of a folder of reports. What can't
// be read is a usage error that names the file.
func readReport(path string) (*reports.Report, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "report.json")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usagef("%s: %s", path, withoutPath(err))
	}
	defer file.Close()
	report, err := reports.Read(file)
	if err != nil {
		return nil, usagef("%s: %s", path, err)
	}
	return report, nil
}
