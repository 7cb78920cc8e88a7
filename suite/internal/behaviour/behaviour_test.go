package behaviour

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// everyRevision loads the embedded revisions, by name.
func everyRevision(t *testing.T) map[string]*lexicons.Catalog {
	t.Helper()
	catalogs := map[string]*lexicons.Catalog{}
	for _, name := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(name)
		if err != nil {
			t.Fatal(err)
		}
		catalogs[name] = catalog
	}
	return catalogs
}

// idSyntax is how scenarios are named: words joined by hyphens, joined by dots.
var idSyntax = regexp.MustCompile(`^(error\.[A-Z][A-Za-z]*\.)?[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$`)

// titleSyntax is a sentence, which may begin with the name of a member.
var titleSyntax = regexp.MustCompile(`^[A-Za-z].*\.$`)

func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, e := range endpoints() {
		if len(methodsOf(t, e.nsid)) == 0 {
			t.Errorf("%s is no method of any revision", e.nsid)
		}
		names := map[string]bool{}
		for _, s := range e.scenarios() {
			switch {
			case names[s.name()]:
				t.Errorf("%s: %s is there twice", e.nsid, s.name())
			case (s.id == "") == (s.error == ""):
				t.Errorf("%s: a scenario has an ID or is about an error: %q, %q", e.nsid, s.id, s.error)
			case s.id != "" && !idSyntax.MatchString(s.id):
				t.Errorf("%s: the ID %q is ill-formed", e.nsid, s.id)
			case !titleSyntax.MatchString(s.title):
				t.Errorf("%s: the title of %s is no sentence: %q", e.nsid, s.name(), s.title)
			case s.run == nil:
				t.Errorf("%s: %s checks nothing", e.nsid, s.name())
			case !slices.Contains(reports.Levels(), s.level):
				t.Errorf("%s: %s has the level %q", e.nsid, s.name(), s.level)
			case !appliesSomewhere(t, e, s):
				t.Errorf("%s: %s applies to no revision: condition %q", e.nsid, s.name(), s.in)
			}
			names[s.name()] = true
		}
	}
}

// methodsOf is a method as the revisions that have it describe it.
func methodsOf(t *testing.T, nsid string) []*lexicons.Method {
	t.Helper()
	var methods []*lexicons.Method
	for _, catalog := range everyRevision(t) {
		if method := catalog.Method(nsid); method != nil {
			methods = append(methods, method)
		}
	}
	return methods
}

func appliesSomewhere(t *testing.T, e endpoint, s scenario) bool {
	t.Helper()
	for _, catalog := range everyRevision(t) {
		if method := catalog.Method(e.nsid); method != nil && s.appliesTo(catalog, method) {
			return true
		}
	}
	return false
}

// TestCasesAreSound holds the cases against the rules for all, those that are
// derived among them.
func TestCasesAreSound(t *testing.T) {
	t.Parallel()
	for _, catalog := range everyRevision(t) {
		cases := Cases(catalog)
		if err := spec.Validate(append(derive.Cases(catalog, Recipes(), Rulings(catalog)), cases...)); err != nil {
			t.Error(err)
		}
		for _, c := range cases {
			if c.Origin != reports.Behaviour || c.Endpoint == "" {
				t.Errorf("%s: origin %s, endpoint %q", c.ID, c.Origin, c.Endpoint)
			}
			if method := catalog.Method(c.Endpoint); method != nil && !strings.HasPrefix(c.ID, spec.Prefix(c.Endpoint)+".") {
				t.Errorf("%s is of %s", c.ID, c.Endpoint)
			}
			if c.Error != "" && !strings.Contains(c.Source, "/errors/") {
				t.Errorf("%s is about an error, and its source is %s", c.ID, c.Source)
			}
		}
	}
}

// TestRevisions finds each revision's values by its documents, and rules on
// requirements that are there.
func TestRevisions(t *testing.T) {
	t.Parallel()
	for name, catalog := range everyRevision(t) {
		found := revisionOf(catalog)
		if found.name != name {
			t.Errorf("the documents of %s are taken for those of %s: revisions.go needs a literal for each revision, whose condition tells it from those before", name, found.name)
		}
		ids := map[string]bool{}
		for _, c := range derive.Cases(catalog, Recipes(), nil) {
			ids[c.ID] = true
			ids[strings.TrimPrefix(c.ID, spec.Prefix(c.Endpoint)+".")] = true
		}
		for id := range found.rulings {
			if !ids[id] {
				t.Errorf("%s has a ruling on %s, which is not derived of it", name, id)
			}
		}
		for _, id := range found.unasked {
			if !slices.ContainsFunc(endpoints(), func(e endpoint) bool {
				return slices.ContainsFunc(e.scenarios(), func(s scenario) bool { return spec.Prefix(e.nsid)+"."+s.name() == id })
			}) {
				t.Errorf("%s leaves out %s, which is no scenario", name, id)
			}
		}
	}
}

func TestEveryMethodHasARecipe(t *testing.T) {
	t.Parallel()
	recipes, methods := Recipes(), map[string]bool{}
	for _, catalog := range everyRevision(t) {
		for _, method := range catalog.Methods() {
			methods[method.NSID] = true
		}
	}
	for nsid := range methods {
		recipe, ok := recipes[nsid]
		if _, listed := callers()[nsid]; !listed {
			t.Errorf("nobody says who may call %s: name its credential in callers.go", nsid)
		}
		if !ok || recipe.Request == nil {
			t.Errorf("%s has no recipe: say in a file of its own how it is called with success, and list that in behaviour.go", nsid)
			continue
		}
		if recipe.Credential != spec.NoCredential && len(recipe.Needs) == 0 {
			t.Errorf("%s asks for an %s that needs nothing", nsid, recipe.Credential)
		}
		if recipe.Credential != spec.NoCredential && recipe.Placeholder != nil {
			t.Errorf("%s asks for an %s, and a stranger may call it", nsid, recipe.Credential)
		}
	}
	if len(recipes) != len(endpoints()) || len(recipes) != len(methods) {
		t.Errorf("%d recipes of %d endpoints for %d methods", len(recipes), len(endpoints()), len(methods))
	}
}

// TestOtherCatalogues leaves out what the documents do not have, and says of an
// error that nobody has written a scenario for that it is not checked.
func TestOtherCatalogues(t *testing.T) {
	t.Parallel()
	catalog, err := lexicons.Load(fstest.MapFS{"com/atproto/server/getSession.json": {Data: []byte(
		`{"lexicon":1,"id":"com.atproto.server.getSession","defs":{"main":{"type":"query","errors":[{"name":"NeverHeardOf"}]}}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	unwritten := 0
	for _, c := range Cases(catalog) {
		if c.Endpoint != nsidGetSession && c.Endpoint != "xrpc" {
			t.Errorf("%s is of a method that the catalogue does not have", c.ID)
		}
		if c.Error == "" {
			continue
		}
		unwritten++
		if c.ID != "server.getSession.error.NeverHeardOf" {
			t.Errorf("%s is there", c.ID)
		}
		verdict := spec.Try(t.Context(), c, benchAt(t, nobody, nil))
		if verdict.Outcome != reports.Blocked || !strings.Contains(verdict.Reason, "no scenario") {
			t.Errorf("%s: %s", verdict.Outcome, verdict.Reason)
		}
	}
	if unwritten != 1 {
		t.Errorf("%d cases are about errors", unwritten)
	}
}

// TestSources holds what every hand-written requirement rests on: the very words
// of a document, which have to be there, or a section, a page on one subject, or
// a file at a commit. A whole document is none of these.
func TestSources(t *testing.T) {
	t.Parallel()
	precise := regexp.MustCompile(`^https://[^#]+#.+$|^https://cwe\.mitre\.org/data/definitions/\d+\.html$|^https://github\.com/.+/blob/[0-9a-f]{40}/.+\.ts$`)
	for name, catalog := range everyRevision(t) {
		documents, err := lexicons.FS(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range Cases(catalog) {
			if file, at, isPointer := strings.Cut(c.Source, ".json#"); isPointer {
				if !thereIs(t, documents, file+".json", at) || strings.Count(at, "/") < 3 {
					t.Errorf("%s rests on %s, which is not there, or all of a definition: name the words that ask for it, as source", c.ID, c.Source)
				}
			} else if !precise.MatchString(c.Source) {
				t.Errorf("%s rests on %q: whole documents are too much", c.ID, c.Source)
			}
		}
	}
}

// thereIs reports whether a pointer leads to something in a document.
func thereIs(t *testing.T, documents fs.FS, file, at string) bool {
	t.Helper()
	text, err := fs.ReadFile(documents, file)
	var value any
	if err != nil || json.Unmarshal(text, &value) != nil {
		return false
	}
	for step := range strings.SplitSeq(strings.TrimPrefix(at, "/"), "/") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return false
			}
			value = v[i]
		default:
			return false
		}
	}
	return value != nil
}
