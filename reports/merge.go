package reports

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Merge joins the documents of the shards of one run, given in any order, to
// the document that the run would have written in one piece.
//
// It refuses documents that are not of one run, with an error that names every
// reason: another target, revision, version or strictness, a shard that is
// missing or there twice, and a requirement on which two shards came to a
// verdict. Embedded mocks count as one target, whatever their ports.
func Merge(shards ...*Report) (*Report, error) {
	if len(shards) == 0 {
		return nil, errors.New("merge reports: none were given")
	}
	problems := append(sameRun(shards), wholeRun(shards)...)
	results, doubles := joinResults(shards)
	if err := errors.Join(append(problems, doubles...)...); err != nil {
		return nil, fmt.Errorf("merge reports: %w", err)
	}
	first := shards[0]
	merged := New(Content{Kind: first.Kind, Version: first.Tool.Version, Run: first.Run, Target: first.Target, Results: results})
	merged.Run.Shard = "1/1"
	ids := []string{}
	end := first.Run.StartedAt
	for _, shard := range shards {
		ids = append(ids, shard.Run.ID)
		merged.Run.Interrupted = merged.Run.Interrupted || shard.Run.Interrupted
		if shard.Run.StartedAt.Before(merged.Run.StartedAt) {
			merged.Run.StartedAt = shard.Run.StartedAt.UTC()
		}
		if stop := shard.Run.StartedAt.Add(time.Duration(shard.Run.DurationMs) * time.Millisecond); stop.After(end) {
			end = stop
		}
		merged.Summary.Requests += shard.Summary.Requests
		merged.Summary.Accounts.Created += shard.Summary.Accounts.Created
		merged.Summary.Accounts.Left += shard.Summary.Accounts.Left
		merged.Target.Capabilities = merged.Target.Capabilities.and(shard.Target.Capabilities)
	}
	slices.Sort(ids)
	merged.Run.ID = strings.Join(slices.Compact(ids), "+")
	merged.Run.DurationMs = end.Sub(merged.Run.StartedAt).Milliseconds()
	merged.Summary.Stale = joinStale(shards, results)
	merged.Summarize()
	return merged, nil
}

// sameRun returns what keeps the shards from being of one run.
func sameRun(shards []*Report) []error {
	type property struct {
		name string
		of   func(*Report) string
	}
	var problems []error
	for _, p := range []property{
		{"kind", func(r *Report) string { return cmp.Or(r.Kind, "server") }},
		{"target", func(r *Report) string {
			if r.Target.Embedded {
				return "the embedded mock"
			}
			return r.Target.URL
		}},
		{"revision", func(r *Report) string { return r.Run.Revision }},
		{"version", func(r *Report) string { return r.Tool.Version }},
		{"strict", func(r *Report) string { return fmt.Sprint(r.Run.Strict) }},
	} {
		values := []string{}
		for _, shard := range shards {
			if value := p.of(shard); !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
		if len(values) > 1 {
			problems = append(problems, fmt.Errorf("they differ in %s: %s", p.name, strings.Join(values, ", ")))
		}
	}
	return problems
}

// wholeRun returns which shards are missing, there twice, or counted among
// another number than the rest.
func wholeRun(shards []*Report) []error {
	var problems []error
	total, seen := 0, map[int]bool{}
	for _, shard := range shards {
		i, n, err := parseShard(shard.Run.Shard)
		switch {
		case err != nil:
			problems = append(problems, err)
		case total != 0 && n != total:
			problems = append(problems, fmt.Errorf("shard %s is not one of %d", shard.Run.Shard, total))
		case seen[i]:
			problems = append(problems, fmt.Errorf("shard %s is there twice", shard.Run.Shard))
		default:
			total, seen[i] = n, true
		}
	}
	for i := 1; i <= total; i++ {
		if !seen[i] {
			problems = append(problems, fmt.Errorf("shard %d/%d is missing", i, total))
		}
	}
	return problems
}

// maxShards bounds what a document can make Merge list as missing.
const maxShards = 10_000

func parseShard(text string) (i, n int, err error) {
	if _, err := fmt.Sscanf(text, "%d/%d", &i, &n); err != nil || i < 1 || i > n || n > maxShards || text != fmt.Sprintf("%d/%d", i, n) {
		return 0, 0, fmt.Errorf("shard %q is no I/N", text)
	}
	return i, n, nil
}

// joinResults returns the results of all shards. Where a requirement is in
// several, those that excluded it, as another's, don't count.
func joinResults(shards []*Report) (results []Result, doubles []error) {
	positions := map[string]int{}
	for _, shard := range shards {
		for _, result := range shard.Results {
			position, ok := positions[result.ID]
			switch {
			case !ok:
				positions[result.ID] = len(results)
				results = append(results, result)
			case result.Outcome == Excluded:
			case results[position].Outcome == Excluded:
				results[position] = result
			case seenInPassing(result) || seenInPassing(results[position]):
				results[position] = moreTelling(results[position], result)
			default:
				doubles = append(doubles, fmt.Errorf("%s is in two shards", result.ID))
			}
		}
	}
	return results, doubles
}

// seenInPassing reports whether a failure was seen while other requirements
// were checked, as any shard may see one.
func seenInPassing(result Result) bool {
	return (result.Outcome == Failed || result.Outcome == KnownFailure) && len(result.SeenIn) > 0
}

// moreTelling returns the result that one run would have come to of two, of
// which one at least was seen in passing: a failure by the requirement's own
// check goes first, then any other failure.
func moreTelling(one, other Result) Result {
	switch {
	case !seenInPassing(one):
		if one.Outcome == Failed || one.Outcome == KnownFailure {
			return one
		}
		return other
	case !seenInPassing(other):
		return moreTelling(other, one)
	}
	seenIn := slices.Clone(one.SeenIn)
	for _, id := range other.SeenIn {
		if !slices.Contains(seenIn, id) {
			seenIn = append(seenIn, id)
		}
	}
	one.SeenIn = seenIn
	return one
}

// joinStale returns the stale entries that are stale for the whole run: one
// shard knows nothing of the requirements of the others.
func joinStale(shards []*Report, results []Result) []Stale {
	open := map[string]bool{}
	for _, result := range results {
		open[result.ID] = result.Outcome != Passed
	}
	var stale []Stale
	seen := map[string]bool{}
	for _, shard := range shards {
		for _, entry := range shard.Summary.Stale {
			_, exists := open[entry.ID]
			own := slices.ContainsFunc(shard.Results, func(r Result) bool { return r.ID == entry.ID && r.Outcome != Excluded })
			if seen[entry.ID] || open[entry.ID] || exists && !own {
				continue
			}
			seen[entry.ID] = true
			stale = append(stale, entry)
		}
	}
	slices.SortFunc(stale, func(a, b Stale) int { return strings.Compare(a.ID, b.ID) })
	return stale
}

// and returns what is there in both.
func (c Capabilities) and(other Capabilities) Capabilities {
	both := Capabilities{
		Admin: c.Admin && other.Admin, Mail: c.Mail,
		Clock: c.Clock && other.Clock, Takedown: c.Takedown && other.Takedown,
		SignUp: c.SignUp && other.SignUp, PLC: c.PLC && other.PLC,
	}
	if c.Mail != other.Mail {
		both.Mail = ""
	}
	return both
}
