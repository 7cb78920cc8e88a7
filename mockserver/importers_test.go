package mockserver_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestModulesOfImporters names what a test that imports the mock has to build
// besides the standard library. Reading YAML and talking SMTP are not among it:
// packages files and smtp have that.
func TestModulesOfImporters(t *testing.T) {
	t.Parallel()
	const here = "github.com/pdsconform/pdsconform"
	listed, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", here+"/mockserver").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := slices.DeleteFunc(strings.Fields(string(listed)), func(module string) bool { return module == here })
	slices.Sort(modules)
	want := []string{
		"github.com/agnivade/levenshtein",
		"github.com/bluesky-social/indigo", // syntax of identifiers, keys of accounts
		"github.com/coder/quartz",
		"github.com/fxamacker/cbor/v2", // content identifiers of records and of PLC operations
		"github.com/golang-jwt/jwt/v5",
		"github.com/mr-tron/base58",        // of indigo
		"github.com/rivo/uniseg",           // maxGraphemes
		"github.com/x448/float16",          // of cbor
		"gitlab.com/yawning/secp256k1-voi", // of indigo, for ES256K
		"gitlab.com/yawning/tuplehash",     // of secp256k1-voi
		"golang.org/x/crypto",              // of secp256k1-voi
		"golang.org/x/sys",                 // of x/crypto
	}
	if diff := cmp.Diff(want, slices.Compact(modules)); diff != "" {
		t.Errorf("modules (-want +got):\n%s", diff)
	}
}

// BenchmarkImporters builds a test of a few lines with nothing cached: one that
// imports the mock beside one of httptest.
func BenchmarkImporters(b *testing.B) {
	for name, source := range map[string]string{
		"httptest": "package x\n\nimport (\n\t\"net/http/httptest\"\n\t\"testing\"\n)\n\nfunc TestX(t *testing.T) { httptest.NewServer(nil).Close() }\n",
		"mock":     "package x\n\nimport (\n\t\"testing\"\n\n\t\"github.com/pdsconform/pdsconform/mockserver\"\n)\n\nfunc TestX(t *testing.T) { mockserver.RunT(t) }\n",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				folder, err := os.MkdirTemp(".", "importer") //nolint:usetesting // it imports this module, so it has to be in it
				if err != nil {
					b.Fatal(err)
				}
				defer os.RemoveAll(folder)
				if err := os.WriteFile(filepath.Join(folder, "x_test.go"), []byte(source), 0o600); err != nil {
					b.Fatal(err)
				}
				build := exec.CommandContext(b.Context(), "go", "test", "-c", "-o", os.DevNull, "./"+filepath.Base(folder))
				build.Env = append(build.Environ(), "GOCACHE="+b.TempDir())
				if output, err := build.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, output)
				}
			}
		})
	}
}
