package suite

import "fmt"

// suggestion names the candidate that is nearest to a mistyped word, or
// nothing where none is near.
func suggestion(word string, candidates []string) string {
	nearest, least := "", len(word)/3+2
	for _, candidate := range candidates {
		if d := distance(word, candidate); d < least {
			nearest, least = candidate, d
		}
	}
	if nearest == "" {
		return " (see pdsconform list)"
	}
	return fmt.Sprintf(" (did you mean %s?)", nearest)
}

// distance is the least number of letters to insert, drop or change between
// two words.
func distance(a, b string) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range len(a) {
		current := make([]int, len(b)+1)
		current[0] = i + 1
		for j := range len(b) {
			change := previous[j]
			if a[i] != b[j] {
				change++
			}
			current[j+1] = min(change, previous[j+1]+1, current[j]+1)
		}
		previous = current
	}
	return previous[len(b)]
}
