// Package nearest proposes names for those that were mistyped.
package nearest

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Or is Hint, or what else is to be said where no name is near.
func Or(given string, names []string, otherwise string) string {
	return cmp.Or(Hint(given, names), otherwise)
}

// Slip returns the name that differs from a given one by a letter or two, "" where
// there is none, or where one is only the beginning of the other: such names are
// meant to differ.
func Slip(given string, names []string) string {
	const slips = 2
	for _, name := range names {
		if name != given && !strings.HasPrefix(name, given) && !strings.HasPrefix(given, name) &&
			levenshtein.ComputeDistance(given, name) <= slips {
			return name
		}
	}
	return ""
}

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
