// Package clock is the time by which the mock lives: a base clock and an
// offset that only grows until it is reset. It knows nothing of what expires.
package clock

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/coder/quartz"
)

// Furthest is how far ahead of its base a clock can be moved. It keeps every
// timestamp within the four-digit years that the datetime format knows.
const Furthest = 200 * 365 * 24 * time.Hour

// Clock reads a base clock plus an offset. It is safe for use by several
// goroutines.
type Clock struct {
	base   quartz.Clock
	start  time.Duration
	offset atomic.Int64
}

// New returns a clock that starts at the time of base.
func New(base quartz.Clock) *Clock { return &Clock{base: base} }

// StartAt makes the clock begin ahead of its base, now and after each Reset. It
// is called before anything else; an offset outside 0 to Furthest is an error.
func (c *Clock) StartAt(offset time.Duration) error {
	if offset < 0 || offset > Furthest {
		return fmt.Errorf("a clock can't start %s ahead", offset)
	}
	c.start = offset
	c.Reset()
	return nil
}

// Now returns the time in UTC.
func (c *Clock) Now() time.Time {
	return c.base.Now().Add(time.Duration(c.offset.Load())).UTC()
}

// Offset is how far the clock is ahead of its base.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// Advance moves the clock forward. Moving it back, or further ahead than
// Furthest, is an error and changes nothing.
func (c *Clock) Advance(by time.Duration) error {
	if by < 0 {
		return fmt.Errorf("the clock can't be moved back by %s", -by)
	}
	for {
		old := c.offset.Load()
		if by > Furthest || old > int64(Furthest-by) {
			return fmt.Errorf("the clock can't be moved further than %s ahead", Furthest)
		}
		if c.offset.CompareAndSwap(old, old+int64(by)) {
			return nil
		}
	}
}

// Reset takes the offset back to where the clock started.
func (c *Clock) Reset() { c.offset.Store(int64(c.start)) }

// Wait blocks for a duration of the base clock, which Advance does not
// shorten, or until ctx ends.
func (c *Clock) Wait(ctx context.Context, duration time.Duration) error {
	timer := c.base.NewTimer(duration, "wait")
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
