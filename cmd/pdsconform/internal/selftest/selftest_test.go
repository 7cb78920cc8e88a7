package selftest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

const createSession = "com.atproto.server.createSession"

// requirements are those of a revision.
func requirements(t *testing.T, catalog *lexicons.Catalog) []reports.Requirement {
	t.Helper()
	all, err := suite.List(suite.Config{Catalog: catalog})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// everyRevision runs a test for the documents of each.
func everyRevision(t *testing.T, test func(*testing.T, *lexicons.Catalog)) {
	for _, revision := range lexicons.Revisions() {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			catalog, err := lexicons.LoadRevision(revision)
			if err != nil {
				t.Fatal(err)
			}
			test(t, catalog)
		})
	}
}

// TestPlaces holds that somebody has said of each defect where it must show,
// and that there are requirements at each such place.
func TestPlaces(t *testing.T) {
	t.Parallel()
	everyRevision(t, func(t *testing.T, catalog *lexicons.Catalog) {
		all := requirements(t, catalog)
		for _, defect := range mockserver.Defects(catalog) {
			places := Places(defect)
			if len(places) == 0 {
				t.Errorf("nobody says where %s must show: name the requirements in effects.yaml", defect.ID)
				continue
			}
			if !slices.ContainsFunc(all, func(r reports.Requirement) bool { return belowAny(r.ID, places) }) {
				t.Errorf("%s must show at %s, where there is no requirement: write it (for a kind of session in callers.go of the suite), or name another place in effects.yaml", defect.ID, places)
			}
		}
	})
}

// TestWritten holds that what is written down names what there is in one revision
// at least.
func TestWritten(t *testing.T) {
	t.Parallel()
	var defects []mockserver.Defect
	var all []reports.Requirement
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			t.Fatal(err)
		}
		defects, all = append(defects, mockserver.Defects(catalog)...), append(all, requirements(t, catalog)...)
	}
	for id, places := range effects() {
		if !slices.ContainsFunc(defects, func(d mockserver.Defect) bool { return d.ID == id }) {
			t.Errorf("effects.yaml: there is no defect %s", id)
		}
		for _, place := range places {
			if !slices.ContainsFunc(all, func(r reports.Requirement) bool { return reports.Below(r.ID, place) }) {
				t.Errorf("effects.yaml: %s: there is no requirement %s", id, place)
			}
		}
	}
	for id, reason := range Unbroken() {
		found := slices.ContainsFunc(all, func(r reports.Requirement) bool { return r.ID == id && r.Level == reports.Must })
		if !found || len(reason) < 20 {
			t.Errorf("unbroken.yaml: %q is no must requirement, or lacks its reason", id)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	defect := mockserver.Defect{ID: "output.createSession.did.missing", Method: createSession, Facet: "output"}
	for name, test := range map[string]struct {
		failed    []Failure
		by, wrong []string
	}{
		"nothing failed": {nil, []string{}, []string{}},
		"its own":        {[]Failure{{"server.createSession.output.did.required", reports.Must}}, []string{"server.createSession.output.did.required"}, []string{}},
		"another reason": {[]Failure{{"server.createSession.output.did.type", reports.Must}}, []string{}, []string{"server.createSession.output.did.type"}},
		"a longer name":  {[]Failure{{"server.createSession.output.did.requiredness", reports.Must}}, []string{}, []string{"server.createSession.output.did.requiredness"}},
		"another method": {[]Failure{{"server.getSession.output.did.required", reports.Must}}, []string{}, []string{"server.getSession.output.did.required"}},
	} {
		by, wrong := Judge(defect, test.failed)
		if diff := cmp.Diff([][]string{test.by, test.wrong}, [][]string{by, wrong}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	defects := []mockserver.Defect{
		{ID: "output.createSession.did.missing", Method: createSession, Facet: "output", Description: "no did"},
		{ID: "output.createSession.did.wrong-type", Method: createSession, Facet: "output", Description: "no text"},
		{ID: "method.createSession.any-verb", Method: createSession, Facet: "method", Description: "any verb"},
	}
	trials := []Trial{
		{Defect: defects[0].ID, Failures: []Failure{{"server.createSession.output.did.required", reports.Must}}},
		{Defect: defects[1].ID, Failures: []Failure{{"server.createSession.login.works", reports.Must}}},
		{Defect: defects[2].ID},
	}
	all := []reports.Requirement{
		{ID: "server.createSession.output.did.required", Level: reports.Must}, {ID: "unbroken", Level: reports.Must}, {ID: "weaker", Level: reports.Should},
	}
	document := New(defects, trials)
	document.Unbroken(trials, all)
	if document.Score != 33.3 || document.Passed() {
		t.Errorf("score %v, passed %v", document.Score, document.Passed())
	}
	if diff := cmp.Diff([]Survivor{{"unbroken", ""}}, document.RequirementsWithoutKiller); diff != "" {
		t.Error(diff)
	}
	var text strings.Builder
	if err := document.EncodeMarkdown(&text); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"| createSession | · | 0/1 | · | · | · | · | 1/2 | · | · | · | · | · | · | 1/3 |", "Not noticed:\n\n- method.createSession.any-verb: any verb",
		"failed were server.createSession.login.works", "33.3 % noticed", "no defect breaks:\n\n- unbroken",
	} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("%q is not in\n%s", part, text.String())
		}
	}
	if sound := New(defects[:1], trials[:1]); !sound.Passed() || sound.Score != 100 {
		t.Errorf("%+v", sound)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	all := mockserver.Defects(nil)
	for pattern, want := range map[string]int{"output.createSession.did.missing": 1, "method.createSession": 2} {
		if chosen, err := Select(all, []string{pattern, pattern}); err != nil || len(chosen) != want {
			t.Errorf("%s: %d defects, %v", pattern, len(chosen), err)
		}
	}
	if _, err := Select(all, []string{"output.createSes"}); err == nil || !strings.Contains(err.Error(), "output.createSes") {
		t.Errorf("half a name: %v", err)
	}
}

func TestAll(t *testing.T) {
	t.Parallel()
	defects := []mockserver.Defect{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	try := func(_ context.Context, defect mockserver.Defect) Trial { return Trial{Defect: defect.ID} }
	told := 0
	trials := All(context.Background(), defects, 2, try, func(Trial) { told++ })
	ended, end := context.WithCancel(context.Background())
	end()
	for _, trial := range All(ended, defects, 2, try, func(Trial) {}) {
		if trial.Broken == "" {
			t.Errorf("%s was tried after the interruption", trial.Defect)
		}
	}
	if len(trials) != 3 || trials[0].Defect != "a" || trials[2].Defect != "c" || told != 3 {
		t.Errorf("%+v, told %d", trials, told)
	}
}
