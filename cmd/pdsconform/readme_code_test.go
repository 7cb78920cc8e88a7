package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goBlocks are the Go blocks of READMEs, each a package of its own that exists
// while it is compiled.
type goBlocks struct{ blocks []block }

func (g *goBlocks) add(b block) { g.blocks = append(g.blocks, b) }

// importsOf are the packages that blocks may use without an import of their own.
var importsOf = map[string]string{
	"testing.": "testing", "time.": "time", "mockserver.": modulePath + "/mockserver", "suite.": modulePath + "/suite",
	"reports.": modulePath + "/reports",
}

// standIns are what a block leaves to its reader.
var standIns = map[string]string{
	"startServer(t)":  "import (\n\"net/http/httptest\"\n\"testing\"\n)\nfunc startServer(*testing.T) *httptest.Server { return nil }\n",
	"greet(mock.URL":  "func greet(_, _, _ string) error { return nil }\n",
	"&sessionClient{": "type sessionClient struct{ url string }\nfunc (*sessionClient) logIn(_, _ string) error { return nil }\nfunc (*sessionClient) handle() (string, error) { return \"\", nil }\n",
}

// file makes a file of a block: a whole one stays as it is, and statements
// become a test.
func (g *goBlocks) file(b block) string {
	if strings.HasPrefix(b.text, "package ") {
		return b.text
	}
	var imports strings.Builder
	body := b.text
	if !strings.HasPrefix(b.text, "func ") && !strings.HasPrefix(b.text, "type ") {
		body = "func TestBlock(t *testing.T) {\n" + b.text + "\n_ = mock\n}\n"
	}
	code := regexp.MustCompile(`//.*`).ReplaceAllString(body, "")
	for use, path := range importsOf {
		if strings.Contains(code, use) {
			fmt.Fprintf(&imports, "import %q\n", path)
		}
	}
	return "package readme\n" + imports.String() + body
}

// compile has the compiler look at all blocks at once.
func (g *goBlocks) compile(t *testing.T) {
	t.Helper()
	base, err := filepath.Abs(filepath.Join(root, "cmd/pdsconform/internal"))
	if err != nil {
		t.Fatal(err)
	}
	overlay, folder := map[string]string{}, t.TempDir()
	var packages []string
	for i, b := range g.blocks {
		name := fmt.Sprintf("readme%d", i)
		files := map[string]string{"block.go": g.file(b)}
		declared := strings.Fields(files["block.go"])[1]
		for use, text := range standIns {
			if strings.Contains(b.text, use) {
				files["standin.go"] = "package " + declared + "\n" + text
			}
		}
		for file, text := range files {
			path := filepath.Join(folder, name+file)
			write(t, path, text)
			overlay[filepath.Join(base, name, file)] = path
		}
		packages = append(packages, "./internal/"+name)
		t.Logf("%s:%d is %s", b.file, b.line, name)
	}
	list := filepath.Join(folder, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	write(t, list, string(text))
	build := exec.CommandContext(t.Context(), "go", append([]string{"build", "-overlay", list}, packages...)...)
	if output, err := build.CombinedOutput(); err != nil {
		t.Errorf("the Go blocks of READMEs: %v\n%s", err, output)
	}
}
