package lexicons

// DocumentError is a problem in a lexicon document.
type DocumentError struct {
	Pointer Pointer // where: the document's path and a JSON pointer
	Problem string
}

// Error says where the problem is and what it is.
func (e *DocumentError) Error() string { return string(e.Pointer) + ": " + e.Problem }
