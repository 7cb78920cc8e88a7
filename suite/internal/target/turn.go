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
// once that it waits. The function that it returns ends the turn.
func TakeTurn(ctx context.Context, base string, alone bool, notify func(string)) (end func()) {
	sum := sha256.Sum256([]byte(base))
	path := filepath.Join(os.TempDir(), "pdsconform-"+hex.EncodeToString(sum[:8])+".lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return func() {} // another user's, perhaps; a clock that jumps is noticed all the same
	}
	for told := false; !tryLock(file, alone); told = true {
		if !told {
			notify("another run is under way on " + base + ", and one of the two moves its clock: waiting for it to end")
		}
		select {
		case <-ctx.Done():
			return func() { _ = file.Close() }
		case <-time.After(turnInterval):
		}
	}
	return func() { _ = file.Close() }
}
