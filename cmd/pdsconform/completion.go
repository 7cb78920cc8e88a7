package main

import (
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"
)

// completionCommand stands in for the one that cobra would add: what it can't
// use is a usage error, and it has a page.
func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for bash, fish, powershell or zsh",
		Long: `Prints a script by which the shell completes commands and flags. Archives of a
release hold them too.`,
		Example: `  source <(pdsconform completion bash)
  pdsconform completion zsh > "${fpath[1]}/_pdsconform"
  pdsconform completion fish > ~/.config/fish/completions/pdsconform.fish`,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			scripts := map[string]func(io.Writer) error{
				"bash":       func(out io.Writer) error { return root.GenBashCompletionV2(out, true) },
				"fish":       func(out io.Writer) error { return root.GenFishCompletion(out, true) },
				"powershell": root.GenPowerShellCompletionWithDesc,
				"zsh":        root.GenZshCompletion,
			}
			shells := slices.Sorted(maps.Keys(scripts))
			if len(args) != 1 {
				return usagef("%s needs one shell: %s", cmd.CommandPath(), words(shells))
			}
			script, ok := scripts[args[0]]
			if !ok {
				return usagef("completion for %q is not known: give %s", args[0], words(shells))
			}
			return script(a.stdout)
		},
	}
}
