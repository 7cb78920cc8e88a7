package spec

import (
	"context"
	"sync"
	"time"

	"github.com/coder/quartz"
)

// Brake holds requests back while the target asks to wait. Runs in several
// processes that share a target tell each other by it. It is safe for use by
// several goroutines.
type Brake struct {
	// OnWait is told when the target has asked this run to wait, of until when;
	// nil tells nobody.
	OnWait func(until time.Time)

	clock quartz.Clock
	mutex sync.Mutex
	until time.Time
}

// NewBrake makes a brake that is off.
func NewBrake() *Brake { return &Brake{clock: quartz.NewReal()} }

// Hold holds requests back until a point in time. One that lies before what
// they are held back to already changes nothing.
func (b *Brake) Hold(until time.Time) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if until.After(b.until) {
		b.until = until
	}
}

// pull holds requests back for a while, and tells the others.
func (b *Brake) pull(wait time.Duration) {
	until := b.clock.Now().Add(wait)
	b.Hold(until)
	if b.OnWait != nil {
		b.OnWait(until)
	}
}

func (b *Brake) left() time.Duration {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.clock.Until(b.until)
}

// wait returns when no request is to be held back any more, or ctx ends.
func (b *Brake) wait(ctx context.Context) {
	for left := b.left(); left > 0 && ctx.Err() == nil; left = b.left() {
		timer := b.clock.NewTimer(left)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}
