package selftest

import (
	"context"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// Killers looks for defects that break the must requirements which no trial has
// broken so far and nothing excuses. A trial checks what its defect must show at,
// so another one may still break them: the defects of no single method come first,
// then those of the requirement's own, then all others. It returns what failed as
// further trials.
func (b Bench) Killers(ctx context.Context, defects []mockserver.Defect, jobs int, trials []Trial) []Trial {
	search := &search{left: map[string]reports.Requirement{}}
	for _, survivor := range withoutKiller(trials, b.Requirements) {
		if survivor.Reason == "" {
			search.left[survivor.ID] = reports.Requirement{}
		}
	}
	for _, r := range b.Requirements {
		if _, wanted := search.left[r.ID]; wanted {
			search.left[r.ID] = r
		}
	}
	var found []Trial
	for _, wanted := range []func(mockserver.Defect, reports.Requirement) bool{
		func(d mockserver.Defect, _ reports.Requirement) bool { return d.Method == "" },
		func(d mockserver.Defect, r reports.Requirement) bool { return d.Method == r.Endpoint },
		func(d mockserver.Defect, r reports.Requirement) bool { return d.Method != r.Endpoint },
	} {
		found = append(found, All(ctx, defects, jobs, func(ctx context.Context, defect mockserver.Defect) Trial {
			ids := search.of(defect, wanted)
			if len(ids) == 0 {
				return Trial{Defect: defect.ID}
			}
			trial := b.check(ctx, defect, ids)
			search.broken(trial)
			return trial
		}, func(Trial) {})...)
	}
	return found
}

// search is the requirements that no defect has broken yet.
type search struct {
	mutex sync.Mutex
	left  map[string]reports.Requirement // by ID
}

// of returns the requirements that are left and that a defect is tried on.
func (s *search) of(defect mockserver.Defect, wanted func(mockserver.Defect, reports.Requirement) bool) []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var ids []string
	for id, r := range s.left {
		if wanted(defect, r) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *search) broken(trial Trial) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, failure := range trial.Failures {
		delete(s.left, failure.ID)
	}
}
