package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "pdsconform",
		Short: "Checks AT Protocol account servers against their lexicon documents",
		Long: `pdsconform checks account servers of the AT Protocol (PDS) against the lexicon
documents of com.atproto.server, and serves a reference mock of such a server.`,
		Example: `  pdsconform run
  pdsconform run --target https://pds.example.org
  pdsconform mock`,
		Args:              groupArgs,
		RunE:              group,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		a.runCommand(), a.clientCommand(), a.listCommand(), a.reportCommand(), a.cleanUpCommand(), a.mockCommand(), a.selftestCommand(),
		a.lexiconsCommand(), a.versionCommand(), a.completionCommand(),
	)
	return root
}

// group is what a command does that only holds others: having done nothing is
// no success.
func group(cmd *cobra.Command, _ []string) error {
	return usagef("%s needs a command: %s (see %s --help)",
		cmd.CommandPath(), words(commandNames(cmd)), cmd.CommandPath())
}

func groupArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	names := commandNames(cmd)
	return usagef("unknown command %q for %s%s", args[0], cmd.CommandPath(), meant(args[0], names, ""))
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name())
		}
	}
	return names
}

// noArgs doesn't repeat the arguments: one may be a password that came loose
// from its flag.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%s takes flags only, but %d argument(s) were given (flags are written --name=value)",
		cmd.CommandPath(), len(args))
}

func flagNames(flags *pflag.FlagSet) []string {
	var names []string
	flags.VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	return names
}

// kindOf says what the value of a flag must be, "" where the flag says it itself.
func kindOf(flag *pflag.Flag) string {
	switch flag.Value.Type() {
	case "int", "int64":
		return "a whole number"
	case "uint", "uint64":
		return "a whole number from 0"
	case "bool":
		return "true or false"
	case "duration":
		return "a time such as 500ms, 30s or 5m"
	}
	return ""
}

// flagError rewords what the flag parser says, and names the flag that may
// have been meant.
func flagError(cmd *cobra.Command, err error) error {
	switch e := err.(type) { //nolint:errorlint // the parser doesn't wrap
	case *pflag.NotExistError:
		if name := e.GetSpecifiedName(); e.GetSpecifiedShortnames() == "" {
			return usagef("unknown flag --%s%s", name, meant(name, flagNames(cmd.Flags()), "--"))
		}
		return usagef("unknown flag -%s: flags have two hyphens (see %s --help)", e.GetSpecifiedName(), cmd.CommandPath())
	case *pflag.ValueRequiredError:
		return usagef("flag --%s needs a value", e.GetFlag().Name)
	case *pflag.InvalidValueError:
		if kind := kindOf(e.GetFlag()); kind != "" {
			return usagef("flag --%s: %q is not %s", e.GetFlag().Name, e.GetValue(), kind)
		}
		return usagef("flag --%s: %s", e.GetFlag().Name, fmt.Sprint(e.Unwrap()))
	}
	return usagef("%s (see %s --help)", err, cmd.CommandPath())
}
