package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/coder/quartz"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/client"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// clientSettings are the flags of the client command that a run has not.
type clientSettings struct {
	driver   string
	odd      bool
	limit    time.Duration
	parallel int
	list     bool
	describe bool
	schema   bool
}

func (a *app) clientCommand() *cobra.Command {
	var own clientSettings
	cmd := &cobra.Command{
		Use:   "client --driver COMMAND | client -- COMMAND [ARGUMENT…]",
		Short: "Check a client: what it sends, and what it makes of answers",
		Long: `Checks a client of account servers. Each scenario has a mock of its own: tokens
expire, answers get lost, the server limits requests or is down; and the client is
judged by what it sent and what it told.

With --driver a program stands between: it reads calls, one JSON object a line,
makes the client do them, and answers each with a line. --describe prints the calls
(--describe --schema the JSON Schema). Calls that it answers with
{"notOffered":true} are not observed. Drivers to start from are in
fixtures/clients/starters.

Without a driver, a command of the client's own is run once for each scenario, with
PDS_URL, PDS_CONTROL_URL, PDS_ADMIN_PASSWORD, PDS_INVITE_CODE, PDS_HANDLE, PDS_EMAIL,
PDS_PASSWORD, PDS_DID and PDS_SECOND_… in its environment, and judged by what it sent
and whether it ended with 0.

Exit codes: 0 conforms, 1 does not, 2 usage, 3 the driver can't be used, 4 too little
checked, 5 list of known failures stale, 6 report not written, 70 fault of the suite,
130 interrupted.`,
		Example: `  pdsconform client --driver 'node driver.js'
  pdsconform client --driver ./driver --only client.refresh --verbose
  pdsconform client --driver ./driver --known-failures known.yaml --format json,html,badge
  pdsconform client -- npm test
  pdsconform client --describe`,
	}
	options := clientOptions()
	cmd.Flags().AddFlagSet(options)
	flags := cmd.Flags()
	flags.StringVar(&own.driver, "driver", "", "`COMMAND` that starts the driver, with its arguments; quotes keep words together")
	flags.BoolVar(&own.odd, "odd", false, "play every scenario at a server that is legal but unusual in its answers")
	flags.DurationVar(&own.limit, "call-timeout", client.DefaultLimit, "time limit of one call, or of one run of the command")
	flags.IntVar(&own.parallel, "parallel", 0, "scenarios at once (default: by the machine)")
	flags.BoolVar(&own.list, "list", false, "print the requirements and play nothing")
	flags.BoolVar(&own.describe, "describe", false, "print the calls of the driver protocol")
	flags.BoolVar(&own.schema, "schema", false, "with --describe: print the JSON Schema of the protocol")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.ArgsLenAtDash() != 0 && len(args) > 0 {
			return usagef("%s: put -- before the command that is to be run: pdsconform client -- %s …", args[0], args[0])
		}
		if own.schema && !own.describe {
			return usagef("--schema goes with --describe")
		}
		if own.describe {
			return a.describeProtocol(own.schema)
		}
		chosen, err := a.loadSettings(options)
		if err != nil {
			return err
		}
		err = a.checkClient(cmd.Context(), chosen, own, args)
		a.annotateError(err)
		return err
	}
	return cmd
}

// clientOptions are the options that a client's check shares with a run.
func clientOptions() *pflag.FlagSet {
	shared := pflag.NewFlagSet("client", pflag.ContinueOnError)
	all := optionFlags(new(settings))
	for _, name := range []string{
		"revision", "lexicons", "only", "skip", "strict", "seed", "known-failures", "write-known-failures",
		"out", "format", "no-color", "quiet", "verbose",
	} {
		shared.AddFlag(all.Lookup(name))
	}
	addConfigFlag(shared)
	return shared
}

func (a *app) checkClient(ctx context.Context, chosen settings, own clientSettings, command []string) error {
	config, err := a.clientConfig(chosen, own, command)
	if err != nil {
		return err
	}
	if own.list {
		requirements, err := client.List(config)
		if err != nil {
			return err
		}
		return printList(requirements, a.listTable)
	}
	formats, err := chosen.reportFormats(config.Catalog)
	if err != nil {
		return err
	}
	if err := chosen.makeRoom(); err != nil {
		return &exitError{reports.ExitUnwritten, err}
	}
	if chosen.verbose && !chosen.quiet {
		config.OnPlayed = func(scenario string, took time.Duration, done, total int) {
			fmt.Fprintf(a.stderr, "%d of %d: %s, %s\n", done, total, scenario, took.Round(time.Millisecond))
		}
	}
	report, err := client.Run(ctx, config)
	if err != nil {
		return clientError(ctx, err)
	}
	return a.conclude(chosen, formats, conclusion{report: report, known: config.KnownFailures})
}

// clientError gives an error of a check its exit code.
func clientError(ctx context.Context, err error) error {
	var driver *client.DriverError
	var usage *client.UsageError
	switch {
	case ctx.Err() != nil:
		return &exitError{reports.ExitInterrupted, errors.New("interrupted before the first scenario was over, no report is written")}
	case errors.As(err, &driver):
		return &exitError{reports.ExitUnreachable, errors.New(oneLine(driver.Problem))}
	case errors.As(err, &usage):
		return usagef("%s", usage.Problem)
	}
	return err
}

func (a *app) clientConfig(chosen settings, own clientSettings, command []string) (client.Config, error) {
	catalog, revision, err := chosen.catalog()
	if err != nil {
		return client.Config{}, err
	}
	known, err := readKnownFailures(chosen.knownFailures)
	if err != nil {
		return client.Config{}, err
	}
	config := client.Config{
		Catalog: catalog, Revision: revision, Version: version(), Only: chosen.only, Skip: chosen.skip, Strict: chosen.strict,
		KnownFailures: known, Limit: own.limit, Parallel: own.parallel, Seed: chosen.seed, Variants: mockVariants(catalog), Serve: serveScenario(own.odd),
	}
	if config.Seed == 0 {
		config.Seed = rand.Int64()
	}
	switch {
	case own.limit <= 0:
		return config, usagef("--call-timeout must be above 0, such as 10s")
	case own.parallel < 0:
		return config, usagef("--parallel must be 1 at least")
	case own.list:
		return config, nil
	case own.driver != "" && len(command) > 0:
		return config, usagef("give --driver or a command after --, not both")
	case len(command) > 0:
		config.Name = strings.Join(command, " ")
		config.Run = client.RunCommand(command, "", a.environ)
		return config, nil
	}
	words, err := splitWords(own.driver)
	switch {
	case err != nil:
		return config, usagef("--driver: %s", err)
	case len(words) == 0:
		return config, usagef("say which client: --driver 'node driver.js', or a command after --, as in pdsconform client -- npm test")
	}
	config.Name = own.driver
	config.Driver = client.Command(words, "", a.environ)
	return config, nil
}

// mockVariants are the legal but unusual ways of the mock.
func mockVariants(catalog *lexicons.Catalog) []client.Variant {
	var all []client.Variant
	for _, one := range mockserver.FreedomsOf(catalog) {
		all = append(all, client.Variant{Name: one.Name, Description: one.Description})
	}
	return all
}

// oddAnswers are the variants that only change how answers look, so that every
// scenario can be played with them.
var oddAnswers = []string{"extra-fields", "key-order", "white-space", "escapes", "media-type", "messages", "headers", "chunked"}

// serveScenario returns what starts a mock for a scenario.
func serveScenario(odd bool) func(client.Setup) (client.Server, error) {
	return func(setup client.Setup) (client.Server, error) {
		if odd {
			setup.Variants = append(setup.Variants, oddAnswers...)
		}
		server, err := mockserver.New(mockserver.Options{
			Catalog: setup.Catalog, Odd: setup.Variants, InviteRequired: setup.InviteRequired, AdminPassword: setup.AdminPassword,
			Links: links(), Clock: aheadClock{quartz.NewReal(), setup.Ahead},
		})
		if err != nil {
			return client.Server{}, err
		}
		return client.Server{URL: server.URL, Control: server.ControlURL, Close: server.Close}, nil
	}
}

// aheadClock is a clock that goes before another, or after it.
type aheadClock struct {
	quartz.Clock
	by time.Duration
}

// Now returns the time of the other clock, moved.
func (c aheadClock) Now(tags ...string) time.Time { return c.Clock.Now(tags...).Add(c.by) }

// splitWords takes a command line apart: words stand between spaces, and
// quotes keep them together.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	open := false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if open {
				words = append(words, word.String())
				word.Reset()
			}
			open = false
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote %c has no end", quote)
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}
