package pds

import (
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
)

// A revision of which nobody has said what its servers do alike would be served
// like none.
func TestEveryRevisionHasValues(t *testing.T) {
	t.Parallel()
	for _, revision := range lexicons.Revisions() {
		if valuesOf(revision) == (values{}) {
			t.Errorf("nobody says what servers of %s do alike: add a literal to valuesOf in revision.go", revision)
		}
	}
}
