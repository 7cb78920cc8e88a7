package selftest

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite"
)

// madeUp are documents with everything that can be wrong in the depth of an input:
// behind refs, in lists and in the types of unions.
var madeUp = fstest.MapFS{
	"put.json": {Data: []byte(`{"lexicon":1,"id":"com.example.put","defs":{
		"main":{"type":"procedure","input":{"encoding":"application/json","schema":{"type":"object","required":["who","kind","parts"],"properties":{
			"who":{"type":"ref","ref":"#who"},
			"kind":{"type":"string","enum":["note","page"]},
			"size":{"type":"integer","minimum":1,"maximum":9},
			"level":{"type":"integer","enum":[3,5]},
			"version":{"type":"string","const":"one"},
			"title":{"type":"string","minLength":2,"maxLength":40,"maxGraphemes":10},
			"key":{"type":"bytes","minLength":2,"maxLength":4},
			"link":{"type":"cid-link"},
			"anything":{"type":"unknown"},
			"parts":{"type":"array","minLength":1,"maxLength":3,"items":{"type":"union","closed":true,"refs":["#text","#image"]}},
			"extra":{"type":"union","refs":["#text"]}}}},
			"output":{"encoding":"application/json","schema":{"type":"object","required":["uri"],"properties":{
				"uri":{"type":"string","format":"at-uri"},"count":{"type":"integer","minimum":0,"maximum":5}}}}},
		"who":{"type":"object","required":["did"],"properties":{"did":{"type":"string","format":"did"},
			"names":{"type":"array","items":{"type":"string","minGraphemes":2}},"friend":{"type":"ref","ref":"#who"}}},
		"text":{"type":"object","required":["text"],"properties":{"text":{"type":"string","maxLength":20},"lang":{"type":"string","format":"language"}}},
		"image":{"type":"object","required":["at","alt"],"properties":{"at":{"type":"ref","ref":"#spot"},"alt":{"type":"string"}}},
		"spot":{"type":"object","required":["x"],"properties":{"x":{"type":"integer","maximum":100}}}}}`)},
	"get.json": {Data: []byte(`{"lexicon":1,"id":"com.example.get","defs":{
		"main":{"type":"query","parameters":{"type":"params","required":["actor","limit"],"properties":{
			"actor":{"type":"string","format":"at-identifier"},"limit":{"type":"integer","minimum":1,"maximum":50},
			"text":{"type":"string","minLength":2,"maxLength":30},"order":{"type":"string","enum":["up","down"]}}},
			"output":{"encoding":"application/json","schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}}}}`)},
}

// The defects of documents that nobody has written a line for are noticed, however
// deep in an input they are, and nothing is said of a server without them.
func TestMadeUpDocuments(t *testing.T) {
	t.Parallel()
	catalog, err := lexicons.Load(madeUp)
	if err != nil {
		t.Fatal(err)
	}
	bench := Bench{Config: suite.Config{Catalog: catalog, Seed: 1}, Requirements: requirements(t, catalog), Start: startWith()}
	if sound := bench.check(t.Context(), mockserver.Defect{}, nil); len(sound.Failures) > 0 || sound.Broken != "" {
		t.Fatalf("the mock without a defect: %v %s", sound.Failures, sound.Broken)
	}
	kinds := map[string]int{}
	for _, defect := range mockserver.Defects(catalog) {
		if !strings.HasPrefix(defect.Method, "com.example.") || defect.Facet != "input" && defect.Facet != "output" {
			continue
		}
		if strings.HasSuffix(defect.ID, ".demanded") {
			continue // nobody has said with which values the method succeeds, so that a refusal tells nothing
		}
		kinds[defect.ID[strings.LastIndexByte(defect.ID, '.')+1:]]++
		t.Run(defect.ID, func(t *testing.T) {
			t.Parallel()
			if by, wrong := Judge(defect, bench.Try(t.Context(), defect).Failures); len(by) == 0 {
				t.Errorf("not noticed at %v; what failed: %v", Places(defect), wrong)
			}
		})
	}
	for _, kind := range []string{"absence", "type", "format", "minimum", "maximum", "min-length", "max-length", "min-graphemes", "max-graphemes", "enum", "const", "closed"} {
		if kinds[kind+"-unchecked"] == 0 {
			t.Errorf("no input has its %s unchecked", kind)
		}
	}
}

// startWith starts a mock that serves the made-up documents besides its own.
func startWith() Start {
	return func(config suite.Config, defects ...string) (suite.Config, func(), error) {
		if len(defects) == 1 && defects[0] == "" {
			defects = nil
		}
		server, err := mockserver.New(mockserver.Options{
			Defects: defects, Seed: 1, AdminPassword: "admin-pass", Lexicons: []fs.FS{madeUp},
		})
		if err != nil {
			return config, nil, err
		}
		config.Embedded, config.AdminPassword = true, "admin-pass"
		config.Target, config.Control = server.URL, server.ControlURL
		return config, server.Close, nil
	}
}
