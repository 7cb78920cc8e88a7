package main

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

var manFolder = flag.String("man", "", "the `folder` to write man pages to, for archives of a release")

// commands is the tree of commands, without the line in each page that says on
// which day it was made.
func commands() *cobra.Command {
	root := newApp(nil, nil, nil, nil).rootCommand()
	root.DisableAutoGenTag = true
	return root
}

// pages reads the files of a folder.
func pages(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, entry := range entries {
		texts[entry.Name()] = read(t, filepath.Join(folder, entry.Name()))
	}
	return texts
}

// TestCommandPages holds the pages of docs against the commands. It isn't
// parallel, since tests of all Markdown read what it may write anew.
func TestCommandPages(t *testing.T) {
	const folder = "docs"
	fresh := t.TempDir()
	if err := doc.GenMarkdownTree(commands(), fresh); err != nil {
		t.Fatal(err)
	}
	want := pages(t, fresh)
	if *update {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			write(t, filepath.Join(folder, name), text)
		}
	}
	is := pages(t, folder)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if is[name] != want[name] {
			t.Errorf("docs/%s is not what the command says: go test ./cmd/pdsconform -run TestCommandPages -update writes it anew", name)
		}
	}
	for name := range is {
		if _, ok := want[name]; !ok {
			t.Errorf("docs/%s is the page of no command: go test ./cmd/pdsconform -run TestCommandPages -update removes it", name)
		}
	}
}

// TestManPages makes a man page for each command, in the folder that -man names.
func TestManPages(t *testing.T) {
	t.Parallel()
	folder := *manFolder
	if folder == "" {
		folder = t.TempDir()
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	// The day of a page is in it, and would make two builds of a release differ.
	header := doc.GenManHeader{Title: "PDSCONFORM", Section: "1", Source: "pdsconform", Manual: "pdsconform", Date: new(time.Unix(0, 0).UTC())}
	if err := doc.GenManTree(commands(), &header, folder); err != nil {
		t.Fatal(err)
	}
	if texts := pages(t, folder); texts["pdsconform.1"] == "" || texts["pdsconform-run.1"] == "" {
		t.Errorf("%d pages, but none of pdsconform run", len(texts))
	}
}

// TestCompletions makes the scripts that archives of a release hold.
func TestCompletions(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var h harness
		if code := h.run(t, "completion", shell); code != 0 || h.stdout.Len() < 1000 {
			t.Errorf("%s: exit code %d, %d bytes, %s", shell, code, h.stdout.Len(), h.stderr.String())
		}
	}
	for _, args := range [][]string{{"completion"}, {"completion", "csh"}, {"completion", "bash", "more"}} {
		var h harness
		if code := h.run(t, args...); code != 2 {
			t.Errorf("%q: exit code %d, %s%s", args, code, h.stdout.String(), h.stderr.String())
		}
	}
}
