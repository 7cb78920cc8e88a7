package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/cmd/pdsconform/internal/selftest"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"

	"github.com/spf13/cobra"
)

// selftestSettings holds the flags of the selftest.
type selftestSettings struct {
	defects  []string
	revision string
	jobs     int
	format   string
	seed     int64
}

func (a *app) selftestCommand() *cobra.Command {
	var s selftestSettings
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Run the suite against each known defect of the mock",
		Long: `Runs the suite against the reference mock with each defect that it can be made to
have, and prints which defects the suite notices. One is noticed only where a
requirement of the defect's own method fails, and for the right reason: at the
pointer, the error or the effect that the defect is. What must show a defect is
checked first, everything only where that notices nothing. It exits with 1 where
one is not noticed, or where no defect breaks a must requirement and nothing says
why; with 70 where a run came to no verdict.`,
		Example: `  pdsconform selftest
  pdsconform selftest --defect output.createSession --defect behaviour.deleteAccount.no-effect
  pdsconform selftest --revision 2026-07 --jobs 4 --format md`,
		Args: noArgs,
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&s.defects, "defect", nil, "only these: an `ID` or a dotted prefix (repeatable)")
	flags.StringVar(&s.revision, "revision", lexicons.DefaultRevision, "lexicon `revision` that mock and suite are made of: "+strings.Join(lexicons.Revisions(), ", "))
	flags.IntVar(&s.jobs, "jobs", jobsPerCPU*runtime.NumCPU(), "try so many `defects` at once")
	flags.Lookup("jobs").DefValue = fmt.Sprintf("%d for each processor", jobsPerCPU)
	flags.StringVar(&s.format, "format", "table", "table, json or md")
	flags.Int64Var(&s.seed, "seed", 1, "fixes the order of checks and the names of accounts")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return a.selftest(cmd.Context(), s) }
	return cmd
}

// jobsPerCPU is more than one, since a trial waits about as long as it computes:
// for races whose window is widened, and for mail that never comes.
const jobsPerCPU = 4

// gcPercent lets the heap grow to some ten times what is live.
const gcPercent = 1000

// selftestFormats are what --format can name.
var selftestFormats = map[string]func(selftest.Document, io.Writer) error{
	"table": func(document selftest.Document, w io.Writer) error { return document.EncodeText(w, widthOf(w)) },
	"json":  selftest.Document.EncodeJSON,
	"md":    selftest.Document.EncodeMarkdown,
}

func (a *app) selftest(ctx context.Context, s selftestSettings) error {
	encode, known := selftestFormats[s.format]
	if !known {
		return usagef("--format %q is not known: give table, json or md", s.format)
	}
	if s.jobs < 1 {
		return usagef("--jobs needs a number from 1")
	}
	if !slices.Contains(lexicons.Revisions(), s.revision) {
		return usagef("--revision must be one of %s, not %q", strings.Join(lexicons.Revisions(), ", "), s.revision)
	}
	catalog, err := lexicons.LoadRevision(s.revision)
	if err != nil {
		return err
	}
	config := suite.Config{Catalog: catalog, Revision: s.revision, Version: version(), Seed: s.seed}
	// Runs are many and short: collecting garbage less often costs memory only.
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	defects, err := selftest.Select(mockserver.Defects(catalog), s.defects)
	if unknown := new(selftest.UnknownError); errors.As(err, &unknown) {
		return usagef("--defect: %s%s", err, meant(unknown.Pattern, patterns(mockserver.Defects(catalog)), ""))
	}
	requirements, err := a.listSuite(config)
	if err != nil {
		return err
	}
	bench := selftest.Bench{Config: config, Start: embed, Requirements: requirements}
	trials := a.tryAll(ctx, s, defects, bench)
	document := selftest.New(defects, trials)
	if len(s.defects) == 0 {
		further := bench.Killers(ctx, defects, s.jobs, trials)
		document.Unbroken(slices.Concat(trials, further), requirements)
	}
	if err := encode(document, a.stdout); err != nil {
		return fmt.Errorf("print the selftest: %w", err)
	}
	return concluded(ctx, document, trials)
}

// concluded turns the result into the exit code.
func concluded(ctx context.Context, document selftest.Document, trials []selftest.Trial) error {
	broken := slices.IndexFunc(trials, func(t selftest.Trial) bool { return t.Broken != "" })
	switch {
	case ctx.Err() != nil:
		return exitWith(reports.ExitInterrupted)
	case broken >= 0:
		return &exitError{reports.ExitSuiteFault, fmt.Errorf("no verdict on %s: %s", trials[broken].Defect, trials[broken].Broken)}
	case !document.Passed():
		return exitWith(reports.ExitFails)
	}
	return nil
}

// tryAll tries the defects, several at once.
func (a *app) tryAll(ctx context.Context, s selftestSettings, defects []mockserver.Defect, bench selftest.Bench) []selftest.Trial {
	done := 0
	return selftest.All(ctx, defects, s.jobs, bench.Try, func(selftest.Trial) {
		if done++; done%50 == 0 {
			fmt.Fprintf(a.stderr, "%d of %d defects tried\n", done, len(defects))
		}
	})
}

// patterns are all that --defect can name.
func patterns(defects []mockserver.Defect) []string {
	var all []string
	for _, defect := range defects {
		for end, letter := range defect.ID + "." {
			if letter == '.' && !slices.Contains(all, defect.ID[:end]) {
				all = append(all, defect.ID[:end])
			}
		}
	}
	return all
}
