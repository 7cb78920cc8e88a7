package xrpc

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// pointInTime is the number from which a header of seconds until a reset can
// only be meant as a point in time.
const pointInTime = 1 << 30

// limit is what an answer tells of a limit on requests.
type limit struct {
	quota  int           // requests in a window, 0 where it isn't told
	window time.Duration // 0 where it isn't told
	left   int           // requests that are still taken in this window
	reset  time.Duration // until the window ends
	timed  bool          // whether reset was told
}

// key tells limits apart by what is the same in every answer.
func (l limit) key() string { return strconv.Itoa(l.quota) + ";" + l.window.String() }

// The parameters of structured headers, of the drafts that name them and of the
// ones before.
// Source: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10#section-4.1
var (
	leftParameter   = regexp.MustCompile(`\b(?:r|remaining)=(\d{1,15})\b`)
	resetParameter  = regexp.MustCompile(`\b(?:t|reset)=(\d{1,15})\b`)
	quotaParameter  = regexp.MustCompile(`\b(?:q|limit)=(\d{1,15})\b`)
	windowParameter = regexp.MustCompile(`\bw=(\d{1,15})\b`)
	quotaItem       = regexp.MustCompile(`^\s*(\d{1,15})\b`)
)

// limit reads the headers RateLimit-Limit, -Remaining, -Reset and -Policy, with
// or without X-, or the structured RateLimit; false where none tells what is
// left.
func (e Exchange) limit() (told limit, there bool) {
	for _, prefix := range []string{"RateLimit-", "X-RateLimit-", "X-Rate-Limit-"} {
		left, ok := number(e.Header.Get(prefix + "Remaining"))
		if !ok {
			continue
		}
		quota, _ := number(e.Header.Get(prefix + "Limit"))
		told, there = limit{quota: quota, left: left}, true
		told.reset, told.timed = e.until(e.Header.Get(prefix + "Reset"))
		break
	}
	if text := e.Header.Get("RateLimit"); !there && text != "" {
		told.left, there = parameter(leftParameter, text)
		told.quota, _ = parameter(quotaParameter, text)
		if seconds, ok := parameter(resetParameter, text); ok {
			told.reset, told.timed = time.Duration(seconds)*time.Second, true
		}
	}
	if there {
		told.applyPolicy(e.Header.Get("RateLimit-Policy"))
	}
	return told, there
}

// applyPolicy adds the length of the window, which no reset is farther away
// than. Of several policies, the one of the same quota counts.
func (l *limit) applyPolicy(header string) {
	for policy := range strings.SplitSeq(header, ",") {
		quota, ok := parameter(quotaParameter, policy)
		if !ok {
			quota, ok = parameter(quotaItem, policy)
		}
		seconds, hasWindow := parameter(windowParameter, policy)
		if !ok || !hasWindow || l.quota != 0 && quota != l.quota {
			continue
		}
		l.quota, l.window = quota, time.Duration(seconds)*time.Second
		if !l.timed || l.reset > l.window {
			l.reset, l.timed = l.window, true
		}
		return
	}
}

// until is how long it is to a reset: seconds, or a point in time in seconds or
// milliseconds, which counts from the answer's own date, as servers' clocks may
// be wrong.
func (e Exchange) until(text string) (time.Duration, bool) {
	value, ok := number(text)
	switch {
	case !ok:
		return 0, false
	case value < pointInTime:
		return time.Duration(value) * time.Second, true
	case value > pointInTime*100:
		return e.since(time.UnixMilli(int64(value))), true
	}
	return e.since(time.Unix(int64(value), 0)), true
}

// since is how long it is from the answer to a point in time.
func (e Exchange) since(point time.Time) time.Duration {
	now := time.Now()
	if date, err := http.ParseTime(e.Header.Get("Date")); err == nil {
		now = date
	}
	return max(point.Sub(now), 0)
}

// RetryAfter is how long an answer asks to wait, a second where it doesn't say.
// Source: RFC 9110, section 10.2.3
func (e Exchange) RetryAfter() (wait time.Duration, stated bool) {
	text := e.Header.Get("Retry-After")
	if date, err := http.ParseTime(text); err == nil {
		return e.since(date), true
	}
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if told, there := e.limit(); there && told.timed {
		return told.reset, true
	}
	for _, prefix := range []string{"RateLimit-", "X-RateLimit-", "X-Rate-Limit-"} {
		if wait, ok := e.until(e.Header.Get(prefix + "Reset")); ok {
			return wait, true
		}
	}
	return time.Second, false
}

func parameter(pattern *regexp.Regexp, text string) (int, bool) {
	found := pattern.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	return number(found[1])
}

func number(text string) (int, bool) {
	value, err := strconv.ParseUint(strings.TrimSpace(text), 10, 52)
	return int(value), err == nil
}
