package behaviour

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

func revision(t *testing.T) *lexicons.Catalog {
	t.Helper()
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// idSyntax is how scenarios are named: words joined by hyphens, joined by dots.
var idSyntax = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$`)

// titleSyntax is a sentence, which may begin with the name of a member.
var titleSyntax = regexp.MustCompile(`^[A-Za-z].*\.$`)

func TestScenarios(t *testing.T) {
	t.Parallel()
	catalog := revision(t)
	for _, e := range endpoints() {
		method := catalog.Method(e.nsid)
		if method == nil {
			t.Errorf("%s is no method of the revision", e.nsid)
			continue
		}
		names := map[string]bool{}
		for _, s := range e.cases {
			switch {
			case names[s.name()]:
				t.Errorf("%s: %s is there twice", e.nsid, s.name())
			case (s.id == "") == (s.error == ""):
				t.Errorf("%s: a scenario has an ID or is about an error: %q, %q", e.nsid, s.id, s.error)
			case s.id != "" && !idSyntax.MatchString(s.id):
				t.Errorf("%s: the ID %q is ill-formed", e.nsid, s.id)
			case s.error != "" && declared(method, s.error) == nil:
				t.Errorf("%s does not declare the error %s, so that nothing of the scenario is left", e.nsid, s.error)
			case !titleSyntax.MatchString(s.title):
				t.Errorf("%s: the title of %s is no sentence: %q", e.nsid, s.name(), s.title)
			case s.run == nil:
				t.Errorf("%s: %s checks nothing", e.nsid, s.name())
			case !slices.Contains(reports.Levels(), s.level):
				t.Errorf("%s: %s has the level %q", e.nsid, s.name(), s.level)
			}
			names[s.name()] = true
		}
	}
}

// TestCasesAreValid holds the cases against the rules for all, those that are
// derived among them.
func TestCasesAreValid(t *testing.T) {
	t.Parallel()
	catalog := revision(t)
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

func TestEveryMethodHasARecipe(t *testing.T) {
	t.Parallel()
	catalog := revision(t)
	recipes := Recipes()
	for _, method := range catalog.Methods() {
		recipe, ok := recipes[method.NSID]
		if !ok || recipe.Request == nil {
			t.Errorf("%s has no recipe", method.NSID)
			continue
		}
		if recipe.Credential != spec.NoCredential && len(recipe.Needs) == 0 {
			t.Errorf("%s asks for an %s that needs nothing", method.NSID, recipe.Credential)
		}
		if recipe.Credential != spec.NoCredential && recipe.Placeholder != nil {
			t.Errorf("%s asks for an %s, and has a placeholder request", method.NSID, recipe.Credential)
		}
	}
	if len(recipes) != len(endpoints()) || len(recipes) != len(catalog.Methods()) {
		t.Errorf("%d recipes of %d endpoints for %d methods", len(recipes), len(endpoints()), len(catalog.Methods()))
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
