// Package nearest proposes names for those that were mistyped.
package nearest

import (
	"fmt"

	"github.com/agnivade/levenshtein"
)

// Hint is the end of an error message that proposes the name to which a
// mistyped one is nearest: "" where none is near, which takes at most a change
// of every third letter.
func Hint(given string, names []string) string {
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
