package suite

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
)

func TestLifetimes(t *testing.T) {
	t.Parallel()
	of := func(ids ...string) map[string]bool {
		set := map[string]bool{}
		for _, id := range ids {
			set[id] = true
		}
		return set
	}
	got := lifetimes([]string{"1", "2", "3"}, []map[string]bool{of("always", "first", "gap"), of("always", "middle"), of("always", "last", "gap")})
	want := map[string]lifetime{
		"always": {}, "first": {"", "2"}, "middle": {"2", "3"}, "last": {"3", ""}, "gap": {},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(lifetime{})); diff != "" {
		t.Error(diff)
	}
}

// A requirement says in which revisions it holds exactly where that is not all
// of them.
func TestRequirementsAreDated(t *testing.T) {
	t.Parallel()
	revisions := lexicons.Revisions()
	holds := map[string]map[string]bool{}
	listed := map[string][]reports.Requirement{}
	for revision, catalog := range everyRevision(t) {
		listed[revision] = list(t, catalog)
		for _, requirement := range listed[revision] {
			if holds[requirement.ID] == nil {
				holds[requirement.ID] = map[string]bool{}
			}
			holds[requirement.ID][revision] = true
		}
	}
	dated := 0
	for _, requirements := range listed {
		for _, r := range requirements {
			if r.IntroducedIn != "" || r.RemovedIn != "" {
				dated++
			}
			if (len(holds[r.ID]) == len(revisions)) != (r.IntroducedIn == "" && r.RemovedIn == "") {
				t.Errorf("%s holds in %v and is dated %q to %q", r.ID, holds[r.ID], r.IntroducedIn, r.RemovedIn)
			}
			if r.IntroducedIn != "" && !holds[r.ID][r.IntroducedIn] || r.RemovedIn != "" && holds[r.ID][r.RemovedIn] {
				t.Errorf("%s holds in %v and is dated %q to %q", r.ID, holds[r.ID], r.IntroducedIn, r.RemovedIn)
			}
		}
	}
	if dated == 0 {
		t.Error("the revisions don't differ in any requirement")
	}
}
