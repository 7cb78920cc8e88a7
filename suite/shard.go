package suite

import (
	"fmt"
	"slices"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// MaxShards is the most shards or parts that a run can be divided into.
const MaxShards = 10_000

// Shard is one of several parts of a run, for machines that don't see each
// other. The same documents and selection give the same shards everywhere. The
// zero value is the whole.
type Shard struct{ Index, Count int }

// ParseShard reads "I/N", with I from 1 to N.
func ParseShard(text string) (Shard, error) {
	var s Shard
	_, err := fmt.Sscanf(text, "%d/%d", &s.Index, &s.Count)
	if err != nil || text != s.String() || s.Index < 1 || s.Index > s.Count || s.Count > MaxShards {
		return Shard{}, &UsageError{fmt.Sprintf("--shard %q: give I/N with I from 1 to N, such as 2/4 for the second of four", text)}
	}
	return s, nil
}

// String is "I/N", of the whole "1/1".
func (s Shard) String() string {
	if s == (Shard{}) {
		return "1/1"
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}

// Part is what one of several processes checks of a run on one target. Parts
// are numbered from 1. The zero value is the whole.
type Part struct{ Number, Of int }

// PartPlan is a part with what it is made of.
type PartPlan struct {
	Part
	Requirements []reports.Requirement

	// Alone says that nothing else may be under way on the target: the part
	// moves its clock, which ends the sessions and codes of the others.
	Alone bool
}

// Parts divides what a run with that configuration would check into parts that
// cost about the same: at most n, and one more that has to run alone. The last
// one is that, where there is one. Errors are those of List.
func Parts(config Config, n int) ([]PartPlan, error) {
	config.Part = Part{}
	p, err := newPlan(config)
	if err != nil {
		return nil, err
	}
	var plans []PartPlan
	for i, ids := range p.parts(n) {
		plan := PartPlan{Part: Part{Number: i + 1, Of: n}}
		for _, c := range p.cases {
			if ids[c.ID] {
				plan.Requirements = append(plan.Requirements, c.Requirement.Requirement)
				plan.Alone = plan.Alone || p.clockApart() && movesClock(c)
			}
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// chooseShard leaves out what other shards and parts check.
func (p *plan) chooseShard() error {
	if shard := p.config.Shard; shard.Count > 1 {
		for i, ids := range p.divide(p.units(), shard.Count) {
			if i+1 == shard.Index {
				continue
			}
			for id := range ids {
				p.selected[id] = false
				p.elsewhere[id] = Shard{i + 1, shard.Count}.String()
			}
		}
	}
	if part := p.config.Part; part != (Part{}) {
		parts := p.parts(part.Of)
		if part.Number < 1 || part.Number > len(parts) {
			return fmt.Errorf("there is no part %d among %d", part.Number, len(parts))
		}
		for id := range p.selected {
			p.selected[id] = parts[part.Number-1][id]
		}
	}
	return nil
}

// parts divides the selected cases for processes that share a target.
func (p *plan) parts(n int) []map[string]bool {
	units := p.units()
	var alone []unit
	if i := slices.IndexFunc(units, func(u unit) bool { return u.key == clockUnit }); i >= 0 && p.clockApart() {
		alone = units[i : i+1 : i+1]
		units = slices.Delete(slices.Clone(units), i, i+1)
	}
	parts := p.divide(units, n)
	parts = append(parts, p.divide(alone, 1)...)
	return slices.DeleteFunc(parts, func(ids map[string]bool) bool { return len(ids) == 0 })
}

// clockApart reports whether the run may be able to move a clock that others
// on the target feel. Patience only waits.
func (p *plan) clockApart() bool {
	return p.config.Control != "" || len(p.config.Hooks.AdvanceClock) > 0
}

func movesClock(c spec.Case) bool { return slices.Contains(c.Needs, target.Clock) }

// divide shares units out among n parts, the costliest first, each to the part
// that has the least to do by then: where one is put is decided by costs alone.
func (p *plan) divide(units []unit, n int) []map[string]bool {
	slices.SortStableFunc(units, func(a, b unit) int { return b.cost - a.cost })
	parts := make([]map[string]bool, n)
	loads := make([]int, n)
	methods := make([]map[string]bool, n)
	for i := range parts {
		parts[i], methods[i] = map[string]bool{}, map[string]bool{}
	}
	for _, u := range units {
		least, load := 0, -1
		for i := range parts {
			after := loads[i] + u.cost
			if !methods[i][u.method] {
				after += costOfMethod
			}
			if load < 0 || after < load {
				least, load = i, after
			}
		}
		loads[least], methods[least][u.method] = load, true
		for _, id := range u.ids {
			parts[least][id] = true
		}
	}
	return parts
}
