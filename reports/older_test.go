package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOlderDocumentIsRendered reads a document of the first version, with
// nothing in it that came later, and writes it in every format.
func TestOlderDocumentIsRendered(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join("testdata", "older-report.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	report, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range writers() {
		var text strings.Builder
		if err := write(&text, report); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text.Len() == 0 {
			t.Errorf("%s: nothing was written", name)
		}
	}
	page := renderHTML(t, report, Options{})
	for _, word := range []string{"1 gating requirement failed", "server.createSession.output.did.required", "2 of 3 requirements"} {
		if !strings.Contains(page, word) {
			t.Errorf("the page lacks %q", word)
		}
	}
}

func TestFormatsWith(t *testing.T) {
	t.Parallel()
	plain, with := Formats(), FormatsWith(Options{Documents: os.DirFS("../lexicons/2023-04")})
	if len(plain) != len(with) {
		t.Fatalf("%d formats with options, %d without", len(with), len(plain))
	}
	for i := range plain {
		var bare, shown strings.Builder
		if plain[i].Encode(&bare, New(sample())) != nil || with[i].Encode(&shown, New(sample())) != nil {
			t.Fatal("not written")
		}
		differs := bare.String() != shown.String()
		if wants := plain[i].Name == "html" || plain[i].Name == "sarif"; differs != wants || plain[i].Name != with[i].Name {
			t.Errorf("%s: shows lines of documents: %t, want %t", plain[i].Name, differs, wants)
		}
	}
}
