package main

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// usageError is a mistake in flags, environment or configuration file. It is
// one line that says what to do instead.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return &usageError{message: fmt.Sprintf(format, args...)}
}

// meant returns the rest of a message about an unknown word: the known one
// that it is nearest to, where there is one near enough.
func meant(word string, known []string, prefix string) string {
	if nearest, ok := nearest(word, known); ok {
		return fmt.Sprintf(", did you mean %s%s?", prefix, nearest)
	}
	return ""
}

// nearest returns the known word that is fewest edits away: two at most, or a
// third of a long word, and never the whole of it.
func nearest(word string, known []string) (string, bool) {
	limit := min(max(2, len(word)/3), len(word)-1)
	best, bestDistance := "", limit+1
	for _, candidate := range known {
		distance := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(candidate))
		if distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	return best, best != ""
}

// words joins alternatives for a message.
func words(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}
