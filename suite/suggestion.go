package suite

import (
	"fmt"

	"github.com/agnivade/levenshtein"
)

// suggestion names the candidate that is nearest to a mistyped word, or where
// to look where none is near.
func suggestion(word string, candidates []string) string {
	if near := proposal(word, candidates); near != "" {
		return near
	}
	return " (see pdsconform list)"
}

// proposal names the candidate that is nearest to a mistyped word, or nothing
// where none is near.
func proposal(word string, candidates []string) string {
	nearest, least := "", len(word)/3+2
	for _, candidate := range candidates {
		if d := levenshtein.ComputeDistance(word, candidate); d < least {
			nearest, least = candidate, d
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", nearest)
}
