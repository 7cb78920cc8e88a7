package faults

import (
	"slices"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Each entry keeps a defect away that would be there, and the variant that it
// names is one of the same documents.
func TestFreedoms(t *testing.T) {
	t.Parallel()
	unused := freedoms()
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range conceivable(catalog) {
			variant, free := freedoms()[d.ID]
			if !free {
				continue
			}
			delete(unused, d.ID)
			if !slices.ContainsFunc(Variants(catalog), func(v Variant) bool { return v.Name == variant }) {
				t.Errorf("%s: servers of %s have no variant %q", d.ID, revision, variant)
			}
		}
	}
	for id := range unused {
		t.Errorf("no document has a defect %s", id)
	}
}
