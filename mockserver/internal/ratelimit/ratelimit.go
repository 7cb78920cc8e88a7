// Package ratelimit counts requests by where they come from. It must not know
// what they ask for.
package ratelimit

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// RateLimit is how many requests each address may send in a window of time.
// The zero value is no limit.
type RateLimit struct {
	Requests int
	Per      time.Duration // the window, whole seconds
}

// String returns the form that Parse reads, or "" for no limit.
func (r RateLimit) String() string {
	if r == (RateLimit{}) {
		return ""
	}
	return fmt.Sprintf("%d/%s", r.Requests, r.Per)
}

// Parse reads a number of requests, a slash and a duration, such as
// 3000/5m.
func Parse(text string) (RateLimit, error) {
	count, window, _ := strings.Cut(text, "/")
	requests, err := strconv.Atoi(count)
	if err != nil {
		return RateLimit{}, fmt.Errorf("%q is not NUMBER/DURATION, such as 3000/5m", text)
	}
	per, err := time.ParseDuration(window)
	if err != nil {
		return RateLimit{}, fmt.Errorf("%q is not NUMBER/DURATION, such as 3000/5m", text)
	}
	limit := RateLimit{requests, per}
	return limit, limit.Check()
}

// Check returns what keeps a limit from making sense.
func (r RateLimit) Check() error {
	switch {
	case r == (RateLimit{}):
		return nil
	case r.Requests < 1:
		return fmt.Errorf("a rate limit of %d requests lets nothing through", r.Requests)
	case r.Per < time.Second || r.Per%time.Second != 0:
		return fmt.Errorf("the window of a rate limit must be whole seconds, and is %s", r.Per)
	}
	return nil
}

// windows counts the requests of each address. Each has a window of its own,
// which begins with its first request.
type windows struct {
	mutex sync.Mutex
	open  map[string]window
}

type window struct {
	until time.Time
	used  int
}

// tooManyWindows is how many addresses are remembered before those whose
// window is over are forgotten.
const tooManyWindows = 1000

// count adds a request and returns the window that it falls into.
func (w *windows) count(address string, limit RateLimit, now time.Time) window {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	current := w.open[address]
	if !now.Before(current.until) {
		w.sweep(now)
		current = window{until: now.Add(limit.Per)}
	}
	current.used++
	w.open[address] = current
	return current
}

// sweep makes room; the lock is held.
func (w *windows) sweep(now time.Time) {
	if w.open == nil {
		w.open = map[string]window{}
	}
	if len(w.open) < tooManyWindows {
		return
	}
	for address, old := range w.open {
		if !now.Before(old.until) {
			delete(w.open, address)
		}
	}
}

func (w *windows) reset() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.open = nil
}

// Limiter holds requests against a limit. All methods are safe for use by
// several goroutines.
type Limiter struct{ windows windows }

// Admit counts a request at a time, tells its sender how many are left in the
// headers, and reports whether it is within the limit.
func (l *Limiter) Admit(header http.Header, r *http.Request, limit RateLimit, now time.Time) bool {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	current := l.windows.count(address, limit, now)
	limit.tell(header, current)
	if current.used <= limit.Requests {
		return true
	}
	wait := (current.until.Sub(now) + time.Second - 1) / time.Second
	header.Set("Retry-After", strconv.Itoa(int(wait)))
	return false
}

// Reset forgets all requests.
func (l *Limiter) Reset() { l.windows.reset() }

// tell sets the headers by which clients can pace themselves.
func (r RateLimit) tell(header http.Header, current window) {
	header.Set("RateLimit-Limit", strconv.Itoa(r.Requests))
	header.Set("RateLimit-Remaining", strconv.Itoa(max(0, r.Requests-current.used)))
	header.Set("RateLimit-Reset", strconv.FormatInt(current.until.Unix(), 10))
	header.Set("RateLimit-Policy", fmt.Sprintf("%d;w=%d", r.Requests, int64(r.Per/time.Second)))
}
