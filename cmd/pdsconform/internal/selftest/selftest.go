// Package selftest measures the suite: which of the reference mock's defects it
// notices, and whether it does so for the right reason.
//
// The mock names its defects without knowing the suite, and the suite its
// requirements without knowing the mock. Where a defect must show is said here
// and nowhere else.
package selftest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
	"golang.org/x/sync/errgroup"
)

// Failure is a requirement that failed on a mock with a defect.
type Failure struct {
	ID    string        `json:"id"`
	Level reports.Level `json:"level"`
}

// Trial is what one run against the mock with one defect came to.
type Trial struct {
	Defect   string    `json:"defect"`
	Failures []Failure `json:"failures"`

	// Broken says why there is no verdict, where there is none.
	Broken string `json:"broken,omitempty"`
}

// Start starts the reference mock with a defect and completes the configuration
// of a run against it. The caller has to call stop.
type Start func(config suite.Config, defects ...string) (complete suite.Config, stop func(), err error)

// Try runs the suite against the mock with one defect. Any number of trials can
// be under way at once.
func Try(ctx context.Context, config suite.Config, start Start, defect string) Trial {
	trial := Trial{Defect: defect, Failures: []Failure{}}
	config.VerdictsOnly, config.ImmediateEffects = true, true
	config.Parallel = 1 // many trials run at once; within one, a fault must not meet what another case sends
	complete, stop, err := start(config, defect)
	if err != nil {
		trial.Broken = err.Error()
		return trial
	}
	defer stop()
	report, err := suite.Run(ctx, complete)
	switch {
	case ctx.Err() != nil:
		trial.Broken = "interrupted"
	case err != nil:
		trial.Broken = err.Error()
	default:
		trial.Failures = failures(report)
	}
	return trial
}

func failures(report *reports.Report) []Failure {
	failed := []Failure{}
	for _, result := range report.Results {
		if result.Outcome == reports.Failed {
			failed = append(failed, Failure{result.ID, result.Level})
		}
	}
	return failed
}

// UnknownError is a pattern that names no defect.
type UnknownError struct{ Pattern string }

// Error names the pattern.
func (e *UnknownError) Error() string { return fmt.Sprintf("there is no defect %q", e.Pattern) }

// Select returns the defects with these IDs or below these dotted prefixes;
// without any, all. One that names none is an *UnknownError.
func Select(defects []mockserver.Defect, patterns []string) ([]mockserver.Defect, error) {
	if len(patterns) == 0 {
		return defects, nil
	}
	chosen := map[string]bool{}
	for _, pattern := range patterns {
		known := false
		for _, defect := range defects {
			if reports.Below(defect.ID, pattern) {
				chosen[defect.ID], known = true, true
			}
		}
		if !known {
			return nil, &UnknownError{pattern}
		}
	}
	return slices.DeleteFunc(slices.Clone(defects), func(d mockserver.Defect) bool { return !chosen[d.ID] }), nil
}

// Trying is how one defect is tried.
type Trying func(ctx context.Context, defect string) Trial

// All tries the defects, as many at once as jobs says, and tells how it goes,
// one trial at a time. Trials come in the order of the defects.
func All(ctx context.Context, defects []mockserver.Defect, jobs int, try Trying, tried func(Trial)) []Trial {
	trials := make([]Trial, len(defects))
	var mutex sync.Mutex
	var group errgroup.Group
	group.SetLimit(jobs)
	for i, defect := range defects {
		group.Go(func() error {
			trial := try(ctx, defect.ID)
			mutex.Lock()
			defer mutex.Unlock()
			trials[i] = trial
			tried(trial)
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in the trials
	return trials
}
