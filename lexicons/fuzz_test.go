package lexicons

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// everyType is a document with every type and keyword of the language.
const everyType = `{"lexicon":1,"id":"com.example.thing","revision":2,"description":"d","defs":{
	"main":{"type":"record","key":"tid","record":{"type":"object","required":["a"],"nullable":["b"],"properties":{
		"a":{"type":"boolean","default":true,"const":true},
		"b":{"type":"integer","minimum":-1,"maximum":9,"enum":[1,2],"default":1,"const":1},
		"c":{"type":"string","format":"uri","minLength":1,"maxLength":9,"minGraphemes":1,"maxGraphemes":5,"enum":["x"],"knownValues":["y"],"default":"x","const":"x"},
		"d":{"type":"bytes","minLength":1,"maxLength":2},"e":{"type":"cid-link"},"f":{"type":"blob","accept":["image/*"],"maxSize":100},
		"g":{"type":"unknown"},"h":{"type":"array","items":{"type":"ref","ref":"#object"},"minLength":1,"maxLength":2},
		"i":{"type":"union","refs":["#object","com.example.thing"],"closed":true},"a/b~c":{"type":"ref","ref":"com.example.thing#token"}}}},
	"object":{"type":"object"},"token":{"type":"token"}}}`

// FuzzLoad gives documents to the decoder. What it refuses it refuses with
// places; what it loads is whole, and says what the document says.
func FuzzLoad(f *testing.F) {
	for _, text := range seedDocuments(f) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var named struct{ ID string }
		_ = json.Unmarshal(text, &named) // a document without an id has a name all the same
		path := strings.ReplaceAll(named.ID, ".", "/") + ".json"
		if !fs.ValidPath(path) || path == ".json" {
			path = "com/example/thing.json"
		}
		catalog, err := Load(fstest.MapFS{path: {Data: text}})
		again, errAgain := Load(fstest.MapFS{path: {Data: text}})
		if !reflect.DeepEqual(catalog, again) || !reflect.DeepEqual(err, errAgain) {
			t.Fatalf("two readings differ: %v and %v", err, errAgain)
		}
		if err != nil {
			isPlaced(t, path, err)
			return
		}
		isWhole(t, catalog, text)
	})
}

func seedDocuments(f *testing.F) []string {
	texts := []string{everyType, "", "{}", "[]", "null", "{", `{"lexicon":1,"id":"com.example.thing","defs":{}}`}
	for _, defs := range []string{
		`"main":{"type":"subscription","parameters":{"type":"params","properties":{"cursor":{"type":"integer"}}},
			"message":{"schema":{"type":"union","refs":["#info"]}},"errors":[{"name":"FutureCursor"}]},"info":{"type":"object"}`,
		`"main":{"type":"procedure","input":{"encoding":"*/*"},"output":{"encoding":"application/json","schema":{"type":"ref","ref":"#out"}}},
			"out":{"type":"object","properties":{"more":{"type":"array","items":{"type":"ref","ref":"#out"}}}}`,
		`"main":{"type":"object","Type":"string"}`, `"main":{"type":"object"},"main":{"type":"token"}`,
		`"main":{"type":"array","items":null}`, `"main":{"type":"string","maxLength":1e3,"enum":null}`,
		`"main":{"type":"array","items":{"type":"ref","ref":"#"}}`, `"main":{"type":"object","properties":{"":{"type":"ref","ref":""}}}`,
		`"":{"type":"object","properties":{"/":{"type":"union","refs":["#"]}}}`,
	} {
		texts = append(texts, `{"lexicon":1,"id":"com.example.thing","defs":{`+defs+`}}`)
	}
	err := fs.WalkDir(revisions, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(revisions, name)
		texts = append(texts, string(text))
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return texts
}

// isPlaced fails the test unless every part of an error says where it is.
func isPlaced(t *testing.T, path string, err error) {
	t.Helper()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, part := range joined.Unwrap() {
			isPlaced(t, path, part)
		}
		return
	}
	var placed *DocumentError
	if !errors.As(err, &placed) || !strings.HasPrefix(string(placed.Pointer), path+"#") || placed.Problem == "" {
		t.Errorf("the error has no place in %s: %q", path, err)
	}
}

// isWhole fails the test unless every node of a catalogue stands at its
// pointer in the text, has the type that is written there, and every ref leads
// to a type of value, or nowhere.
func isWhole(t *testing.T, catalog *Catalog, text []byte) {
	t.Helper()
	var raw any
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatalf("text that is no JSON was loaded: %v", err)
	}
	document := catalog.Documents()[0]
	for _, definition := range document.Defs {
		if document.Definition(definition.Name) != definition {
			t.Errorf("definition %q is not found by its name", definition.Name)
		}
		Walk(definition.Schema, func(schema Schema) {
			node, _ := at(raw, schema.At()).(map[string]any)
			if node["type"] != schema.TypeName() {
				t.Errorf("%s is a %s, and in the text %v", schema.At(), schema.TypeName(), node)
			}
			leadsSomewhere(t, schema)
		})
	}
}

func leadsSomewhere(t *testing.T, schema Schema) {
	t.Helper()
	var targets []Schema
	switch s := schema.(type) {
	case *Ref:
		targets = []Schema{s.Target}
	case *Union:
		if targets = s.Targets; len(targets) != len(s.Refs) {
			t.Errorf("%s has %d targets for %d refs", s.At(), len(targets), len(s.Refs))
		}
	case *Array:
		targets = []Schema{s.Items}
	}
	for _, target := range targets {
		switch Deref(target).(type) {
		case *Method, *Subscription, *PermissionSet:
			t.Errorf("%s leads to %v, which is no type of value", schema.At(), target)
		}
	}
}

// at follows the JSON pointer of a place.
// Source: RFC 6901, section 4
func at(value any, place Pointer) any {
	_, pointer, _ := strings.Cut(string(place), "#")
	if pointer == "" {
		return value
	}
	for _, step := range strings.Split(pointer[1:], "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch container := value.(type) {
		case map[string]any:
			value = container[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(container) {
				return nil
			}
			value = container[i]
		}
	}
	return value
}
