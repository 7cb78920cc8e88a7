package mockserver

// nearest returns the name that takes the fewest changes to become the given
// one, "" where there are no names.
func nearest(given string, names []string) string {
	best, least := "", 0
	for i, name := range names {
		if changes := distance(given, name); i == 0 || changes < least {
			best, least = name, changes
		}
	}
	return best
}

// distance counts the bytes to insert, to delete or to replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := diagonal
			if a[i] != b[j] {
				changed = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], changed
		}
	}
	return row[len(b)]
}
