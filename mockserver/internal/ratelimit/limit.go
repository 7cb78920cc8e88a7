package ratelimit

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// RateLimit is how many requests may be sent in a window of time: from each
// address and, where it says so, for each account. The zero value is no limit.
type RateLimit struct {
	Requests   int
	Per        time.Duration // the window, whole seconds
	Method     string        // the method that it is for, "" for all together
	PerAccount bool          // each account that an address asks for has a window of its own
}

// Real are the limits of a server of the field, by the short names of its
// methods; the last is for all methods.
// Source: https://github.com/bluesky-social/atproto/tree/main/packages/pds/src/api/com/atproto/server
func Real() []RateLimit {
	return []RateLimit{
		{30, 5 * time.Minute, "createSession", true},
		{100, 5 * time.Minute, "createAccount", false},
		{50, 5 * time.Minute, "deleteAccount", false},
		{50, 5 * time.Minute, "resetPassword", false},
		{15, time.Hour, "requestPasswordReset", false},
		{5, time.Hour, "requestAccountDelete", true},
		{3000, 5 * time.Minute, "", false},
	}
}

// String returns the form that Parse reads, or "" for no limit.
func (r RateLimit) String() string {
	if r == (RateLimit{}) {
		return ""
	}
	text := fmt.Sprintf("%d/%s", r.Requests, r.Per)
	if r.Method != "" {
		text = r.Method + "=" + text
	}
	if r.PerAccount {
		text += "/account"
	}
	return text
}

// Parse reads a number of requests, a slash and a duration, such as 3000/5m; a
// method and an equals sign may come before them, and /account behind.
func Parse(text string) (RateLimit, error) {
	method, numbers, isOfMethod := strings.Cut(text, "=")
	if !isOfMethod {
		method, numbers = "", text
	}
	numbers, perAccount := strings.CutSuffix(numbers, "/account")
	count, window, _ := strings.Cut(numbers, "/")
	requests, notNumber := strconv.Atoi(count)
	per, notDuration := time.ParseDuration(window)
	if cmp.Or(notNumber, notDuration) != nil || isOfMethod && method == "" {
		return RateLimit{}, fmt.Errorf("%q is not NUMBER/DURATION, such as 3000/5m, nor METHOD=NUMBER/DURATION[/account]", text)
	}
	limit := RateLimit{requests, per, method, perAccount}
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

// MarshalText is String.
func (r RateLimit) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText is Parse.
func (r *RateLimit) UnmarshalText(text []byte) (err error) {
	*r, err = Parse(string(text))
	return err
}
