package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/files"
)

// block is a fenced block of a Markdown file.
type block struct {
	file, language, text string
	line                 int
}

// markdownFiles returns the paths of all Markdown files, from the root of the
// module.
func markdownFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || entry.Name() == ".git" || entry.Name() == "dist"):
			return fs.SkipDir
		case path.Ext(name) == ".md":
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(files, "README.md") || !slices.Contains(files, "mockserver/README.md") {
		t.Fatalf("READMEs are missing among %q", files)
	}
	return files
}

// isReference reports whether a file is generated, and held against the commands
// as a whole.
func isReference(file string) bool { return strings.HasPrefix(file, "cmd/pdsconform/docs/") }

var fence = regexp.MustCompile("(?ms)^( *)```([a-z]*)\n(.*?)^ *```$")

func blocksOf(t *testing.T, file string) []block {
	t.Helper()
	text := read(t, filepath.Join(root, file))
	var blocks []block
	for _, at := range fence.FindAllStringSubmatchIndex(text, -1) {
		blocks = append(blocks, block{
			file: file, language: text[at[4]:at[5]], text: text[at[6]:at[7]], line: 1 + strings.Count(text[:at[0]], "\n"),
		})
	}
	return blocks
}

// TestBlocksOfMarkdown carries out or checks every block of every README by its
// language.
func TestBlocksOfMarkdown(t *testing.T) {
	t.Parallel()
	var source goBlocks
	shell := newShellCheck(t)
	for _, file := range markdownFiles(t) {
		for _, b := range blocksOf(t, file) {
			switch b.language {
			case "sh", "console":
				shell.check(t, b)
			case "yaml":
				checkYAML(t, shell, b)
			case "json":
				if !json.Valid([]byte(b.text)) {
					t.Errorf("%s:%d: not JSON", b.file, b.line)
				}
			case "go":
				source.add(b)
			case "js", "ts":
				checkScript(t, b)
			case "text", "mermaid":
				// A text is output, and stands in a block that a test writes.
				checkOutput(t, b)
			case "":
				if isReference(file) {
					shell.checkReference(t, b)
					continue
				}
				t.Errorf("%s:%d: the block has no language, so that it can't be checked", b.file, b.line)
			default:
				t.Errorf("%s:%d: nothing here checks blocks of %s", b.file, b.line, b.language)
			}
		}
	}
	source.compile(t)
}

// checkOutput wants shown output to be written by a test, between marks, or to
// follow the command that prints it.
func checkOutput(t *testing.T, b block) {
	t.Helper()
	text := read(t, filepath.Join(root, b.file))
	before, _, _ := strings.Cut(text, b.text)
	marks := regexp.MustCompile(`<!-- (/?)[a-z]+(:[^>]*)? -->`).FindAllStringSubmatch(before, -1)
	if b.language == "text" && (len(marks) == 0 || marks[len(marks)-1][1] == "/") {
		t.Errorf("%s:%d: output that no test writes", b.file, b.line)
	}
	if b.language == "mermaid" && !strings.HasPrefix(b.text, "flowchart ") && !strings.HasPrefix(b.text, "sequenceDiagram\n") {
		t.Errorf("%s:%d: neither a flowchart nor a sequenceDiagram", b.file, b.line)
	}
}

// checkScript wants JavaScript to be carried out: by fixtures, which runs two of
// them, or by the tests of the npm package, which run each block that imports it.
func checkScript(t *testing.T, b block) {
	t.Helper()
	carriedOut := slices.ContainsFunc([]string{"example.test.js", "bot.test.js"}, func(file string) bool {
		return b.text == read(t, filepath.Join(root, "fixtures/clients/node", file))
	})
	if !carriedOut && !strings.Contains(b.text, "from 'pdsconform'") {
		t.Errorf("%s:%d: no test carries this out", b.file, b.line)
	}
}

// checkYAML reads a block as what it is: accounts, scenarios, answers, a configuration, a
// list of known failures or steps of a workflow.
func checkYAML(t *testing.T, shell *shellCheck, b block) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "example.yaml")
	write(t, name, b.text)
	var err error
	switch {
	case strings.HasPrefix(b.text, "accounts:"):
		_, err = files.ReadAccounts(name)
	case strings.HasPrefix(b.text, "scenarios:"):
		_, err = files.ReadScenarios(name, []byte(b.text), nil)
	case strings.HasPrefix(b.text, "answers:"):
		err = answersExample(name, b.text)
	case strings.HasPrefix(b.text, "# pdsconform.yaml"):
		err = configExample(t, name)
	case strings.HasPrefix(b.text, "- id:"):
		_, err = readKnownFailures(name)
	case strings.HasPrefix(b.text, "- uses:"):
		checkSteps(t, shell, b)
	default:
		t.Errorf("%s:%d: nothing here knows what this YAML is", b.file, b.line)
	}
	if err != nil {
		t.Errorf("%s:%d: %v", b.file, b.line, err)
	}
}

// answersExample starts a mock with answers.
func answersExample(name, text string) error {
	answers, err := files.ReadAnswers(name, []byte(text))
	if err != nil {
		return err
	}
	mock, err := mockserver.New(mockserver.Options{Answers: answers})
	if err == nil {
		mock.Close()
	}
	return err
}

// configExample loads a configuration beside which its hooks and its list lie.
func configExample(t *testing.T, name string) error {
	t.Helper()
	folder := filepath.Dir(name)
	for _, script := range []string{"advance.sh", "takedown.sh", "mail.sh"} {
		write(t, filepath.Join(folder, script), "#!/bin/sh\n")
		if err := os.Chmod(filepath.Join(folder, script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(folder, "known-failures.yaml"), "[]\n")
	var out bytes.Buffer
	a := newApp(nil, &out, &out, nil)
	flags := optionFlags(new(settings))
	addConfigFlag(flags)
	if err := flags.Set("config", name); err != nil {
		return err
	}
	s, err := a.loadSettings(flags)
	if err != nil {
		return err
	}
	_, err = s.config()
	return err
}

// workflowStep is as much of a step of a workflow as READMEs show.
type workflowStep struct {
	Uses, Run, Name, ID string
	With, Env           map[string]string
}

// checkSteps wants our action's inputs to exist, and commands to be right.
func checkSteps(t *testing.T, shell *shellCheck, b block) {
	t.Helper()
	var steps []workflowStep
	if err := yaml.UnmarshalWithOptions([]byte(b.text), &steps, yaml.DisallowUnknownField()); err != nil {
		t.Errorf("%s:%d: %v", b.file, b.line, err)
	}
	inputs := readAction(t).Inputs
	for _, step := range steps {
		if strings.Contains(step.Uses, "/.github/actions/pdsconform@") {
			for name := range step.With {
				if _, ok := inputs[name]; !ok {
					t.Errorf("%s:%d: the action has no input %s", b.file, b.line, name)
				}
			}
		}
		if step.Run != "" {
			shell.lines(t, b, step.Run, false)
		}
	}
}
