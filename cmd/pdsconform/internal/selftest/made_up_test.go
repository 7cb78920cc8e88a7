package selftest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
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
	bench := Bench{Config: suite.Config{Catalog: catalog, Seed: 1}, Requirements: requirements(t, catalog), Start: startWith(mockserver.Options{}, madeUp)}
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

// startWith starts a mock that serves made-up documents besides its own.
func startWith(options mockserver.Options, further fs.FS) Start {
	return func(config suite.Config, defects ...string) (suite.Config, func(), error) {
		started := options
		started.Seed, started.AdminPassword, started.Lexicons = 1, "admin-pass", []fs.FS{further}
		started.Defects = slices.DeleteFunc(slices.Clone(defects), func(id string) bool { return id == "" })
		server, err := mockserver.New(started)
		if err != nil {
			return config, nil, err
		}
		config.Embedded, config.AdminPassword = true, "admin-pass"
		config.Target, config.Control = server.URL, server.ControlURL
		return config, server.Close, nil
	}
}

// nextRevision is a revision that follows the newest: with an output that is
// required and that no handler can know of, an input and an output that are not,
// and a method that a handler of the test serves.
func nextRevision(t *testing.T) (served, all *lexicons.Catalog, further fs.FS) {
	t.Helper()
	newest, err := lexicons.FS(lexicons.Revisions()[len(lexicons.Revisions())-1])
	if err != nil {
		t.Fatal(err)
	}
	const folder = "com/atproto/server/"
	files := fstest.MapFS{}
	names, err := fs.Glob(newest, folder+"*.json")
	for _, name := range names {
		text, failed := fs.ReadFile(newest, name)
		err = errors.Join(err, failed)
		files[name] = &fstest.MapFile{Data: text}
	}
	change := func(name, before, after string) {
		changed := strings.Replace(string(files[folder+name].Data), before, after, 1)
		if changed == string(files[folder+name].Data) {
			err = errors.Join(err, fmt.Errorf("%s has no %s", name, before))
		}
		files[folder+name].Data = []byte(changed)
	}
	change("getSession.json", `"properties": {`, `"properties": {"serial": {"type": "integer"}, "nickname": {"type": "string"},`)
	change("getSession.json", `"required": [`, `"required": ["serial", `)
	change("createSession.json", `"identifier": {`, `"nickname": {"type": "string", "maxLength": 9}, "identifier": {`)
	ping := fstest.MapFS{folder + "ping.json": {Data: []byte(`{"lexicon":1,"id":"com.atproto.server.ping","defs":{"main":{"type":"procedure"}}}`)}}
	served, failed := lexicons.Load(files)
	err = errors.Join(err, failed)
	maps.Copy(files, ping)
	all, failed = lexicons.Load(files)
	if err = errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	return served, all, ping
}

// What a revision has that nobody has written a line for is scored by the
// self-test as all else is.
func TestNextRevision(t *testing.T) {
	t.Parallel()
	served, all, further := nextRevision(t)
	handlers := http.NewServeMux()
	handlers.HandleFunc("/xrpc/com.atproto.server.ping", func(http.ResponseWriter, *http.Request) {}) // which says 200
	bench := Bench{
		Config: suite.Config{Catalog: all, Seed: 1}, Requirements: requirements(t, all),
		Start: startWith(mockserver.Options{Catalog: served, Fallback: handlers}, further),
	}
	tried := 0
	for _, defect := range mockserver.Defects(all) {
		isNew := defect.Method == "com.atproto.server.ping" && (defect.Facet == "output" || defect.Facet == "method") ||
			strings.Contains(defect.ID, ".getSession.serial.") || strings.Contains(defect.ID, ".getSession.nickname.") ||
			strings.Contains(defect.ID, "input.createSession.nickname.")
		if !isNew {
			continue
		}
		tried++
		t.Run(defect.ID, func(t *testing.T) {
			t.Parallel()
			if by, wrong := Judge(defect, bench.Try(t.Context(), defect).Failures); len(by) == 0 {
				t.Errorf("not noticed at %v; what failed: %v", Places(defect), wrong)
			}
		})
	}
	if tried != 9 {
		t.Errorf("%d defects are new", tried)
	}
}
