package suite

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"golang.org/x/sync/errgroup"
)

// carryOut checks cases in their order, several at once. The clock moves only
// after all that need no move, since each ends the sessions, codes and accounts
// that others could have shared.
func (c *collector) carryOut(ctx context.Context, cases []spec.Case) {
	if c.plan.config.FailFast {
		c.untilFailure(ctx, cases)
		return
	}
	first := slices.IndexFunc(cases, movesClock)
	if first < 0 {
		first = len(cases)
	}
	for _, stage := range [][]spec.Case{cases[:first], cases[first:]} {
		var group errgroup.Group
		group.SetLimit(c.bench.Target.Parallel())
		for _, one := range stage {
			group.Go(func() error {
				c.try(ctx, one)
				return nil
			})
		}
		_ = group.Wait() // what went wrong is in the verdicts
	}
}

// untilFailure checks one case after the other, in the order in which a server is
// built, until one fails that gates.
func (c *collector) untilFailure(ctx context.Context, cases []spec.Case) {
	slices.SortStableFunc(cases, func(a, b spec.Case) int {
		return reports.InBuildOrder(reports.Result{Requirement: a.Requirement.Requirement}, reports.Result{Requirement: b.Requirement.Requirement})
	})
	for _, one := range cases {
		c.try(ctx, one)
	}
}

// order returns the selected cases in the order of the seed, by priority.
func (p *plan) order() []spec.Case {
	var cases []spec.Case
	for _, c := range p.cases {
		if p.selected[c.ID] {
			cases = append(cases, c)
		}
	}
	random := rand.New(rand.NewPCG(uint64(p.config.Seed), 0))
	random.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
	slices.SortStableFunc(cases, func(a, b spec.Case) int { return cmp.Compare(priority(b), priority(a)) })
	return cases
}

// priority puts the cases that move the clock last, whatever the seed. Of these,
// the derived ones come first, since they all wait for the same time and so do
// it together.
func priority(c spec.Case) int {
	switch {
	case !movesClock(c):
		return 2
	case c.Origin == reports.Derived:
		return 1
	}
	return 0
}
