// Package ratelimit counts requests by where they come from. It must not know
// what they ask for.
package ratelimit

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// windows counts requests by their key. Each has a window of its own,
// which begins with its first request.
type windows struct {
	mutex sync.Mutex
	open  map[string]window
}

type window struct {
	until time.Time
	used  int
}

// tooManyWindows is how many keys are remembered before those whose
// window is over are forgotten.
const tooManyWindows = 1000

// count adds a request and returns the window that it falls into.
func (w *windows) count(key string, limit RateLimit, now time.Time) window {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	current := w.open[key]
	if !now.Before(current.until) {
		w.sweep(now)
		current = window{until: now.Add(limit.Per)}
	}
	current.used++
	w.open[key] = current
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
	for key, old := range w.open {
		if !now.Before(old.until) {
			delete(w.open, key)
		}
	}
}

func (w *windows) reset() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.open = nil
}

// Limiter holds requests against limits. All methods are safe for use by several
// goroutines.
type Limiter struct{ windows windows }

// Request is who sends what.
type Request struct {
	Address string        // where it comes from
	Method  string        // an NSID
	Account func() string // whom it concerns, "" for nobody
}

// Admit counts a request at a time, tells its sender in the headers how many are
// left by the tightest limit, and reports whether all let it through. limits has
// those of all methods as well.
func (l *Limiter) Admit(header http.Header, request Request, limits []RateLimit, now time.Time) bool {
	var tightest RateLimit
	var shown window
	for _, limit := range limits {
		if limit.Method != "" && limit.Method != request.Method {
			continue
		}
		current := l.windows.count(limit.key(request), limit, now)
		if tightest == (RateLimit{}) || limit.Requests-current.used < tightest.Requests-shown.used {
			tightest, shown = limit, current
		}
	}
	if tightest == (RateLimit{}) {
		return true
	}
	tightest.tell(header, shown)
	if shown.used <= tightest.Requests {
		return true
	}
	wait := (shown.until.Sub(now) + time.Second - 1) / time.Second
	header.Set("Retry-After", strconv.Itoa(int(wait)))
	return false
}

// key tells the windows of a limit apart.
func (r RateLimit) key(request Request) string {
	if r.PerAccount {
		return r.Method + " " + request.Address + " " + request.Account()
	}
	return r.Method + " " + request.Address
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
