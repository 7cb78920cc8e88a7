package schema

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pdsconform/pdsconform/fixtures"
	"github.com/pdsconform/pdsconform/lexicons"
)

// TestAgreesWithTheTables holds values against schemas of every type; a
// violation has to lie at or below the document to which the pointer leads.
func TestAgreesWithTheTables(t *testing.T) {
	t.Parallel()
	values, err := fixtures.Values()
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]*Set{}
	for _, value := range values {
		path, _, _ := strings.Cut(value.Pointer, "#")
		set := sets[path]
		if set == nil {
			set = setOf(t, path, value.Document)
			sets[path] = set
		}
		pointer := lexicons.Pointer(value.Pointer)
		if err := set.Add(pointer); err != nil {
			t.Errorf("%s: %v", value.Name, err)
			continue
		}
		violations := set.Validate(pointer, decode(t, string(value.Value)))
		if (len(violations) == 0) != value.Valid {
			t.Errorf("%s: %s is valid: %v (%s), but: %v", value.Name, value.Value, value.Valid, value.Why, violations)
		}
		for _, violation := range violations {
			if !strings.HasPrefix(string(violation.Pointer), "com/") || violation.Problem == "" || violation.Keyword == "" {
				t.Errorf("%s: violation without place, keyword or problem: %+v", value.Name, violation)
			}
		}
	}
}

// setOf compiles one document, or the embedded ones.
func setOf(t *testing.T, path string, document []byte) *Set {
	t.Helper()
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if document != nil {
		catalog, err = lexicons.Load(fstest.MapFS{path: {Data: document}})
	}
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile(catalog)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
