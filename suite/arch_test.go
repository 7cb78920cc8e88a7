package suite

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/pdsconform/pdsconform/"

// mayImport says what of ours each top-level folder may import, besides its
// own packages. The two halves meet on the wire only.
var mayImport = map[string][]string{
	"lexicons":   {},
	"fixtures":   {},
	"reports":    {},
	"mockserver": {"lexicons"},
	"suite":      {"lexicons", "reports", "fixtures"},
	"cmd":        {"lexicons", "reports", "suite", "mockserver"},
}

func TestImportEdges(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	files := 0
	for folder, allowed := range mayImport {
		err := fs.WalkDir(root, folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			files++
			checkImports(t, root, name, append(allowed, folder))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if files < 50 {
		t.Errorf("only %d files were read: the test looks in the wrong place", files)
	}
}

// forTests are packages that tests of several folders share. No program holds
// one.
var forTests = []string{"fixtures/chromium"}

// mayImportRoom says what the rooms of the mock may import of each other: who
// changes what a server does knows the server, and never the other way round.
var mayImportRoom = map[string][]string{
	"pds":       {"clock", "dag", "entropy", "lexval", "mail", "nearest", "plc", "ratelimit", "store", "token", "xrpc"},
	"faults":    {"lexval", "mail", "nearest", "pds", "store", "token", "xrpc"},
	"scenario":  {"faults", "headers", "lexval", "nearest", "pds", "store", "strict", "token", "xrpc"},
	"control":   {"answers", "clock", "faults", "further", "pds", "requests", "scenario", "strict"},
	"page":      {"answers", "control", "faults", "pds", "ratelimit", "requests", "scenario", "store"},
	"requests":  {"lexval", "xrpc"},
	"further":   {"answers", "example", "forward", "lexval", "pds", "xrpc"},
	"repo":      {"dag", "lexval", "pds", "store", "xrpc"},
	"answers":   {"headers", "lexval", "nearest", "strict"},
	"example":   {"dag", "lexval"},
	"forward":   {},
	"listen":    {},
	"ratelimit": {},
	"nearest":   {},
	"strict":    {},
	"xrpc":      {"lexval"},
	"store":     {},
	"dag":       {},
	"headers":   {},
}

func TestImportEdgesOfTheMock(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	for room, allowed := range mayImportRoom {
		names, err := fs.Glob(root, "mockserver/internal/"+room+"/*.go")
		if err != nil || len(names) == 0 {
			t.Errorf("%s has no files: %v", room, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, imported := range importsOf(t, root, name) {
				other, inMock := strings.CutPrefix(imported, "mockserver/")
				other, isRoom := strings.CutPrefix(other, "internal/")
				if inMock && (!isRoom || !slices.Contains(allowed, other)) {
					t.Errorf("%s imports %s", name, imported)
				}
			}
		}
	}
}

func checkImports(t *testing.T, root fs.FS, name string, allowed []string) {
	t.Helper()
	for _, imported := range importsOf(t, root, name) {
		if folder, _, _ := strings.Cut(imported, "/"); !slices.Contains(allowed, folder) {
			t.Errorf("%s imports %s", name, imported)
		}
		if slices.Contains(forTests, imported) {
			t.Errorf("%s imports %s, which is for tests alone", name, imported)
		}
	}
}

// importsOf are the packages of this module that a file imports, without the
// module's name.
func importsOf(t *testing.T, root fs.FS, name string) []string {
	t.Helper()
	source, err := fs.ReadFile(root, name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if rest, found := strings.CutPrefix(imported, module); found {
			ours = append(ours, rest)
		}
	}
	return ours
}
