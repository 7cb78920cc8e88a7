package xrpc

import (
	"strings"
	"time"
)

// window is one limit of the target: so many requests in so long a time.
type window struct {
	limit
	until   time.Time       // when it ends; zero where nothing was told since it began
	flying  int             // requests that aren't answered yet
	methods map[string]bool // whose answers tell of it
}

// limits are what a target has told of its limits. The zero value is not ready
// for use.
type limits struct {
	windows map[string]*window
	methods map[string]time.Time // until when a method wants no requests
	all     time.Time            // until when no method does
}

// maxWindows bounds how many limits are told apart. A target has a handful.
const maxWindows = 64

func newLimits() limits {
	return limits{windows: map[string]*window{}, methods: map[string]time.Time{}}
}

// of returns the limits that count requests to a method: those that its answers
// have told of, and where it has answered none, those of several methods.
func (l *limits) of(nsid string) []*window {
	var own, shared []*window
	for _, w := range l.windows {
		switch {
		case w.methods[nsid]:
			own = append(own, w)
		case len(w.methods) > 1:
			shared = append(shared, w)
		}
	}
	if own != nil {
		return own
	}
	return shared
}

// counts returns how many of the requests each limit counts.
func (l *limits) counts(requests []Request) map[*window]int {
	counts := map[*window]int{}
	for _, request := range requests {
		for _, w := range l.of(request.NSID) {
			counts[w]++
		}
	}
	return counts
}

// most is how many of such requests can be sent at the same time at all, 0 for
// any number.
func (l *limits) most(requests []Request) int {
	most := 0
	for w := range l.counts(requests) {
		if w.quota > 0 && (most == 0 || w.quota < most) {
			most = w.quota
		}
	}
	return most
}

// wait is how long requests have to wait; 0 if they may be sent.
func (l *limits) wait(now time.Time, requests []Request) time.Duration {
	until := l.all
	for _, request := range requests {
		if held := l.methods[request.NSID]; held.After(until) {
			until = held
		}
	}
	for w, n := range l.counts(requests) {
		w.begin(now)
		if w.left < n && w.until.After(until) {
			until = w.until
		}
	}
	return until.Sub(now)
}

// begin begins the next window where one is over.
func (w *window) begin(now time.Time) {
	if !w.until.IsZero() && !now.Before(w.until) {
		w.renew()
	}
}

func (w *window) renew() {
	w.left, w.until = max(1, w.quota-w.flying), time.Time{}
}

// renew begins all windows anew: the target's clock has moved.
func (l *limits) renew() {
	for _, w := range l.windows {
		w.renew()
	}
	clear(l.methods)
	l.all = time.Time{}
}

// take has requests count, and returns by which limits.
func (l *limits) take(requests []Request) map[*window]int {
	counts := l.counts(requests)
	for w, n := range counts {
		w.left = max(0, w.left-n)
		w.flying += n
	}
	return counts
}

// rounding is what a time in whole seconds may have lost.
const rounding = time.Second

// sameWindow is how far apart two statements of one reset lie at most: servers
// tell whole seconds.
const sameWindow = 2 * time.Second

// note takes what an answer tells of a limit. In one window the lowest statement
// counts, since answers overtake each other.
func (l *limits) note(now time.Time, nsid string, told limit) {
	w := l.windows[told.key()]
	if w == nil {
		if len(l.windows) == maxWindows {
			return
		}
		w = &window{limit: told, methods: map[string]bool{}}
		l.windows[told.key()] = w
	}
	w.methods[nsid] = true
	var until time.Time
	if told.timed {
		until = now.Add(told.reset + rounding)
	}
	apart := until.Sub(w.until).Abs()
	if w.until.IsZero() || until.IsZero() || apart > sameWindow {
		// The answer is itself one that is under way still.
		w.left, w.until = max(0, told.left-max(0, w.flying-1)), until
		return
	}
	w.left = min(w.left, told.left)
}

// hold holds requests back after a refusal: those that the limit counts where it
// told of one, or else, unless it takes very long, all.
func (l *limits) hold(now time.Time, nsid string, wait time.Duration, told bool) {
	until := now.Add(wait)
	if until.After(l.methods[nsid]) {
		l.methods[nsid] = until
	}
	if !told && wait <= longestForAll && until.After(l.all) {
		l.all = until
	}
}

// longestForAll is the longest time for which a refusal by one method holds back
// all: one that is longer is a limit of its own, such as of sign-ups in a day.
const longestForAll = time.Minute

// longer is how long a run of so many requests may have to wait, as far as the
// limits tell; 0 where none does.
func (l *limits) longer(requests int) time.Duration {
	var longest time.Duration
	for _, w := range l.windows {
		if w.quota > 0 && w.window > 0 && len(w.methods) > 1 {
			longest = max(longest, time.Duration(requests/w.quota+1)*w.window)
		}
	}
	return longest
}

// shortly writes a duration as people do: 20m, not 20m0s.
func shortly(d time.Duration) string {
	text := strings.TrimSuffix(d.String(), "0s")
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
