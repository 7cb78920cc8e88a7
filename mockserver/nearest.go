package mockserver

import (
	"fmt"

	"github.com/agnivade/levenshtein"
)

// didYouMean proposes the name that a mistyped one is nearest to: "" where none
// is near, which takes at most a change of every third letter.
func didYouMean(given string, names []string) string {
	best, least := "", len(given)/3+1
	for _, name := range names {
		if changes := levenshtein.ComputeDistance(given, name); changes <= least && (best == "" || changes < least) {
			best, least = name, changes
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}
