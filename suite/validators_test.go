package suite

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

// readings are the two of one catalogue: the suite's by JSON Schema, and the
// mock's by walking the tree.
type readings struct {
	catalog *lexicons.Catalog
	set     *schema.Set
	places  []lexicons.Pointer // of the schemas that a value can be held against
	text    string             // of the generated document, or empty
}

func readingsOf(t rapid.TB, catalog *lexicons.Catalog) *readings {
	t.Helper()
	set, err := schema.Compile(catalog)
	if err != nil {
		t.Fatal(err)
	}
	return &readings{catalog: catalog, set: set, places: placesOf(catalog)}
}

// placesOf leaves out what is no type of value, what is nullable or below it,
// as JSON Schema keeps it behind a condition, and what lies behind an empty
// name, where the library finds nothing to start from. Values for the objects
// around them reach all of these.
func placesOf(catalog *lexicons.Catalog) []lexicons.Pointer {
	var places []lexicons.Pointer
	for _, document := range catalog.Documents() {
		for _, definition := range document.Defs {
			var hidden []string
			lexicons.Walk(definition.Schema, func(node lexicons.Schema) {
				place := string(node.At()) + "/"
				if strings.Contains(place, "//") || slices.ContainsFunc(hidden, func(prefix string) bool { return strings.HasPrefix(place, prefix) }) {
					return
				}
				switch s := node.(type) {
				case *lexicons.Method, *lexicons.Subscription:
					return
				case *lexicons.Object:
					for _, name := range s.Nullable {
						hidden = append(hidden, string(s.Property(name).At())+"/")
					}
				}
				places = append(places, node.At())
			})
		}
	}
	return places
}

// compare holds one value against one schema in both ways.
func (r *readings) compare(t *rapid.T, place lexicons.Pointer, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("the generated value is no JSON: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		t.Fatalf("the generated value is no JSON: %v", err)
	}
	violations := r.set.Validate(place, decoded)
	problem := mockserver.Validate(r.catalog, string(place), text)
	var unfit *mockserver.ValueError
	if problem != nil && !errors.As(problem, &unfit) {
		t.Fatalf("the mock can't read it: %v", problem)
	}
	if (len(violations) == 0) != (problem == nil) {
		t.Fatalf("the readings differ at %s\nvalue %s\nsuite %v\nmock  %v\n%s", place, text, violations, problem, r.text)
	}
}

// perSchema is how many values a check holds against the schema that it draws:
// schemas are dear, and values cheap.
const perSchema = 60

// tally counts values, and how many of them fit.
type tally struct{ values, fit atomic.Int64 }

func (n *tally) report(t *testing.T) {
	t.Helper()
	t.Logf("%d values, %d of them valid in both readings", n.values.Load(), n.fit.Load())
	if n.fit.Load() < n.values.Load()/10 || n.fit.Load() > n.values.Load()*9/10 {
		t.Errorf("values of nearly one verdict only: the generator tests one side of the bounds")
	}
}

func (n *tally) check(t *rapid.T, r *readings) {
	place := rapid.SampledFrom(r.places).Draw(t, "place")
	if err := r.set.Add(place); err != nil {
		t.Fatalf("%s: %v\n%s", place, err, r.text)
	}
	for range perSchema {
		value := valueFor(t, r.catalog.Schema(place), deepest)
		r.compare(t, place, value)
		n.values.Add(1)
		if len(r.set.Validate(place, value)) == 0 {
			n.fit.Add(1)
		}
	}
}

// TestReadingsAgreeOnRealDocuments draws values for every schema of the
// revision.
func TestReadingsAgreeOnRealDocuments(t *testing.T) {
	t.Parallel()
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	readings, count := readingsOf(t, catalog), &tally{}
	rapid.Check(t, func(t *rapid.T) { count.check(t, readings) })
	count.report(t)
}

// TestReadingsAgreeOnAnyDocument draws documents of all types and bounds, and
// values for them. A disagreement comes out with the smallest document and
// value that show it.
func TestReadingsAgreeOnAnyDocument(t *testing.T) {
	t.Parallel()
	count := &tally{}
	rapid.Check(t, func(rt *rapid.T) {
		text, err := json.Marshal(documentFor(rt))
		if err != nil {
			rt.Fatal(err)
		}
		// Load refuses a method with bounds that no value can meet: both readings
		// have to say so of every value.
		catalog, problems, err := lexicons.Lint(fstest.MapFS{
			"com/example/drawn.json": {Data: text},
			"com/example/fixed.json": {Data: []byte(fixedDocument)},
		})
		if err != nil || len(catalog.Documents()) != 2 {
			rt.Fatalf("the generated document is refused: %v, %v\n%s", err, problems, text)
		}
		r := readingsOf(rt, catalog)
		r.text = string(text)
		count.check(rt, r)
	})
	count.report(t)
}
