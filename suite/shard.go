package suite

import (
	"fmt"
	"slices"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// MaxShards is the most shards that a run can be divided into.
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

// chooseShard leaves out what other shards check.
func (p *plan) chooseShard() {
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
}

// movesClock reports whether what is selected moves the target's clock.
func (p *plan) movesClock() bool {
	return slices.ContainsFunc(p.cases, func(c spec.Case) bool { return p.selected[c.ID] && movesClock(c) })
}

// warnOfClock says what machines that don't see each other can't agree on.
func (p *plan) warnOfClock() {
	if p.config.Shard.Count > 1 && !p.config.Embedded && p.config.sharesClock() && p.movesClock() {
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
