package suite

import (
	"fmt"
	"sync"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// lifetime names the revisions between which a requirement holds: the one that
// introduced it and the one that removed it, empty where it held before the
// first and holds after the last.
type lifetime struct{ introducedIn, removedIn string }

// embeddedLifetimes are those of every requirement of the embedded revisions,
// by ID. They never change, and take a moment to find out.
var embeddedLifetimes = sync.OnceValues(func() (map[string]lifetime, error) {
	var revisions []map[string]bool
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			return nil, fmt.Errorf("load revision %s: %w", revision, err)
		}
		ids := map[string]bool{}
		for _, c := range allCases(catalog, recipesFor(catalog)) {
			ids[c.ID] = true
		}
		revisions = append(revisions, ids)
	}
	return lifetimes(lexicons.Revisions(), revisions), nil
})

// lifetimes finds out where each ID appears first, and where it is gone for
// good; names are those of the revisions, oldest first.
func lifetimes(names []string, revisions []map[string]bool) map[string]lifetime {
	found := map[string]lifetime{}
	for i, ids := range revisions {
		for id := range ids {
			life, known := found[id]
			if !known && i > 0 {
				life.introducedIn = names[i]
			}
			life.removedIn = ""
			if i+1 < len(names) {
				life.removedIn = names[i+1]
			}
			found[id] = life
		}
	}
	return found
}

// date adds to requirements the revisions between which they hold.
func date(cases []spec.Case) error {
	known, err := embeddedLifetimes()
	if err != nil {
		return err
	}
	for i := range cases {
		life := known[cases[i].ID]
		cases[i].IntroducedIn, cases[i].RemovedIn = life.introducedIn, life.removedIn
	}
	return nil
}
