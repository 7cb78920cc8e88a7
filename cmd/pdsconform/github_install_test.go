package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// archiveOf is an archive of a release whose program is a script.
func archiveOf(t *testing.T, script string) []byte {
	t.Helper()
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	files := tar.NewWriter(compressed)
	if err := files.WriteHeader(&tar.Header{Name: "pdsconform", Mode: 0o755, Size: int64(len(script))}); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Write([]byte(script)); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// standInForGo is a folder with a go that builds nothing: what it is to build into
// a file is this test's own program, with what go was told in its environment as
// BUILT. .ci/run carries the build out.
func standInForGo(t *testing.T) (folder string) {
	t.Helper()
	itself, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	script := "#!" + bash(t) + `
told="$*"
while [ "$1" != -o ]; do shift; done
printf '#!%s\nBUILT=%q exec %q "$@"\n' "$BASH" "$told" '` + itself + `' >"$2"
chmod +x "$2"
`
	if err := os.WriteFile(filepath.Join(folder, "go"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestActionInstallsARelease serves a release as GitHub does, and wants the
// action to take its program, to refuse one that was tampered with, and to build
// where a version has no release.
func TestActionInstallsARelease(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there the action builds")
	}
	const version, ofRelease = "1.2.3-rc.1", "#!/bin/sh\necho of the release\n"
	archive := archiveOf(t, ofRelease)
	name := fmt.Sprintf("pdsconform_%s_%s_%s.tar.gz", version, runtime.GOOS, runtime.GOARCH)
	for _, test := range []struct {
		name, sum, ref, says string
		code                 int
		program              string // what it contains
	}{
		{"released", fmt.Sprintf("%x", sha256.Sum256(archive)), "v" + version, "installed pdsconform v" + version, 0, ofRelease},
		{"tampered with", strings.Repeat("0", 64), "v" + version, "another checksum", 2, ""},
		{"no release", "", "v9.9.9", "", 0, `main.release=v9.9.9`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/pdsconform/pdsconform/releases/download/v" + version + "/checksums.txt":
					fmt.Fprintf(w, "%s  other.zip\n%s  %s\n", strings.Repeat("1", 64), test.sum, name)
				case "/pdsconform/pdsconform/releases/download/v" + version + "/" + name:
					_, _ = w.Write(archive)
				default:
					http.NotFound(w, r)
				}
			}))
			defer served.Close()
			actions := newRunner(t, nil)
			actions.programs = standInForGo(t)
			actions.github = map[string]string{"action_ref": test.ref, "server_url": served.URL}
			install, _ := scripts(t)
			code, out := actions.step(install)
			if code != test.code || !strings.Contains(out, test.says) {
				t.Errorf("exit code %d: %s", code, out)
			}
			program, err := os.ReadFile(actions.file("pdsconform"))
			switch {
			case code != 0 && err == nil:
				t.Error("a program that was refused is there")
			case code == 0 && (err != nil || !strings.Contains(string(program), test.program)):
				t.Errorf("another program than that of the release, or none: %v", err)
			}
		})
	}
}
