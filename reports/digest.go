package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// uncovered is a number of requirements that were not checked to a verdict,
// all for one reason.
type uncovered struct {
	Outcome Outcome
	Reason  string
	Unlock  string
	Count   int
}

// groupUncovered counts what was not covered by reason, the most frequent
// first.
func groupUncovered(results []Result) []uncovered {
	groups := map[uncovered]int{}
	for _, result := range results {
		switch result.Outcome {
		case Blocked, NotObserved, Excluded:
			groups[uncovered{Outcome: result.Outcome, Reason: result.Reason, Unlock: result.Unlock}]++
		case Passed, Failed, Errored, KnownFailure:
		}
	}
	list := make([]uncovered, 0, len(groups))
	for group, count := range groups {
		group.Count = count
		list = append(list, group)
	}
	slices.SortFunc(list, func(a, b uncovered) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Outcome, b.Outcome),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Unlock, b.Unlock))
	})
	return list
}

// glyph returns a sign for an outcome, for readers who don't see colours.
func glyph(outcome Outcome) string {
	switch outcome {
	case Passed:
		return "✓"
	case Failed:
		return "✗"
	case Errored:
		return "!"
	case Blocked:
		return "⊘"
	case NotObserved:
		return "?"
	case Excluded:
		return "–"
	case KnownFailure:
		return "≈"
	}
	return "·"
}

// outcomeWords returns an outcome as it is written in a sentence.
func outcomeWords(outcome Outcome) string {
	switch outcome {
	case NotObserved:
		return "not observed"
	case KnownFailure:
		return "known failure"
	case Passed, Failed, Errored, Blocked, Excluded:
	}
	return string(outcome)
}

// severity orders outcomes from what a reader must see first to what is well.
func severity(outcome Outcome) int {
	return slices.Index([]Outcome{Failed, Errored, KnownFailure, Blocked, NotObserved, Excluded, Passed}, outcome)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "entry"); ok {
		return fmt.Sprintf("%d %sentries", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// sentence returns words with a capital at their beginning.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
