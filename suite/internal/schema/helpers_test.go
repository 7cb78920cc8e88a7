package schema

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/lexicons"
)

// thing is the NSID of the method whose output the tests hold values against.
const thing = "com.example.thing"

// thingPointer is where the output's schema is.
const thingPointer = "com/example/thing.json#/defs/main/output/schema"

// loaded is a catalogue of one query with that output, beside other
// definitions, and of further documents by NSID.
func loaded(t *testing.T, output, definitions string, documents map[string]string) *lexicons.Catalog {
	t.Helper()
	defs := `"main":{"type":"query","output":{"encoding":"application/json","schema":` + output + `}}`
	if definitions != "" {
		defs += "," + definitions
	}
	fsys := fstest.MapFS{}
	add := func(nsid, defs string) {
		text := `{"lexicon":1,"id":"` + nsid + `","defs":{` + defs + `}}`
		fsys[strings.ReplaceAll(nsid, ".", "/")+".json"] = &fstest.MapFile{Data: []byte(text)}
	}
	add(thing, defs)
	for nsid, defs := range documents {
		add(nsid, defs)
	}
	catalog, err := lexicons.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// compiled is the set of such a catalogue.
func compiled(t *testing.T, output, definitions string, documents map[string]string) *Set {
	t.Helper()
	set, err := Compile(loaded(t, output, definitions, documents))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// field is the output whose one member v is of a type.
func field(schema string) string { return `{"type":"object","properties":{"v":` + schema + `}}` }

// decode reads JSON as the client does.
func decode(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// found words violations as "instance keyword", and the absent member.
func found(set *Set, value any) []string {
	var words []string
	for _, violation := range set.Validate(thingPointer, value) {
		text := violation.Instance + " " + violation.Keyword
		if violation.Property != "" {
			text += " " + violation.Property
		}
		words = append(words, text)
	}
	return words
}
