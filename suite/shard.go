package suite

import (
	"fmt"
	"maps"
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
}

// Parts divides what a run with that configuration would check into parts that
// cost about the same, n at most. Errors are those of List.
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
			}
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// chooseShard leaves out what other shards and parts check.
func (p *plan) chooseShard() error {
	if shard := p.config.Shard; shard.Count > 1 {
		for i, ids := range divide(p.units(), shard.Count) {
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

// parts divides the selected cases for processes that share a target. What moves
// a clock that is shared waits until all else is done, and so is divided by
// itself.
func (p *plan) parts(n int) []map[string]bool {
	var before, last []unit
	for _, u := range p.units() {
		if u.clock && p.config.SharesClock() {
			last = append(last, u)
		} else {
			before = append(before, u)
		}
	}
	parts := divide(before, n)
	for i, ids := range divide(last, n) {
		maps.Copy(parts[i], ids)
	}
	return withoutEmpty(parts)
}

func withoutEmpty(parts []map[string]bool) []map[string]bool {
	return slices.DeleteFunc(parts, func(ids map[string]bool) bool { return len(ids) == 0 })
}

// warnOfClock says what machines that don't see each other can't agree on.
func (p *plan) warnOfClock() {
	moves := slices.ContainsFunc(p.cases, func(c spec.Case) bool { return p.selected[c.ID] && movesClock(c) })
	if p.config.Shard.Count > 1 && !p.config.Embedded && p.config.SharesClock() && moves {
		p.note(fmt.Sprintf("shard %s moves the clock of %s: no other may use the same server meanwhile", p.config.Shard, p.config.Target))
	}
}

func movesClock(c spec.Case) bool { return slices.Contains(c.Needs, target.Clock) }

// divide shares units out among n parts, the costliest first, each to the part
// that has the least to do by then: where one is put is decided by costs alone.
func divide(units []unit, n int) []map[string]bool {
	shares := make([]share, n)
	for i := range shares {
		shares[i] = share{ids: map[string]bool{}, methods: map[string]bool{}}
	}
	slices.SortStableFunc(units, func(a, b unit) int { return b.cost - a.cost })
	for _, u := range units {
		least := &shares[0]
		for i := range shares {
			if shares[i].with(u) < least.with(u) {
				least = &shares[i]
			}
		}
		least.add(u)
	}
	parts := make([]map[string]bool, n)
	for i := range shares {
		parts[i] = shares[i].ids
	}
	return parts
}

// share is what one part has to do so far.
type share struct {
	ids, methods map[string]bool
	cost         int
}

// with is what the part would cost with one unit more.
func (s *share) with(u unit) int {
	if s.methods[u.method] {
		return s.cost + u.cost
	}
	return s.cost + u.cost + costOfMethod
}

func (s *share) add(u unit) {
	s.cost, s.methods[u.method] = s.with(u), true
	for _, id := range u.ids {
		s.ids[id] = true
	}
}
