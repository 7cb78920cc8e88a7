package xrpc

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/quartz"
)

const (
	longestWait = 10 * time.Second // for a rate limit to pass, once

	// MaxWaits is how often one request is sent again.
	MaxWaits = 3
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

// Pull holds requests back where an answer asks to wait and the wait is short,
// tells the others, and reports how long it is and whether to send again.
func (b *Brake) Pull(exchange Exchange) (wait time.Duration, again bool) {
	wait, _ = exchange.RetryAfter()
	if !exchange.RateLimited() || wait > longestWait {
		return 0, false
	}
	b.pull(wait)
	return wait, true
}

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

// Wait returns when no request is to be held back any more, or ctx ends.
func (b *Brake) Wait(ctx context.Context) {
	for left := b.left(); left > 0 && ctx.Err() == nil; left = b.left() {
		timer := b.clock.NewTimer(left)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// RetryAfter is how long an answer asks to wait, a second where it doesn't say.
// Source: RFC 9110, section 10.2.3
func (e Exchange) RetryAfter() (wait time.Duration, stated bool) {
	const pointInTime = 1 << 20 // no RateLimit-Reset of seconds is that long
	if date, err := http.ParseTime(e.Header.Get("Retry-After")); err == nil {
		return max(time.Until(date), 0), true
	}
	for _, name := range []string{"Retry-After", "RateLimit-Reset"} {
		seconds, err := strconv.ParseUint(e.Header.Get(name), 10, 32)
		switch {
		case err != nil:
		case name == "RateLimit-Reset" && seconds > pointInTime:
			return max(time.Until(time.Unix(int64(seconds), 0)), 0), true
		default:
			return time.Duration(seconds) * time.Second, true
		}
	}
	return time.Second, false
}
