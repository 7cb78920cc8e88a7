package client

import (
	"regexp"
	"strings"
)

// thrown is a line by which a program says what has ended it, before or after the
// places in it that led there: Go, JavaScript and what is like it, Python.
var thrown = regexp.MustCompile(`^(?:panic: |fatal error: |(?:Uncaught )?[A-Za-z_][\w.]*(?:Error|Exception)(?: \[\w+\])?: )`)

// maxComplaint is how many letters of it are shown.
const maxComplaint = 200

// complaint is the line of a program's standard error that says why it ended: the
// last that names what was thrown, or else the last of all.
func complaint(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	said := lines[len(lines)-1]
	for _, line := range lines {
		if thrown.MatchString(line) {
			said = line
		}
	}
	return shorten(scrub(strings.TrimSpace(said)), maxComplaint)
}
