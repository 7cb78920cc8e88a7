package lexicons

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoadRevision(t *testing.T) {
	t.Parallel()
	type size struct{ documents, methods, errors int }
	want := map[string]size{"2023-04": {17, 16, 14}, "2026-07": {26, 25, 29}}
	if got := Revisions(); len(got) != len(want) {
		t.Errorf("revisions %v, want %d: count what a new one has in this test", got, len(want))
	}
	for _, revision := range Revisions() {
		catalog, err := LoadRevision(revision)
		if err != nil {
			t.Fatal(err)
		}
		got := size{len(catalog.Documents()), len(catalog.Methods()), 0}
		for _, method := range catalog.Methods() {
			got.errors += len(method.Errors)
		}
		if got != want[revision] {
			t.Errorf("revision %s has %+v, want %+v: where documents were added, count them in this test", revision, got, want[revision])
		}
	}
}

func TestTreeOfTheDocument(t *testing.T) {
	t.Parallel()
	catalog, err := LoadRevision(DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	codes := catalog.Method("com.atproto.server.getAccountInviteCodes").Output.Object().Property("codes").(*Array)
	item := Deref(codes.Items).(*Object)
	if want := Pointer("com/atproto/server/defs.json#/defs/inviteCode"); item.At() != want {
		t.Errorf("the item is at %s, want %s", item.At(), want)
	}
	if got := item.Properties[0].Name; got != "code" {
		t.Errorf("the first property is %q: the document's order is lost", got)
	}
}

func TestRevisionIsNamedInTheError(t *testing.T) {
	t.Parallel()
	if _, err := LoadRevision("2022-01"); err == nil || !strings.Contains(err.Error(), DefaultRevision) {
		t.Errorf("got %v, want an error that names the revisions that exist", err)
	}
}

// The documents are data of the mission: a byte that changes is a change of
// what every report means.
func TestDocumentsAreVerbatim(t *testing.T) {
	t.Parallel()
	for _, revision := range Revisions() {
		fsys, err := FS(revision)
		if err != nil {
			t.Fatal(err)
		}
		files := 0
		err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			files++
			raw, err := fs.ReadFile(fsys, name)
			sum := sha256.Sum256(raw)
			if got, want := hex.EncodeToString(sum[:]), digests[revision][name]; got != want {
				t.Errorf("%s of %s is not what digests_test.go says; where the document is the official one, as it is, the line is\n\t\t%q: %q,", name, revision, name, got)
			}
			return err
		})
		if err != nil || files != len(digests[revision]) {
			t.Errorf("%s: %d files (%v), and digests_test.go has %d", revision, files, err, len(digests[revision]))
		}
	}
}

func TestLoadRefusesAnEmptyFolder(t *testing.T) {
	t.Parallel()
	if _, err := Load(fstest.MapFS{"README.md": {}}); err == nil {
		t.Error("a folder without documents was loaded")
	}
}

func TestEveryProblemIsReported(t *testing.T) {
	t.Parallel()
	_, err := Load(fstest.MapFS{
		"com/example/one.json": {Data: []byte(`{"lexicon":1,"id":"com.example.one","defs":{"main":{"type":"nonsense"}}}`)},
		"com/example/two.json": {Data: []byte(`{`)},
	})
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Fatalf("got %v, want two problems", err)
	}
	var problem *DocumentError
	if !errors.As(err, &problem) || problem.Pointer != "com/example/one.json#/defs/main/type" {
		t.Errorf("got %v, want a DocumentError at the unknown type", problem)
	}
}

// A document is what its id says, wherever its file lies.
func TestAnyFileLayout(t *testing.T) {
	t.Parallel()
	thing := documentOf("com.example.thing", `"main":{"type":"object","properties":{"a":{"type":"ref","ref":"com.example.other"}}}`)
	catalog, err := Load(fstest.MapFS{
		"b.json":          {Data: []byte(thing)},
		"deep/er/a.json":  {Data: []byte(documentOf("com.example.other", `"main":{"type":"string"}`))},
		"copies/b2.json":  {Data: []byte(thing)},
		"package.json":    {Data: []byte(`{"name":"lexicons"}`)},
		"deep/README.txt": {Data: []byte("no document")},
	})
	if err != nil {
		t.Fatal(err)
	}
	document := catalog.Document("com.example.thing")
	if document.Path != "com/example/thing.json" || document.File != "b.json" {
		t.Errorf("path %s, file %s", document.Path, document.File)
	}
	if raw, err := fs.ReadFile(catalog, document.Path); err != nil || string(raw) != thing {
		t.Errorf("the document's text is %q, %v", raw, err)
	}
	ref := catalog.Schema("com/example/thing.json#/defs/main/properties/a").(*Ref)
	if ref.Target == nil || ref.Target.At() != "com/example/other.json#/defs/main" {
		t.Errorf("the ref leads to %v", ref.Target)
	}
	for _, name := range []string{"b.json", "com/example/third.json", "/com/example/thing.json", "../b.json"} {
		if _, err := catalog.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was opened: %v", name, err)
		}
	}
}

func TestTwoDocumentsOfOneID(t *testing.T) {
	t.Parallel()
	first := &fstest.MapFile{Data: []byte(documentOf("com.example.one", `"main":{"type":"object","properties":{}}`))}
	second := &fstest.MapFile{Data: []byte(documentOf("com.example.one", `"main":{"type":"string"}`))}
	_, err := Load(fstest.MapFS{"one.json": first, "two.json": second})
	if err == nil || !strings.HasPrefix(err.Error(), "two.json#/id: ") || !strings.Contains(err.Error(), "one.json") {
		t.Errorf("got %v, want an error at the second document's id that names the first file", err)
	}
}
