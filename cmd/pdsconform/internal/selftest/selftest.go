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
	"strings"
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

// Bench is what the trials of a selftest share. Any number of them can be under
// way at once.
type Bench struct {
	Config       suite.Config
	Start        Start
	Requirements []reports.Requirement // all that a run against the mock would check
}

// Try finds out whether the suite notices a defect. It checks first what the
// defect must show at; where that notices nothing, all of the methods concerned,
// and at last everything, so that none is given up for what was left out.
func (b Bench) Try(ctx context.Context, defect mockserver.Defect) Trial {
	var trial Trial
	for _, ids := range b.stages(defect) {
		trial = b.check(ctx, defect, ids)
		if by, _ := Judge(defect, trial.Failures); len(by) > 0 || trial.Broken != "" {
			break
		}
	}
	return trial
}

// stages are the requirements to check for a defect, ever more of them. That its
// method works is always among them, since other failures can follow from that.
func (b Bench) stages(defect mockserver.Defect) [][]string {
	places, methods := Places(defect), map[string]bool{defect.Method: true}
	first := b.choose(func(r reports.Requirement) bool {
		if !belowAny(r.ID, places) {
			return isSuccess(r, defect.Method)
		}
		methods[r.Endpoint] = true
		return true
	})
	return [][]string{first, b.choose(func(r reports.Requirement) bool { return methods[r.Endpoint] }), nil}
}

func isSuccess(r reports.Requirement, method string) bool {
	return r.Endpoint == method && strings.HasSuffix(r.ID, "."+method[strings.LastIndexByte(method, '.')+1:]+".success")
}

func belowAny(id string, places []string) bool {
	return slices.ContainsFunc(places, func(place string) bool { return reports.Below(id, place) })
}

// choose returns the IDs of some requirements.
func (b Bench) choose(wanted func(reports.Requirement) bool) []string {
	var ids []string
	for _, r := range b.Requirements {
		if wanted(r) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// check checks these requirements against the mock with a defect; without any,
// all.
func (b Bench) check(ctx context.Context, defect mockserver.Defect, ids []string) Trial {
	trial, config := Trial{Defect: defect.ID, Failures: []Failure{}}, b.Config
	config.IDs, config.VerdictsOnly, config.ImmediateEffects = ids, true, true
	config.Parallel = 1 // many trials run at once; within one, a fault must not meet what another case sends
	complete, stop, err := b.Start(config, defect.ID)
	if err != nil {
		trial.Broken = err.Error()
		return trial
	}
	defer stop()
	report, err := suite.Run(ctx, complete)
	switch {
	case ctx.Err() != nil:
		trial.Broken = interrupted
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

// interrupted is why there is no verdict once the context has ended.
const interrupted = "interrupted"

// All tries the defects, as many at once as jobs says, and tells how it goes,
// one trial at a time. Trials come in the order of the defects.
func All(ctx context.Context, defects []mockserver.Defect, jobs int, try func(context.Context, mockserver.Defect) Trial, tried func(Trial)) []Trial {
	trials := make([]Trial, len(defects))
	var mutex sync.Mutex
	var group errgroup.Group
	group.SetLimit(jobs)
	for i, defect := range defects {
		group.Go(func() error {
			trial := Trial{Defect: defect.ID, Broken: interrupted}
			if ctx.Err() == nil {
				trial = try(ctx, defect)
			}
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
