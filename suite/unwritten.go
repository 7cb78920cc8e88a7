package suite

// UnwrittenError says that the journal of a run can't be written. Nothing was
// made on the target, since nothing would tell of it.
type UnwrittenError struct{ Err error }

// Error is one line that names the file and the remedy.
func (e *UnwrittenError) Error() string {
	return e.Err.Error() + " (give another folder with --out)"
}

// Unwrap returns what the file system reported.
func (e *UnwrittenError) Unwrap() error { return e.Err }
