package lexicons

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// documentOf returns the text of a document.
func documentOf(id, defs string) string {
	return `{"lexicon":1,"id":"` + id + `","defs":{` + defs + `}}`
}

func folderOf(defs string) fs.FS {
	return fstest.MapFS{"com/example/thing.json": {Data: []byte(documentOf("com.example.thing", defs))}}
}

// load puts definitions into one document.
func load(defs string) (*Catalog, error) { return Load(folderOf(defs)) }

func TestEveryTypeOfTheLanguage(t *testing.T) {
	t.Parallel()
	catalog, err := load(`
		"main": {"type":"record","key":"tid","description":"d","record":{"type":"object","required":["a"],"nullable":["a"],"properties":{
			"a":{"type":"boolean","default":true,"const":true},
			"b":{"type":"integer","minimum":0,"maximum":9,"enum":[1,2],"default":1,"const":1},
			"c":{"type":"string","format":"uri","minLength":1,"maxLength":9,"minGraphemes":1,"maxGraphemes":5,"enum":["x"],"knownValues":["y"],"default":"x","const":"x"},
			"d":{"type":"bytes","minLength":1,"maxLength":2},
			"e":{"type":"cid-link"},
			"f":{"type":"blob","accept":["image/*"],"maxSize":100},
			"g":{"type":"unknown"},
			"h":{"type":"array","items":{"type":"ref","ref":"#object"},"minLength":1,"maxLength":2},
			"i":{"type":"union","refs":["#object","com.example.thing"],"closed":true},
			"j":{"type":"ref","ref":"#token"}}}},
		"object":{"type":"object"}, "token":{"type":"token"}`)
	if err != nil {
		t.Fatal(err)
	}
	record := catalog.Document("com.example.thing").Definition("main").Schema.(*Record)
	union := record.Record.Property("i").(*Union)
	if union.Targets[1] != Schema(record) || !union.Closed {
		t.Error("the union's refs are not resolved")
	}
	if text := record.Record.Property("c").(*String); *text.MaxGraphemes != 5 || *text.Default != "x" {
		t.Error("the string's bounds are lost")
	}
	if !record.Record.AllowsNull("a") || !record.Record.Requires("a") || record.Record.Requires("b") {
		t.Error("required and nullable are lost")
	}
}

func TestSubscription(t *testing.T) {
	t.Parallel()
	catalog, err := load(`"main":{"type":"subscription","parameters":{"type":"params","properties":{"cursor":{"type":"integer"}}},
		"message":{"schema":{"type":"union","refs":["#info"]}},"errors":[{"name":"FutureCursor"}]},"info":{"type":"object"}`)
	if err != nil {
		t.Fatal(err)
	}
	subscription := catalog.Document("com.example.thing").Definition("main").Schema.(*Subscription)
	if subscription.Message == nil || len(subscription.Errors) != 1 {
		t.Error("the subscription's message or errors are lost")
	}
	if len(catalog.Methods()) != 0 {
		t.Error("a subscription is not a method")
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ defs, pointer, problem string }{
		"unknown type":             {`"main":{"type":"number"}`, "/defs/main/type", "number"},
		"no type":                  {`"main":{}`, "/defs/main/type", "must be there"},
		"negative bound":           {`"main":{"type":"string","maxLength":-1}`, "/defs/main/maxLength", "negative"},
		"fractional bound":         {`"main":{"type":"integer","minimum":0.5}`, "/defs/main/minimum", "whole number"},
		"null keyword":             {`"main":{"type":"boolean","default":null}`, "/defs/main/default", "true or false"},
		"required but no property": {`"main":{"type":"object","required":["a"]}`, "/defs/main/required", `"a"`},
		"query that is not main":   {`"other":{"type":"query"}`, "/defs/other", "main"},
		"definition that is a ref": {`"main":{"type":"ref","ref":"#main"}`, "/defs/main/type", "definition"},
		"array without items":      {`"main":{"type":"array"}`, "/defs/main/items", "missing"},
		"record without record":    {`"main":{"type":"record"}`, "/defs/main/record", "missing"},
		"error without name":       {`"main":{"type":"query","errors":[{}]}`, "/defs/main/errors/0/name", "missing"},
		"error declared twice":     {`"main":{"type":"query","errors":[{"name":"A"},{"name":"A"}]}`, "/defs/main/errors/1/name", "twice"},
		"object as parameter":      {`"main":{"type":"query","parameters":{"type":"params","properties":{"a":{"type":"object"}}}}`, "/defs/main/parameters/properties/a/type", "object"},
		"array of bytes parameter": {`"main":{"type":"query","parameters":{"type":"params","properties":{"a":{"type":"array","items":{"type":"bytes"}}}}}`, "/defs/main/parameters/properties/a/items/type", "bytes"},
		"parameters of other type": {`"main":{"type":"query","parameters":{"type":"object"}}`, "/defs/main/parameters/type", "params"},
		"bad encoding":             {`"main":{"type":"query","output":{"encoding":"json"}}`, "/defs/main/output/encoding", "json"},
		"body that is an array":    {`"main":{"type":"query","output":{"encoding":"a/b","schema":{"type":"array","items":{"type":"string"}}}}`, "/defs/main/output/schema/type", "array"},
		"double member":            {`"main":{"type":"object"},"main":{"type":"object"}`, "/defs/main", "twice"},
		"escaped pointer":          {`"main":{"type":"object","properties":{"a/b~c":{"type":"x"}}}`, "/defs/main/properties/a~1b~0c/type", "x"},
		"closed union of nothing":  {`"main":{"type":"array","items":{"type":"union","refs":[],"closed":true}}`, "/defs/main/items/refs", "closed"},
		"definition without name":  {`"":{"type":"object"}`, "/defs/", "name"},
		"empty enum":               {`"main":{"type":"string","enum":[]}`, "/defs/main/enum", "empty"},
		"empty integer enum":       {`"main":{"type":"integer","enum":[]}`, "/defs/main/enum", "empty"},
		"permission of other type": {`"main":{"type":"permission-set","permissions":[{"type":"x","resource":"rpc","lxm":[]}]}`, "/defs/main/permissions/0/type", "permission"},
		"permission set elsewhere": {`"x":{"type":"permission-set","permissions":[]}`, "/defs/x", "main"},
		"no definitions":           {``, "/defs", "at least one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(test.defs)
			if err == nil {
				t.Fatal("was loaded")
			}
			if want := "com/example/thing.json#" + test.pointer + ": "; !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("got %q, want it to begin with %q and to name %q", err, want, test.problem)
			}
		})
	}
}

func TestDocumentRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, text, problem string }{
		"language":        {"com/example/thing.json", `{"lexicon":2,"id":"com.example.thing","defs":{"main":{"type":"object"}}}`, "#/lexicon"},
		"id":              {"thing.json", `{"lexicon":1,"id":"thing","defs":{"main":{"type":"object"}}}`, "#/id"},
		"no defs":         {"com/example/thing.json", `{"lexicon":1,"id":"com.example.thing"}`, "#/defs"},
		"trailing text":   {"com/example/thing.json", `{"lexicon":1,"id":"com.example.thing","defs":{"main":{"type":"object"}}} x`, "not JSON"},
		"not an object":   {"com/example/thing.json", `[]`, "must be an object"},
		"defs is a list":  {"com/example/thing.json", `{"lexicon":1,"id":"com.example.thing","defs":[]}`, "#/defs"},
		"def is a number": {"com/example/thing.json", `{"lexicon":1,"id":"com.example.thing","defs":{"main":1}}`, "#/defs/main/type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(fstest.MapFS{test.file: {Data: []byte(test.text)}})
			if err == nil || !strings.Contains(err.Error(), test.problem) || !strings.HasPrefix(err.Error(), test.file) {
				t.Errorf("got %v, want an error at %s that names %q", err, test.file, test.problem)
			}
		})
	}
}
