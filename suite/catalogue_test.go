package suite

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every change of a requirement shows in review.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	for revision, catalog := range everyRevision(t) {
		var text strings.Builder
		for _, requirement := range list(t, catalog) {
			fmt.Fprintf(&text, "%s\t%s\t%s\t%s\n", requirement.ID, requirement.Level, requirement.Authority, requirement.Source)
		}
		golden := filepath.Join("testdata", "catalogue-"+revision+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text.String(), "\n")); diff != "" {
			t.Errorf("the catalogue of %s changed; where that is meant: go test ./suite -run TestCatalogue -update\n%s", revision, diff)
		}
	}
}

// Every declared error is a requirement, and no requirement waits for its
// scenario.
func TestEveryDeclaredErrorHasAScenario(t *testing.T) {
	t.Parallel()
	for revision, catalog := range everyRevision(t) {
		p, err := newPlan(Config{Catalog: catalog})
		if err != nil {
			t.Fatal(err)
		}
		written := map[string]bool{}
		for _, c := range p.cases {
			if c.Error != "" && !strings.HasPrefix(c.Title, "The error ") {
				written[c.Endpoint+" "+c.Error] = true
			}
		}
		for _, method := range catalog.Methods() {
			for _, declared := range method.Errors {
				if !written[method.NSID+" "+declared.Name] {
					t.Errorf("%s: %s declares %s at %s: nobody has written a scenario", revision, method.NSID, declared.Name, declared.Pointer)
				}
			}
		}
	}
}

const invented = `{"lexicon":1,"id":"com.example.invented","defs":{"main":{"type":"procedure",
	"input":{"encoding":"application/json","schema":{"type":"object","required":["thing"],"properties":{
		"thing":{"type":"string","format":"at-uri"},"size":{"type":"integer"}}}},
	"output":{"encoding":"application/json","schema":{"type":"object","required":["list"],"properties":{
		"list":{"type":"array","items":{"type":"ref","ref":"#entry"}}}}},
	"errors":[{"name":"NoSuchThing"}]},
	"entry":{"type":"object","required":["cid"],"properties":{"cid":{"type":"string","format":"cid"}}}}}`

// A document adds requirements without a line of code.
func TestInventedDocument(t *testing.T) {
	t.Parallel()
	catalog, err := lexicons.Load(fstest.MapFS{"com/example/invented.json": {Data: []byte(invented)}})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]reports.Requirement{}
	for _, requirement := range list(t, catalog) {
		found[requirement.ID] = requirement
	}
	for _, id := range []string{
		"com.example.invented.success", "com.example.invented.method.get-refused",
		"com.example.invented.input.thing.required", "com.example.invented.input.thing.type.null",
		"com.example.invented.input.size.optional", "com.example.invented.input.size.type.fraction",
		"com.example.invented.output.list.items.cid.format", "com.example.invented.output.list.items.cid.required",
		"com.example.invented.error.NoSuchThing", "com.example.invented.http.no-server-error",
	} {
		if found[id].Source == "" {
			t.Errorf("there is no requirement %s", id)
		}
	}
	if want := "com/example/invented.json#/defs/entry/properties/cid/format"; found["com.example.invented.output.list.items.cid.format"].Source != want {
		t.Errorf("the source is %s, want %s", found["com.example.invented.output.list.items.cid.format"].Source, want)
	}
	_, err = mockserver.New(mockserver.Options{Catalog: catalog})
	if err == nil || !strings.Contains(err.Error(), "com.example.invented") {
		t.Errorf("the mock started on a method without a handler: %v", err)
	}
}

// everyRevision loads the embedded revisions, by name.
func everyRevision(t *testing.T) map[string]*lexicons.Catalog {
	t.Helper()
	catalogs := map[string]*lexicons.Catalog{}
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			t.Fatal(err)
		}
		catalogs[revision] = catalog
	}
	return catalogs
}

func list(t *testing.T, catalog *lexicons.Catalog) []reports.Requirement {
	t.Helper()
	requirements, err := List(Config{Catalog: catalog})
	if err != nil {
		t.Fatal(err)
	}
	return requirements
}
