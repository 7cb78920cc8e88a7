package suite

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
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
			return checkImports(t, root, name, append(allowed, folder))
		})
		if err != nil {
			t.Error(err)
		}
	}
	if files < 50 {
		t.Errorf("only %d files were read: the test looks in the wrong place", files)
	}
}

func checkImports(t *testing.T, root fs.FS, name string, allowed []string) error {
	t.Helper()
	source, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		ours, found := strings.CutPrefix(imported, module)
		if !found {
			continue
		}
		folder, _, _ := strings.Cut(ours, "/")
		permitted := false
		for _, a := range allowed {
			permitted = permitted || a == folder
		}
		if !permitted {
			t.Errorf("%s imports %s", name, imported)
		}
	}
	return nil
}
