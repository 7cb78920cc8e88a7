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

// Brake holds requests back while the target asks to wait. Once it has, one
// request is sent at a time: cases that are under way at once must come to what
// they would come to one after the other. It is safe for use by several
// goroutines.
type Brake struct {
	clock   quartz.Clock
	turn    chan struct{} // holds an element while a request has its turn
	mutex   sync.Mutex
	until   time.Time
	limited bool // whether the target has ever asked to wait
}

// NewBrake makes a brake that is off.
func NewBrake() *Brake { return &Brake{clock: quartz.NewReal(), turn: make(chan struct{}, 1)} }

// Pull holds requests back where an answer asks to wait and the wait is short,
// and reports how long it is and whether to send again.
func (b *Brake) Pull(exchange Exchange) (wait time.Duration, again bool) {
	wait, _ = exchange.RetryAfter()
	if !exchange.RateLimited() || wait > longestWait {
		return 0, false
	}
	b.hold(wait)
	return wait, true
}

// hold holds requests back for some time. Where they are held back for longer
// already, that changes nothing.
func (b *Brake) hold(wait time.Duration) {
	until := b.clock.Now().Add(wait)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.limited = true
	if until.After(b.until) {
		b.until = until
	}
}

func (b *Brake) left() time.Duration {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.clock.Until(b.until)
}

// Wait returns when a request may be sent, or ctx ends. The function that it
// returns is called once the request was answered.
func (b *Brake) Wait(ctx context.Context) (answered func()) {
	answered = b.takeTurn(ctx)
	for left := b.left(); left > 0 && ctx.Err() == nil; left = b.left() {
		timer := b.clock.NewTimer(left)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return answered
}

func (b *Brake) takeTurn(ctx context.Context) (end func()) {
	b.mutex.Lock()
	limited := b.limited
	b.mutex.Unlock()
	if limited {
		select {
		case b.turn <- struct{}{}:
			return func() { <-b.turn }
		case <-ctx.Done():
		}
	}
	return func() {}
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
