package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// root is the folder of the module, as tests of this package see it.
const root = "../.."

// holdBlock holds what stands between the marks of a name in a README against
// what it should be; with -update it is written there.
func holdBlock(t *testing.T, file, name, want string) {
	t.Helper()
	path := filepath.Join(root, file)
	begin, end := fmt.Sprintf("<!-- %s: go test ./cmd/pdsconform -run %s -update -->\n", name, t.Name()), "<!-- /"+name+" -->"
	before, rest, begins := strings.Cut(read(t, path), begin)
	old, after, ends := strings.Cut(rest, end)
	switch {
	case !begins || !ends:
		t.Errorf("%s has no marks %s… and %s", file, strings.TrimSpace(begin), end)
	case old == want:
	case *update:
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s, %s: another text: go test ./cmd/pdsconform -run %s -update writes it anew\n--- is\n%s--- should be\n%s", file, name, t.Name(), old, want)
	}
}

// TestReadmeRevisions holds the figures of the README against the documents and
// the catalogue. It isn't parallel, since TestReadmeSample may write the same file.
func TestReadmeRevisions(t *testing.T) {
	var table strings.Builder
	table.WriteString("| revision of the documents | methods | declared errors | requirements |\n|---|---|---|---|\n")
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			t.Fatal(err)
		}
		requirements, err := suite.List(suite.Config{Catalog: catalog, Revision: revision})
		if err != nil {
			t.Fatal(err)
		}
		errors := 0
		for _, method := range catalog.Methods() {
			errors += len(method.Errors)
		}
		fmt.Fprintf(&table, "| %s | %d | %d | %d |\n", revision, len(catalog.Methods()), errors, len(requirements))
	}
	holdBlock(t, "README.md", "revisions", table.String())
}

// inconstant is what two runs of one seed needn't have in common: races send
// more requests or fewer.
var inconstant = regexp.MustCompile(`(?m)^\d+ requests, \d+ accounts|seed \d+, \S+$`)

// TestReadmeSample holds the README's output of a run against that of a run.
func TestReadmeSample(t *testing.T) {
	t.Parallel()
	var out, progress strings.Builder
	folder := filepath.Join(t.TempDir(), "pdsconform-report")
	if code := Run(t.Context(), []string{"run", "--seed", "1", "--out", folder}, nil, &out, &progress, nil); code != 0 {
		t.Fatalf("exit code %d: %s%s", code, out.String(), progress.String())
	}
	text := strings.ReplaceAll(out.String(), folder, "pdsconform-report")
	table, rest, _ := strings.Cut(text, "\n\n")
	rows := strings.Split(table, "\n")
	_, totals, found := strings.Cut("\n"+rest, "\n\n")
	if !found || len(rows) < 10 {
		t.Fatalf("another output: %s", text)
	}
	shown := strings.Join(append(append(rows[:4:4], "…"), rows[len(rows)-1]), "\n") + "\n\n" + totals
	held := sampleOf(t)
	if !*update && inconstant.ReplaceAllString(held, "N") == inconstant.ReplaceAllString(shown, "N") {
		return
	}
	holdBlock(t, "README.md", "sample", "```text\n"+shown+"```\n")
}

func sampleOf(t *testing.T) string {
	_, rest, _ := strings.Cut(read(t, filepath.Join(root, "README.md")), "<!-- sample:")
	_, rest, _ = strings.Cut(rest, "```text\n")
	sample, _, _ := strings.Cut(rest, "```\n<!-- /sample")
	return sample
}

// TestReadmeFailure holds the failure that suite/README.md shows against that of
// a server with this defect.
func TestReadmeFailure(t *testing.T) {
	t.Parallel()
	mock := mockserver.RunT(t, mockserver.Options{Defects: []string{"output.createSession.email.wrong-type"}})
	const id = "server.createSession.output.email.type"
	var out, errors strings.Builder
	code := Run(t.Context(), []string{"run", "--target", mock.URL, "--only", id, "--revision", "2023-04", "--out", t.TempDir()}, nil, &out, &errors, nil)
	_, failure, found := strings.Cut(out.String(), "\n  "+id)
	failure, _, _ = strings.Cut("  "+id+failure, "\n\n")
	if code != 1 || !found {
		t.Fatalf("exit code %d: %s%s", code, out.String(), errors.String())
	}
	failure = strings.ReplaceAll(failure, mock.URL, "http://127.0.0.1:2583")
	failure = regexp.MustCompile(`pc[a-z0-9]+\.test`).ReplaceAllString(failure, "pcx3k7a.test")
	failure = regexp.MustCompile(`did:plc:[a-z2-7]{24}`).ReplaceAllString(failure, "did:plc:ewvi7nxzyoun6zhxrhs64oiz")
	holdBlock(t, "suite/README.md", "failure", "```text\n"+failure+"\n```\n")
}

// The tables of exit codes, outcomes and profiles have a row for each.
func TestReadmeVocabulary(t *testing.T) {
	t.Parallel()
	text := read(t, filepath.Join(root, "reports", "README.md"))
	for _, outcome := range reports.Outcomes() {
		if !strings.Contains(text, fmt.Sprintf("\n| `%s` | ", outcome)) {
			t.Errorf("reports/README.md has no row for the outcome %s", outcome)
		}
	}
	for code := range reports.ExitCode(131) {
		known := code.String() != "unknown exit code"
		if row := strings.Contains(text, fmt.Sprintf("\n| %d | ", int(code))); row != known {
			t.Errorf("exit code %d is known: %v, has a row in reports/README.md: %v", int(code), known, row)
		}
	}
	for _, format := range reports.FormatsWith(reports.Options{}) {
		if !strings.Contains(text, "`"+format.Name+"`") {
			t.Errorf("reports/README.md has no row for the format %s", format.Name)
		}
	}
	profiles := read(t, filepath.Join(root, "suite", "README.md"))
	for _, profile := range reports.Profiles() {
		if !strings.Contains(profiles, "`"+profile+"`") {
			t.Errorf("suite/README.md doesn't name the profile %s", profile)
		}
	}
}
