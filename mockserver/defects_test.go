package mockserver_test

import (
	"flag"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

func TestDefectsAreListed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, d := range mockserver.Defects(nil) {
		if seen[d.ID] || d.ID == "" || d.Facet == "" || d.Description == "" || strings.Contains(d.Description, "\n") {
			t.Errorf("not well described, or twice: %+v", d)
		}
		if !strings.HasPrefix(d.ID, d.Facet+".") {
			t.Errorf("%s does not begin with its facet %s", d.ID, d.Facet)
		}
		seen[d.ID] = true
	}
}

// TestDefectsOfRevisions shows every change of a defect in review: a run of the
// selftest can't miss one that is no longer there.
func TestDefectsOfRevisions(t *testing.T) {
	t.Parallel()
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, d := range mockserver.Defects(catalog) {
			ids = append(ids, d.ID)
		}
		slices.Sort(ids)
		golden := filepath.Join("testdata", "defects-"+revision+".golden")
		text := strings.Join(ids, "\n") + "\n"
		if *updateGolden {
			if err := os.WriteFile(golden, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text, "\n")); diff != "" {
			t.Errorf("the defects of %s changed; where that is meant: go test ./mockserver -run TestDefectsOfRevisions -update\n%s", revision, diff)
		}
	}
}

// TestDocumentBringsItsDefects gives a document that nobody has seen.
func TestDocumentBringsItsDefects(t *testing.T) {
	t.Parallel()
	catalog, err := lexicons.Load(fstest.MapFS{"com/example/make.json": {Data: []byte(`{"lexicon":1,"id":"com.example.make","defs":{
		"main":{"type":"procedure",
			"input":{"encoding":"application/json","schema":{"type":"object","required":["size","kind"],"properties":{
				"size":{"type":"integer"},"kind":{"type":"string","format":"nsid","default":"com.example.kind"}}}},
			"output":{"encoding":"application/json","schema":{"type":"ref","ref":"#tree"}},
			"errors":[{"name":"TooLarge"}]},
		"tree":{"type":"object","required":["at","branches"],"properties":{
			"at":{"type":"string","format":"datetime"},
			"branches":{"type":"array","items":{"type":"ref","ref":"#tree"}}}}}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, d := range mockserver.Defects(catalog) {
		ids[d.ID] = true
		if d.Method != "" && d.Method != "com.example.make" {
			t.Errorf("%s is of a method that the documents lack", d.ID)
		}
	}
	for _, id := range []string{
		"output.com.example.make.at.missing", "output.com.example.make.at.ill-formed", "output.com.example.make.branches.wrong-type",
		"errors.com.example.make.TooLarge.success", "input.com.example.make.size.absence-unchecked",
		"input.com.example.make.kind.format-unchecked", "method.com.example.make.any-verb", "protocol.errors.status-200",
	} {
		if !ids[id] {
			t.Errorf("%s is missing", id)
		}
	}
	if ids["input.com.example.make.kind.absence-unchecked"] {
		t.Error("a property with a default may be absent")
	}
}

func TestSetDefects(t *testing.T) {
	t.Parallel()
	const first, second = "output.createSession.did.missing", "output.createSession.handle.missing"
	c := start(t, mockserver.Options{Defects: []string{first, second, first}})
	s := c.signUp("alice")
	fields := func() string { return strings.Join(sortedNames(c.logIn(s.handle, s.password).ok().object()), " ") }
	if got := fields(); got != "accessJwt email refreshJwt" {
		t.Errorf("with two defects: %s", got)
	}
	if err := c.server.SetDefects(second, "output.createSession.did.mising"); err == nil || !strings.Contains(err.Error(), first) {
		t.Errorf("an unknown defect is %v", err)
	}
	if got := strings.Join(c.server.ActiveDefects(), " "); got != first+" "+second {
		t.Errorf("active after the error: %s", got)
	}
	if err := c.server.SetDefects(); err != nil {
		t.Fatal(err)
	}
	if got := fields(); got != "accessJwt did email handle refreshJwt" || len(c.server.ActiveDefects()) > 0 {
		t.Errorf("without defects: %s", got)
	}
	c.server.Reset()
	if got := strings.Join(c.server.ActiveDefects(), " "); got != first+" "+second {
		t.Errorf("active after a reset: %s", got)
	}
	if _, err := mockserver.New(mockserver.Options{Defects: []string{"bogus"}}); err == nil || !strings.Contains(err.Error(), "bogus") {
		t.Errorf("New takes an unknown defect: %v", err)
	}
}

func TestControlDefects(t *testing.T) {
	t.Parallel()
	c := start(t)
	const id = "errors.createSession.AccountTakedown.wrong-name"
	list := c.steer("GET", "/defects", "").ok()
	if n := len(list.list("defects")); n != len(mockserver.Defects(nil)) || len(list.list("active")) != 0 {
		t.Errorf("%d defects, active are %v", n, list.list("active"))
	}
	for _, item := range c.steer("PUT", "/defects", `{"active":["`+id+`"]}`).ok().list("defects") {
		described := item.(object)
		if described["active"] != (described["id"] == id) {
			t.Errorf("%v", described)
		}
		if described["id"] == id && (described["method"] != "com.atproto.server.createSession" || described["facet"] != "errors" || described["description"] == "") {
			t.Errorf("%v", described)
		}
	}
	isBadField(t, c.steer("PUT", "/defects", `{"active":["bogus"]}`), 404, "bogus")
	isBadField(t, c.steer("PUT", "/defects", `{}`), 400, "active")
	isBadField(t, c.steer("PUT", "/defects", `{"active":"x"}`), 400, "active")
	if got := c.server.ActiveDefects(); len(got) != 1 || got[0] != id {
		t.Errorf("active are %v", got)
	}
	c.steer("PUT", "/defects", `{"active":[]}`).ok()
}

// TestAllDefectsAtOnce is about servers that break in earnest.
func TestAllDefectsAtOnce(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	var ids []string
	for _, d := range mockserver.Defects(nil) {
		if !strings.HasPrefix(d.ID, "protocol.") && !strings.HasSuffix(d.ID, ".connection-dropped") {
			ids = append(ids, d.ID)
		}
	}
	s := newFixture(t, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelError})))
	s.have(t, ids...)
	for method := range methodsOf(t) {
		s.make(s.valid(method))
		s.make(request{verb: http.MethodPost, method: method, body: "{", media: "text/plain", authorization: bearer("bogus")})
	}
	if strings.Contains(log.String(), "panic") {
		t.Error(log.String())
	}
}
