package suite

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// document is a lexicon document on its way to another revision.
type document map[string]any

// at walks into a document; each name has to be there.
func (d document) at(names ...string) document {
	inner := d
	for _, name := range names {
		inner = inner[name].(map[string]any)
	}
	return inner
}

// nextRevision makes up a revision that follows an embedded one: a method more,
// one less, an optional input, an optional and a required output, a declared
// error more, one less.
func nextRevision(t *testing.T, revision string) *lexicons.Catalog {
	t.Helper()
	return load(t, nextDocuments(t, revision))
}

func load(t *testing.T, documents fs.FS) *lexicons.Catalog {
	t.Helper()
	catalog, err := lexicons.Load(documents)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// ping is the document of the method that the next revision has more.
const ping = "com/atproto/server/ping.json"

func nextDocuments(t *testing.T, revision string) fstest.MapFS {
	t.Helper()
	files, documents := fstest.MapFS{}, map[string]document{}
	source, err := lexicons.FS(revision)
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(source, "com/atproto/server/*.json")
	for _, name := range names {
		if err == nil {
			err = readInto(source, name, documents)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	changeForNext(documents)
	for name, d := range documents {
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	files[ping] = &fstest.MapFile{Data: []byte(
		`{"lexicon":1,"id":"com.atproto.server.ping","defs":{"main":{"type":"procedure"}}}`)}
	return files
}

func readInto(source fs.FS, name string, documents map[string]document) error {
	text, err := fs.ReadFile(source, name)
	if err != nil {
		return err
	}
	var d document
	documents[name] = d
	err = json.Unmarshal(text, &d)
	documents[name] = d
	return err
}

func changeForNext(documents map[string]document) {
	const folder = "com/atproto/server/"
	delete(documents, folder+"createInviteCodes.json")
	logIn := documents[folder+"createSession.json"].at("defs", "main")
	logIn.at("input", "schema", "properties")["nickname"] = map[string]any{"type": "string"}
	logIn["errors"] = append(logIn["errors"].([]any), map[string]any{"name": "TooTired"})
	signUp := documents[folder+"createAccount.json"].at("defs", "main")
	signUp["errors"] = slices.DeleteFunc(signUp["errors"].([]any), func(e any) bool {
		return e.(map[string]any)["name"] == "InvalidPassword"
	})
	answer := documents[folder+"getSession.json"].at("defs", "main", "output", "schema")
	answer.at("properties")["serial"] = map[string]any{"type": "integer"}
	answer.at("properties")["nickname"] = map[string]any{"type": "string"}
	answer["required"] = append(answer["required"].([]any), "serial")
}

// What is derived of a revision that nobody has written a line of code for
// differs from the one before it where the documents do, and nowhere else.
func TestNextRevision(t *testing.T) {
	t.Parallel()
	before := map[string]bool{}
	for _, requirement := range list(t, everyRevision(t)[lexicons.DefaultRevision]) {
		before[requirement.ID] = true
	}
	var more, fewer []string
	for _, requirement := range list(t, nextRevision(t, lexicons.DefaultRevision)) {
		if !before[requirement.ID] && !strings.HasPrefix(requirement.ID, "server.ping.") {
			more = append(more, requirement.ID)
		}
		delete(before, requirement.ID)
	}
	for id := range maps.Keys(before) {
		if !strings.HasPrefix(id, "server.createInviteCodes.") {
			fewer = append(fewer, id)
		}
	}
	slices.Sort(fewer)
	if diff := cmp.Diff([]string{"server.createAccount.error.InvalidPassword", "server.createAccount.error.InvalidPassword.named"}, fewer); diff != "" {
		t.Errorf("what the next revision has no more: %s", diff)
	}
	if diff := cmp.Diff([]string{
		"server.createSession.error.TooTired",
		"server.createSession.input.nickname.optional",
		"server.createSession.input.nickname.text.long",
		"server.createSession.input.nickname.text.not-utf8",
		"server.createSession.input.nickname.text.nul",
		"server.createSession.input.nickname.text.quotes",
		"server.createSession.input.nickname.text.surrogate",
		"server.createSession.input.nickname.text.unicode",
		"server.createSession.input.nickname.text.very-long",
		"server.createSession.input.nickname.type.array",
		"server.createSession.input.nickname.type.boolean",
		"server.createSession.input.nickname.type.integer",
		"server.createSession.input.nickname.type.null",
		"server.createSession.input.nickname.type.object",
		"server.getSession.output.nickname.type",
		"server.getSession.output.serial.required",
		"server.getSession.output.serial.type",
	}, more); diff != "" {
		t.Errorf("what the next revision has more: %s", diff)
	}
}

// The mock serves the next revision, with a handler of the test's for the method
// that it has more, and a run differs by what the documents have more or less
// alone.
func TestMockOfNextRevision(t *testing.T) {
	t.Parallel()
	newest := lexicons.Revisions()[len(lexicons.Revisions())-1]
	next := nextDocuments(t, newest)
	all := load(t, next)
	further := fstest.MapFS{ping: next[ping]}
	delete(next, ping)
	verdicts := func(catalog, served *lexicons.Catalog, options mockserver.Options) map[string]reports.Result {
		options.Catalog, options.AdminPassword = served, "admin-pass"
		options.InviteRequired, options.InviteInterval = true, 24*time.Hour
		mock := mockserver.RunT(t, options)
		return outcomes(runSuite(t, Config{
			Target: mock.URL, Control: mock.ControlURL, PLC: mock.URL, Embedded: true, AdminPassword: "admin-pass", Catalog: catalog, Seed: 1,
		}))
	}
	handlers := http.NewServeMux()
	handlers.HandleFunc("/xrpc/com.atproto.server.ping", func(http.ResponseWriter, *http.Request) {}) // which says 200
	embedded := everyRevision(t)[newest]
	before := verdicts(embedded, embedded, mockserver.Options{})
	after := verdicts(all, load(t, next), mockserver.Options{
		Lexicons: []fs.FS{further}, Fallback: handlers,
	})
	for id, result := range after {
		was, known := before[id]
		switch {
		case known && result.Outcome != was.Outcome:
			t.Errorf("%s is %s, and was %s: %s", id, result.Outcome, was.Outcome, result.Actual)
		case !known && result.Outcome == reports.Failed:
			t.Errorf("%s: %s, want %s", id, result.Actual, result.Expected)
		}
	}
	for id, want := range map[string]reports.Outcome{
		"server.createSession.error.TooTired":      reports.Blocked, // nobody has written its scenario
		"server.getSession.output.serial.required": reports.Passed,
		"server.getSession.output.nickname.type":   reports.NotObserved,
		"server.ping.success":                      reports.Passed,
	} {
		if got := after[id].Outcome; got != want {
			t.Errorf("%s is %s, want %s: %s", id, got, want, after[id].Reason)
		}
	}
}
