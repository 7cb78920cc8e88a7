package lexicons

import (
	"errors"
	"fmt"
)

// Severity is what a problem of a document does to it.
type Severity int

// The severities, worst first.
const (
	// Refused means that a document can't be used: what it asks for is not
	// known, or nothing could meet it.
	Refused Severity = iota
	// Wrong means that the document is against the lexicon language, and is used
	// all the same: what is meant is clear.
	Wrong
	// Doubtful means that something has no effect, or is not at hand and not
	// needed. The document may be right.
	Doubtful
)

// DocumentError is a problem in a lexicon document.
type DocumentError struct {
	Pointer  Pointer // where: the file's path within its folder and a JSON pointer
	Problem  string  // what is wrong, and what to do
	Severity Severity
	Folder   int // which of the folders given to Load the file is in, from 0
}

// Error says where the problem is and what it is.
func (e *DocumentError) Error() string { return string(e.Pointer) + ": " + e.Problem }

// findings are the problems of a set of documents.
type findings []*DocumentError

func (f *findings) add(severity Severity, at Pointer, format string, arguments ...any) {
	*f = append(*f, &DocumentError{Pointer: at, Problem: fmt.Sprintf(format, arguments...), Severity: severity})
}

// refused returns the problems that keep documents from being used, joined, or
// nil where there are none.
func (f findings) refused() error {
	var problems []error
	for _, problem := range f {
		if problem.Severity == Refused {
			problems = append(problems, problem)
		}
	}
	return errors.Join(problems...)
}
