package xrpc

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rate is a number of requests in a time. The zero value is any number.
type Rate struct {
	Requests int
	Per      time.Duration
}

// ParseRate reads a number, a slash and a duration, such as 100/1m; empty is any
// number.
func ParseRate(text string) (Rate, error) {
	if text == "" {
		return Rate{}, nil
	}
	requests, per, _ := strings.Cut(text, "/")
	number, err := strconv.Atoi(requests)
	duration, bad := time.ParseDuration(per)
	if err != nil || bad != nil || number < 1 || number > mostAtOnce || duration <= 0 {
		return Rate{}, fmt.Errorf("%q must be NUMBER/DURATION, such as 100/1m", text)
	}
	return Rate{number, duration}, nil
}

// mostAtOnce bounds what is remembered for a rate.
const mostAtOnce = 1_000_000

// String is what ParseRate reads.
func (r Rate) String() string {
	if r.Requests == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%s", r.Requests, r.Per)
}

// sendTimes are when the last requests were sent, no more than a rate allows.
type sendTimes []time.Time

// wait is how long a number of requests has to wait so as to keep to a rate.
func (s sendTimes) wait(rate Rate, now time.Time, requests int) time.Duration {
	over := len(s) + requests - rate.Requests
	if rate.Requests == 0 || over <= 0 {
		return 0
	}
	return s[min(over, len(s))-1].Add(rate.Per).Sub(now)
}

func (s sendTimes) note(rate Rate, now time.Time, requests int) sendTimes {
	if rate.Requests == 0 {
		return nil
	}
	for range requests {
		s = append(s, now)
	}
	return s[max(0, len(s)-rate.Requests):]
}
