package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"

	"github.com/spf13/cobra"
)

// release is set by the linker when a release is built.
var release string

// version returns the release, or what the Go toolchain recorded.
func version() string { return versionOf(release, debug.ReadBuildInfo) }

// versionOf prefers the linker's word. Without one, what go install …@version
// built knows its version from the module's build information.
func versionOf(release string, read func() (*debug.BuildInfo, bool)) string {
	if release != "" {
		return release
	}
	if info, ok := read(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the embedded lexicon revisions and the Go version",
		Example: `  pdsconform version`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.stdout, "pdsconform %s\nlexicons   %s\ngo         %s %s/%s\n",
				version(), strings.Join(lexicons.Revisions(), ", "), strings.TrimPrefix(runtime.Version(), "go"),
				runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
