package target

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"
)

// turnInterval is how often a run that waits looks whether another has ended.
const turnInterval = 200 * time.Millisecond

// TakeTurn waits until no run on this machine uses the same target in a way that
// disturbs this one: a run that moves the target's clock has it alone. It tells
// once that it waits. The function that it returns ends the turn; the last run to
// end leaves no file behind.
func TakeTurn(ctx context.Context, base string, alone bool, notify func(string)) (end func()) {
	path := turnFile(base)
	told := false
	for ctx.Err() == nil {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return func() {} // another user's, perhaps; a clock that jumps is noticed all the same
		}
		free := tryLock(file, alone)
		if free && isAt(file, path) {
			return func() { endTurn(file, path) }
		}
		_ = file.Close()
		if free {
			continue // who held it has ended, and removed it
		}
		if !told {
			told = true
			notify("another run is under way on " + base + ", and one of the two moves its clock: waiting for it to end")
		}
		select {
		case <-ctx.Done():
		case <-time.After(turnInterval):
		}
	}
	return func() {}
}

// turnFile is the file that runs on one target hold while they are under way.
func turnFile(base string) string {
	sum := sha256.Sum256([]byte(base))
	return filepath.Join(os.TempDir(), "pdsconform-"+hex.EncodeToString(sum[:8])+".lock")
}

// endTurn removes the file unless another run holds it as well.
func endTurn(file *os.File, path string) {
	if tryLock(file, true) && isAt(file, path) {
		_ = os.Remove(path)
	}
	_ = file.Close()
}

// isAt reports whether a file that was opened is still the one at the path: a run
// that has ended since may have removed it.
func isAt(file *os.File, path string) bool {
	opened, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(opened, there)
}
