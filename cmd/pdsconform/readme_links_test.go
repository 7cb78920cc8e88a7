package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// readmeLimit is the size in bytes that the first README stays under, so that it
// is read.
const readmeLimit = 12_000

func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join(root, "README.md"))
	if len(text) >= readmeLimit {
		t.Errorf("README.md has %d bytes, reference belongs to the READMEs of folders", len(text))
	}
	for _, command := range []string{"$ go run ./cmd/pdsconform run ", "$ go test ./... "} {
		if !strings.Contains(text, "\n"+command) {
			t.Errorf("README.md lacks %s", command)
		}
	}
}

var (
	link  = regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)\)`)
	title = regexp.MustCompile(`(?m)^#+ (.*)$`)
	span  = regexp.MustCompile("`[^`\n]+`")
)

// prose is a text without its blocks.
func prose(text string) string { return fence.ReplaceAllString(text, "") }

// anchors are the fragments that a file's headings have on hosting sites.
func anchors(text string) []string {
	var all []string
	for _, found := range title.FindAllStringSubmatch(prose(text), -1) {
		name := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(strings.ToLower(found[1]), "$1")
		name = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(name, "")
		all = append(all, strings.ReplaceAll(name, " ", "-"))
	}
	return all
}

func TestLinksOfMarkdown(t *testing.T) {
	t.Parallel()
	for _, file := range markdownFiles(t) {
		for _, found := range link.FindAllStringSubmatch(prose(read(t, filepath.Join(root, file))), -1) {
			target, err := url.Parse(found[1])
			switch {
			case err != nil:
				t.Errorf("%s: %v", file, err)
				continue
			case target.Scheme == "https" || target.Scheme == "mailto":
				continue
			case target.Scheme != "":
				t.Errorf("%s: the link %s is not of https", file, found[1])
				continue
			}
			to := file
			if target.Path != "" {
				to = filepath.Join(filepath.Dir(file), target.Path)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", file, found[1])
			} else if target.Fragment != "" && !slices.Contains(anchors(read(t, filepath.Join(root, to))), target.Fragment) {
				t.Errorf("%s: %s has no heading %s", file, to, target.Fragment)
			}
		}
	}
}

// allFlags are the names of all flags of all commands.
func allFlags(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	for _, child := range cmd.Commands() {
		names = append(names, allFlags(child)...)
	}
	return names
}

// otherPrograms have flags that are not ours.
var otherPrograms = regexp.MustCompile("^`(npm|node|go|curl|docker|git|ginkgo|goreleaser|\\.ci/|gh|NODE_)")

// What is said of a flag is said of one that there is.
func TestFlagsOfMarkdown(t *testing.T) {
	t.Parallel()
	known := append(allFlags(newApp(nil, nil, nil, nil).rootCommand()), "help", "version")
	for _, file := range markdownFiles(t) {
		for _, code := range span.FindAllString(prose(read(t, filepath.Join(root, file))), -1) {
			if otherPrograms.MatchString(code) {
				continue
			}
			for _, flag := range regexp.MustCompile(`(?:^|[\s`+"`"+`])--([a-z][a-z-]+)`).FindAllStringSubmatch(code, -1) {
				if !slices.Contains(known, flag[1]) {
					t.Errorf("%s: %s: there is no flag --%s", file, code, flag[1])
				}
			}
		}
	}
}

// Files that contributors are led to are there.
func TestPathsOfMarkdown(t *testing.T) {
	t.Parallel()
	path := regexp.MustCompile("`([a-z.]+/[A-Za-z0-9_./-]+|[a-z.]+/)`")
	for _, file := range []string{".github/CONTRIBUTING.md", ".github/ARCHITECTURE.md"} {
		named := path.FindAllStringSubmatch(prose(read(t, filepath.Join(root, file))), -1)
		if len(named) < 5 {
			t.Errorf("%s names %d paths", file, len(named))
		}
		for _, found := range named {
			if problem := missing(root, found[1]); problem != "" {
				t.Errorf("%s: %s", file, problem)
			}
		}
	}
}

// TestIssueForms reads the forms for issues.
func TestIssueForms(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, ".github/ISSUE_TEMPLATE/*.yml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		var form struct {
			Name, Description string
			Body              []struct {
				Type, ID    string
				Attributes  struct{ Label, Description, Placeholder, Render string }
				Validations struct{ Required bool }
			}
		}
		strictly(t, read(t, file), &form)
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s is not whole", file)
		}
		for _, field := range form.Body {
			if field.ID == "" || field.Attributes.Label == "" || !slices.Contains([]string{"input", "textarea"}, field.Type) {
				t.Errorf("%s: not a field: %+v", file, field)
			}
		}
	}
}
