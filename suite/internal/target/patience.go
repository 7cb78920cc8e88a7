package target

import (
	"context"
	"fmt"
	"time"
)

// Patience lets time pass where no clock can be moved.
type Patience struct {
	Longest time.Duration
	Notify  func(string) // told how long is still to wait; may be nil
}

const progressInterval = 30 * time.Second

// Advance waits. The error is a *Missing where that takes longer than the
// patience.
func (p *Patience) Advance(ctx context.Context, by time.Duration) error {
	if by > p.Longest {
		return &Missing{Clock, fmt.Sprintf("the target's clock can't be moved, and %s is longer than --patience %s", by, p.Longest),
			"--control or hooks.advanceClock, or a longer --patience"}
	}
	for end := time.Now().Add(by); ; {
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		if p.Notify != nil {
			p.Notify(fmt.Sprintf("waiting for time to pass: %s to go", left.Round(time.Second)))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(left, progressInterval)):
		}
	}
}
