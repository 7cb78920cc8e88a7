package mockserver_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

func lexiconFolders(folders ...fstest.MapFS) []fs.FS {
	var all []fs.FS
	for _, folder := range folders {
		all = append(all, folder)
	}
	return all
}

// TestExamples calls methods of further documents for which there are no answers.
func TestExamples(t *testing.T) {
	t.Parallel()
	other := fstest.MapFS{"more.json": {Data: []byte(`{"lexicon":1,"id":"com.example.more","defs":{"main":{"type":"query",
		"output":{"encoding":"application/json","schema":{"type":"ref","ref":"com.example.getProfile#friend"}}}}}`)}}
	options := mockserver.Options{Seed: 7, Lexicons: lexiconFolders(profiles(), other)}
	c := start(t, options)
	alice := c.signUp("alice")
	a := c.xrpc("GET", "com.example.getProfile?actor=bob.test", alice.access, "").ok()
	profile := a.object()
	if a.header.Get("X-Pdsconform-Answered-By") != "example" || profile["did"] != alice.did || profile["handle"] != "alice.test" {
		t.Errorf("example is %s %v", a.body, a.header)
	}
	var names []string
	for name := range profile {
		names = append(names, name)
	}
	slices.Sort(names)
	if diff := cmp.Diff(strings.Fields("anything avatar best count createdAt cursor description did displayName friends handle key muted pinned status uri"), names); diff != "" {
		t.Errorf("members: %s", diff)
	}
	if friends := a.list("friends"); len(friends) != 2 || cmp.Equal(friends[0], friends[1]) {
		t.Errorf("friends are %v", friends)
	}
	if best := profile["best"].(object); best["$type"] != "com.example.getProfile#friend" {
		t.Errorf("the variant is %v", best)
	}
	if again := c.xrpc("GET", "com.example.getProfile?actor=bob.test", alice.access, "").ok(); string(again.body) != string(a.body) {
		t.Errorf("once %s, then %s", a.body, again.body)
	}
	if page := c.xrpc("GET", "com.example.getProfile?actor=bob.test&cursor=x", alice.access, "").ok(); page.text("cursor") != "" || a.text("cursor") == "" {
		t.Errorf("the second page is %s", page.body)
	}
	c.xrpc("GET", "com.example.more", alice.access, "").ok()
	c.xrpc("GET", "com.example.getProfile?actor=bob.test", "", "").is(401, "AuthenticationRequired", "")
	c.xrpc("GET", "com.example.getProfile?actor=a+b", alice.access, "").is(400, "InvalidRequest", "Error: Params/actor must be a valid at-identifier")
	c.xrpc("POST", "com.example.getProfile?actor=bob.test", alice.access, "").is(400, "InvalidRequest", "Incorrect HTTP method (POST) expected GET")
	c.xrpc("POST", "com.example.post", alice.access, `{}`).is(400, "InvalidRequest", `Input must have the property "text"`)
	if a := c.xrpc("GET", "com.example.getArchive", alice.access, "").ok(); a.header.Get("Content-Type") != "application/vnd.ipld.car" || string(a.body) != "\x11\xa2eroots\x80gversion\x01" {
		t.Errorf("archive is %q %v", a.body, a.header)
	}
	if a := c.xrpc("POST", "com.example.touch", alice.access, "").ok(); len(a.body) != 0 {
		t.Errorf("answer is %s", a.body)
	}
	twin := start(t, options)
	twin.signUp("alice")
	if b := twin.xrpc("GET", "com.example.getProfile?actor=bob.test", twin.logIn("alice.test", alice.password).text("accessJwt"), "").ok(); string(b.body) != string(a.body) && b.text("uri") != profile["uri"] {
		t.Errorf("a server of the same seed answers %s", b.body)
	}
	options.Seed = 8
	third := start(t, options)
	if b := third.xrpc("GET", "com.example.getProfile?actor=bob.test", third.signUp("alice").access, "").ok(); b.text("description") == profile["description"] {
		t.Errorf("a server of another seed answers %s", b.body)
	}
}

// TestExamplesAreOfTheirOwnFamily leaves methods that the mock serves to it.
func TestExamplesAreOfTheirOwnFamily(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Lexicons: []fs.FS{fstest.MapFS{"a.json": {Data: []byte(`{"lexicon":1,"id":"com.atproto.server.getSession","defs":{"main":{"type":"query",
		"output":{"encoding":"application/json","schema":{"type":"object","properties":{"other":{"type":"string"}}}}}}}`)}}}})
	if a := c.get("getSession", c.signUp("alice").access).ok(); a.text("handle") != "alice.test" || a.text("other") != "" {
		t.Errorf("answer is %s", a.body)
	}
	_, err := mockserver.New(mockserver.Options{Lexicons: []fs.FS{fstest.MapFS{"a.json": {Data: []byte(`{"lexicon":1,"id":"com.example.a","defs":{"main":{"type":"query",
		"output":{"encoding":"application/json","schema":{"type":"ref","ref":"#none"}}}}}`)}}}})
	if err == nil || !strings.Contains(err.Error(), "lexicons[0]: a.json#/defs/main/output/schema/ref") {
		t.Errorf("a ref that leads nowhere: %v", err)
	}
}
