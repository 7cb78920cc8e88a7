package lexicons

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// What is loaded all the same, and found by Lint.
func TestFound(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		severity               Severity
		defs, pointer, problem string
	}{
		"unknown keyword":           {Doubtful, `"main":{"type":"object","properties":{},"additional":1}`, "/defs/main/additional", "unknown keyword"},
		"keyword of another type":   {Doubtful, `"main":{"type":"boolean","maxLength":1}`, "/defs/main/maxLength", "unknown keyword"},
		"input of a query":          {Wrong, `"main":{"type":"query","input":{"encoding":"a/b"}}`, "/defs/main/input", "no input"},
		"type in a body":            {Doubtful, `"main":{"type":"query","output":{"encoding":"a/b","type":"object"}}`, "/defs/main/output/type", "unknown keyword"},
		"unknown format":            {Wrong, `"main":{"type":"string","format":"email"}`, "/defs/main/format", "email"},
		"ref to no document":        {Doubtful, `"main":{"type":"array","items":{"type":"ref","ref":"com.example.other"}}`, "/defs/main/items/ref", "com.example.other"},
		"ref to no definition":      {Wrong, `"main":{"type":"array","items":{"type":"ref","ref":"#other"}}`, "/defs/main/items/ref", "no definition"},
		"ref to a method":           {Wrong, `"main":{"type":"query"},"x":{"type":"array","items":{"type":"ref","ref":"#main"}}`, "/defs/x/items/ref", "no type of value"},
		"union ref":                 {Wrong, `"main":{"type":"array","items":{"type":"union","refs":["#other"]}}`, "/defs/main/items/refs/0", "no definition"},
		"union of a string":         {Wrong, `"main":{"type":"array","items":{"type":"union","refs":["#x"]}},"x":{"type":"string"}`, "/defs/main/items/refs/0", "objects and records"},
		"minimum above maximum":     {Wrong, `"main":{"type":"integer","minimum":2,"maximum":1}`, "/defs/main/minimum", "no value"},
		"minLength above maximum":   {Wrong, `"main":{"type":"bytes","minLength":2,"maxLength":1}`, "/defs/main/minLength", "no value"},
		"graphemes":                 {Wrong, `"main":{"type":"string","minGraphemes":2,"maxGraphemes":1}`, "/defs/main/minGraphemes", "no value"},
		"const outside enum":        {Wrong, `"main":{"type":"string","enum":["a"],"const":"b"}`, "/defs/main/const", "no value"},
		"const outside bounds":      {Wrong, `"main":{"type":"integer","maximum":1,"const":2}`, "/defs/main/const", "no value"},
		"object without properties": {Wrong, `"main":{"type":"object"}`, "/defs/main/properties", "missing"},
		"params without properties": {Wrong, `"main":{"type":"query","parameters":{"type":"params"}}`, "/defs/main/parameters/properties", "missing"},
		"record without key":        {Wrong, `"main":{"type":"record","record":{"type":"object","properties":{}}}`, "/defs/main/key", "missing"},
		"ref to a token":            {Wrong, `"main":{"type":"array","items":{"type":"ref","ref":"#x"}},"x":{"type":"token"}`, "/defs/main/items/ref", "token"},
		"unknown as a definition":   {Wrong, `"main":{"type":"unknown"}`, "/defs/main/type", "definition"},
		"unknown as a parameter":    {Wrong, `"main":{"type":"query","parameters":{"type":"params","properties":{"a":{"type":"unknown"}}}}`, "/defs/main/parameters/properties/a/type", "parameter"},
		"unknown as an item":        {Wrong, `"main":{"type":"query","parameters":{"type":"params","properties":{"a":{"type":"array","items":{"type":"unknown"}}}}}`, "/defs/main/parameters/properties/a/items/type", "parameter"},
		"const beside default":      {Wrong, `"main":{"type":"boolean","const":true,"default":true}`, "/defs/main/default", "const"},
		"default outside enum":      {Wrong, `"main":{"type":"string","enum":["a"],"default":"b"}`, "/defs/main/default", "not valid"},
		"default outside bounds":    {Wrong, `"main":{"type":"integer","minimum":1,"default":0}`, "/defs/main/default", "not valid"},
		"nullable but no property":  {Wrong, `"main":{"type":"object","properties":{},"nullable":["a"]}`, "/defs/main/nullable", `"a"`},
		"error with a space":        {Wrong, `"main":{"type":"query","errors":[{"name":"Not Found"}]}`, "/defs/main/errors/0/name", "space"},
		"permission set of nothing": {Wrong, `"main":{"type":"permission-set"}`, "/defs/main/permissions", "missing"},
		"rpc without methods":       {Wrong, `"main":{"type":"permission-set","permissions":[{"type":"permission","resource":"rpc"}]}`, "/defs/main/permissions/0/lxm", "missing"},
		"repo without collections":  {Wrong, `"main":{"type":"permission-set","permissions":[{"type":"permission","resource":"repo"}]}`, "/defs/main/permissions/0/collection", "missing"},
		"unknown resource":          {Doubtful, `"main":{"type":"permission-set","permissions":[{"type":"permission","resource":"moon"}]}`, "/defs/main/permissions/0/resource", "moon"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalog, problems, err := Lint(folderOf(test.defs))
			if err != nil || len(catalog.Documents()) != 1 || len(problems) != 1 {
				t.Fatalf("got %v, %v, want one problem of a document that is loaded", problems, err)
			}
			got := problems[0]
			if want := Pointer("com/example/thing.json#" + test.pointer); got.Pointer != want || got.Severity != test.severity || !strings.Contains(got.Problem, test.problem) {
				t.Errorf("got %v (%d), want %s (%d) that names %q", got, got.Severity, want, test.severity, test.problem)
			}
			if _, err := load(test.defs); err != nil {
				t.Errorf("was not loaded: %v", err)
			}
		})
	}
}

// What is right, and was once refused.
func TestNothingFound(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"permission set": documentOf("com.example.thing", `"main":{"type":"permission-set","title":"t","title:lang":{"de":"T"},"detail":"d","detail:lang":{},"permissions":[
			{"type":"permission","resource":"rpc","inheritAud":true,"lxm":["com.example.one"]},
			{"type":"permission","resource":"repo","collection":["com.example.two"],"action":["create"],"description":"x"}]}`),
		"stored as a record": `{"$type":"com.atproto.lexicon.schema","lexicon":1,"id":"com.example.thing","defs":{"main":{"type":"token"}}}`,
		"subprotocol":        documentOf("com.example.thing", `"main":{"type":"subscription","subprotocol":"wss","message":{"schema":{"type":"union","refs":[]}}}`),
		"bounds that meet":   documentOf("com.example.thing", `"main":{"type":"integer","minimum":1,"maximum":1,"const":1,"enum":[1]}`),
		"any item":           documentOf("com.example.thing", `"main":{"type":"array","items":{"type":"unknown"}}`),
	} {
		if _, problems, err := Lint(fstest.MapFS{"thing.json": {Data: []byte(text)}}); err != nil || len(problems) != 0 {
			t.Errorf("%s: %v, %v", name, problems, err)
		}
	}
}

func TestPermissionSet(t *testing.T) {
	t.Parallel()
	catalog, err := load(`"main":{"type":"permission-set","title":"Post","title:lang":{"de":"Schreiben"},"permissions":[
		{"type":"permission","resource":"rpc","aud":"did:web:example.com#x","lxm":["com.example.one"]},
		{"type":"permission","resource":"repo","collection":["com.example.two"],"action":["create"]}]}`)
	if err != nil {
		t.Fatal(err)
	}
	set := catalog.Document("com.example.thing").Definition("main").Schema.(*PermissionSet)
	if set.Title != "Post" || set.TitleLang["de"] != "Schreiben" || len(set.Permissions) != 2 {
		t.Fatalf("got %+v", set)
	}
	if rpc, repo := set.Permissions[0], set.Permissions[1]; rpc.LXM[0] != "com.example.one" || rpc.Aud == "" || repo.Collection[0] != "com.example.two" || repo.Action[0] != "create" {
		t.Errorf("got %+v", set.Permissions)
	}
}

// A ref that leads nowhere is an error only where a method leads to it.
func TestRefThatAMethodNeeds(t *testing.T) {
	t.Parallel()
	const query = `"main":{"type":"query","output":{"encoding":"application/json","schema":{"type":"object","properties":{"a":{"type":"ref","ref":"#x"}}}}},`
	for defs, pointer := range map[string]string{
		query + `"x":{"type":"object","properties":{"b":{"type":"ref","ref":"com.example.other"}}}`:                               "/defs/x/properties/b/ref",
		query + `"x":{"type":"object","properties":{"b":{"type":"array","items":{"type":"union","refs":["com.example.other"]}}}}`: "/defs/x/properties/b/items/refs/0",
	} {
		_, err := load(defs)
		if err == nil || !strings.HasPrefix(err.Error(), "com/example/thing.json#"+pointer+": ") || !strings.Contains(err.Error(), "a method needs it") {
			t.Errorf("got %v, want an error at %s", err, pointer)
		}
		further := fstest.MapFS{
			"o.json":      {Data: []byte(documentOf("com.example.other", `"main":{"type":"object","properties":{}}`))},
			"query.json":  {Data: []byte(documentOf("com.example.query", `"main":{"type":"query"}`))},
			"broken.json": {Data: []byte(`{"lexicon":1}`)},
		}
		catalog, err := Load(folderOf(defs), further)
		if err != nil {
			t.Errorf("the further folder was not looked at: %v", err)
			continue
		}
		if len(catalog.Methods()) != 1 || catalog.Method("com.example.query") != nil {
			t.Error("the further folder gave methods")
		}
	}
}

// Bounds that no value can meet are an error where a method needs a value.
func TestBoundsThatAMethodNeeds(t *testing.T) {
	t.Parallel()
	const impossible = `"x":{"type":"object","properties":{"b":{"type":"integer","minimum":2,"maximum":1}}}`
	if _, err := load(impossible); err != nil {
		t.Errorf("was not loaded: %v", err)
	}
	_, err := load(impossible + `,"main":{"type":"query","output":{"encoding":"application/json","schema":{"type":"ref","ref":"#x"}}}`)
	if err == nil || !strings.HasPrefix(err.Error(), "com/example/thing.json#/defs/x/properties/b/minimum: ") {
		t.Errorf("got %v, want an error at the minimum", err)
	}
}

// The first folder's document is taken, also for refs of further folders.
func TestFirstFolderWins(t *testing.T) {
	t.Parallel()
	first := fstest.MapFS{"a.json": {Data: []byte(documentOf("com.example.thing", `"main":{"type":"string"}`))}}
	second := fstest.MapFS{"a.json": {Data: []byte(documentOf("com.example.thing", `"main":{"type":"integer"}`))}}
	catalog, err := Load(first, second)
	if err != nil {
		t.Fatal(err)
	}
	if got := catalog.Document("com.example.thing").Definition("main").Schema.TypeName(); got != TypeString {
		t.Errorf("the document of the second folder was taken: %s", got)
	}
}

func TestSymbolicLinks(t *testing.T) {
	t.Parallel()
	elsewhere, folder := t.TempDir(), t.TempDir()
	file := filepath.Join(elsewhere, "thing.json")
	if err := os.WriteFile(file, []byte(documentOf("com.example.thing", `"main":{"type":"token"}`)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"linked": elsewhere, "file.json": file, "loop": folder, "gone": filepath.Join(folder, "nothing"),
	} {
		if err := os.Symlink(target, filepath.Join(folder, name)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	catalog, err := Load(os.DirFS(folder))
	if err != nil || len(catalog.Documents()) != 1 {
		t.Errorf("got %v, want the one document", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(os.DirFS(link)); err != nil {
		t.Errorf("a folder that is a link: %v", err)
	}
}
