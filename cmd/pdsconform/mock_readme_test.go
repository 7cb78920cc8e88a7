package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/pdsconform/pdsconform/mockserver/files"
)

// TestMockReadme holds the table of flags against the flags, and reads the
// accounts file that stands below it.
func TestMockReadme(t *testing.T) {
	t.Parallel()
	text := read(t, "../../mockserver/README.md")
	_, section, _ := strings.Cut(text, "\n## Flags\n")
	section, accounts, _ := strings.Cut(section, "\n## Accounts file\n")
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`--.*?) \\|").FindAllStringSubmatch(section, -1) {
		for _, flag := range regexp.MustCompile("`--([a-z-]+)").FindAllStringSubmatch(row[1], -1) {
			told = append(told, flag[1])
		}
	}
	var known []string
	newApp(nil, nil, nil, nil).mockCommand().Flags().VisitAll(func(flag *pflag.Flag) { known = append(known, flag.Name) })
	slices.Sort(told)
	if diff := cmp.Diff(known, told); diff != "" {
		t.Errorf("flags (-) and README (+): %s", diff)
	}
	_, example, _ := strings.Cut(accounts, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	path := filepath.Join(t.TempDir(), "accounts.yaml")
	write(t, path, example)
	if list, err := files.ReadAccounts(path); err != nil || len(list.Accounts) != 2 || len(list.Invites) != 1 {
		t.Errorf("the example is %+v, %v", list, err)
	}
}
