package xrpc

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"
)

// paced is a pace in fake time, and what it has told.
type paced struct {
	*Pace
	clock *quartz.Mock
	told  []string
}

func newPaced(t *testing.T, options PaceOptions) *paced {
	t.Helper()
	p := &paced{clock: quartz.NewMock(t)}
	options.Clock = p.clock
	p.Pace = NewPace(options)
	p.Expect(3000, func(text string) { p.told = append(p.told, text) })
	return p
}

// answered is an answer to a method with headers, a name and a value each.
func answered(nsid string, status int, headers ...string) Exchange {
	exchange := Exchange{Request: Query(nsid, nil), Status: status, Header: http.Header{}}
	for i := 0; i+1 < len(headers); i += 2 {
		exchange.Header.Set(headers[i], headers[i+1])
	}
	return exchange
}

// send sends a request to a method and has it answered. It returns how long the
// pace made it wait.
func (p *paced) send(t *testing.T, answer Exchange) time.Duration {
	t.Helper()
	waited, err := p.wait(t, answer.Request)
	if err != nil {
		t.Fatal(err)
	}
	p.hear(answer)
	return waited
}

// wait waits for requests in fake time; they are answered at once.
func (p *paced) wait(t *testing.T, requests ...Request) (time.Duration, error) {
	t.Helper()
	trap := p.clock.Trap().NewTimer()
	defer trap.Close()
	start := p.clock.Now()
	done := make(chan error, 1)
	go func() {
		end, err := p.Wait(t.Context(), requests...)
		end()
		done <- err
	}()
	calls := make(chan *quartz.Call)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for {
			call, err := trap.Wait(ctx)
			if err != nil {
				return
			}
			calls <- call
		}
	}()
	for {
		select {
		case err := <-done:
			return p.clock.Since(start), err
		case call := <-calls:
			call.MustRelease(t.Context())
			p.clock.Advance(call.Duration).MustWait(t.Context())
		}
	}
}

// TestPaceFollowsHeaders sends requests until the target has said that none is
// left, and waits then, before any is refused.
func TestPaceFollowsHeaders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		headers []string
		want    time.Duration
	}{
		"seconds":             {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "0", "RateLimit-Reset", "30"}, 31 * time.Second},
		"with X":              {[]string{"X-RateLimit-Limit", "100", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "30"}, 31 * time.Second},
		"another X":           {[]string{"X-Rate-Limit-Limit", "100", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "30"}, 31 * time.Second},
		"a point in time":     {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "0", "RateLimit-Reset", "1681850497", "Date", "Tue, 18 Apr 2023 20:41:07 GMT"}, 31 * time.Second},
		"milliseconds":        {[]string{"X-RateLimit-Limit", "100", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1681850497000", "Date", "Tue, 18 Apr 2023 20:41:07 GMT"}, 31 * time.Second},
		"structured":          {[]string{"RateLimit", `"default";r=0;t=30`, "RateLimit-Policy", `"default";q=100;w=60`}, 31 * time.Second},
		"of an earlier draft": {[]string{"RateLimit", "limit=100, remaining=0, reset=30"}, 31 * time.Second},
		"no longer than the window": {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "0", "RateLimit-Reset", "99999",
			"RateLimit-Policy", "50;w=1, 100;w=60"}, 61 * time.Second},
		"the window alone":   {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "0", "RateLimit-Policy", "100;w=60"}, 61 * time.Second},
		"some left":          {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "1", "RateLimit-Reset", "30"}, 0},
		"no reset":           {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "0"}, 0},
		"garbage":            {[]string{"RateLimit-Limit", "many", "RateLimit-Remaining", "few", "RateLimit-Reset", "soon"}, 0},
		"negative":           {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "-1", "RateLimit-Reset", "-30"}, 0},
		"a limit of nothing": {[]string{"RateLimit-Limit", "0", "RateLimit-Remaining", "0", "RateLimit-Reset", "0"}, time.Second},
	} {
		p := newPaced(t, PaceOptions{})
		p.send(t, answered("a.b.c", 200, test.headers...))
		if waited := p.send(t, answered("a.b.c", 200)); waited != test.want {
			t.Errorf("%s: waited %s, want %s", name, waited, test.want)
		}
	}
}

// TestPaceCounts lets as many requests be sent as are left, however many are
// under way.
func TestPaceCounts(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{})
	p.send(t, answered("a.b.c", 200, "RateLimit-Limit", "5", "RateLimit-Remaining", "4", "RateLimit-Reset", "60"))
	race := slices.Repeat([]Request{Query("a.b.c", nil)}, 4)
	if waited, err := p.wait(t, race...); waited != 0 || err != nil {
		t.Errorf("four of five waited %s: %v", waited, err)
	}
	if waited, err := p.wait(t, race[:2]...); waited != 61*time.Second || err != nil {
		t.Errorf("two more waited %s: %v", waited, err)
	}
	if _, err := p.wait(t, slices.Repeat(race, 2)...); err == nil || !strings.Contains(err.Error(), "the target's limit of 5") {
		t.Errorf("eight of five: %v", err)
	}
}

// TestPaceTellsLimitsApart holds only those methods back that a limit counts.
func TestPaceTellsLimitsApart(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{MaxWait: time.Hour})
	global := []string{"RateLimit-Limit", "3000", "RateLimit-Remaining", "2000", "RateLimit-Policy", "3000;w=300"}
	for _, method := range []string{"a.b.read", "a.b.list"} {
		p.send(t, answered(method, 200, global...))
	}
	p.send(t, answered("a.b.logIn", 200, "RateLimit-Limit", "30", "RateLimit-Remaining", "0", "RateLimit-Policy", "30;w=300"))
	for method, want := range map[string]time.Duration{"a.b.read": 0, "a.b.other": 0} {
		if waited, err := p.wait(t, Query(method, nil)); waited != want || err != nil {
			t.Errorf("%s waited %s: %v", method, waited, err)
		}
	}
	if waited, err := p.wait(t, Query("a.b.logIn", nil)); waited != 301*time.Second || err != nil {
		t.Errorf("the limited method waited %s: %v", waited, err)
	}
}

// TestPaceOfARefusal waits as long as a refusal asks, and for a method alone
// that asks for very long.
func TestPaceOfARefusal(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{})
	if p.send(t, answered("a.b.c", 429, "Retry-After", "11")); !p.refused {
		t.Error("the refusal was not noticed")
	}
	if waited := p.send(t, answered("a.b.other", 200)); waited != 11*time.Second {
		t.Errorf("waited %s", waited)
	}
	for header, want := range map[string]time.Duration{"31536000": 0, "garbage": time.Second, "-7": time.Second, "": time.Second} {
		p.send(t, answered("a.b.c", 429, "Retry-After", header))
		if waited := p.send(t, answered("a.b.other", 200)); waited != want {
			t.Errorf("Retry-After %q: another method waited %s", header, waited)
		}
		p.limits = newLimits()
	}
	p.send(t, answered("a.b.c", 429, "Retry-After", "31536000"))
	var exhausted *Exhausted
	if waited, err := p.wait(t, Query("a.b.c", nil)); !errors.As(err, &exhausted) || waited != 0 {
		t.Errorf("a year: waited %s, %v", waited, err)
	}
}

// TestMaxWait ends the waiting for a target that asks for it again and again,
// with advice.
func TestMaxWait(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{MaxWait: time.Minute})
	for range 6 {
		p.send(t, answered("a.b.c", 429, "Retry-After", "10"))
	}
	if waited := p.Waited(); waited != 50*time.Second {
		t.Errorf("waited %s", waited)
	}
	p.send(t, answered("a.b.c", 429, "Retry-After", "11", "RateLimit-Limit", "100", "RateLimit-Remaining", "0", "RateLimit-Policy", "100;w=60"))
	p.hear(answered("a.b.other", 200, "RateLimit-Limit", "100", "RateLimit-Remaining", "0", "RateLimit-Policy", "100;w=60"))
	_, err := p.wait(t, Query("a.b.c", nil))
	var exhausted *Exhausted
	if !errors.As(err, &exhausted) || !strings.HasPrefix(exhausted.Unlock, "--max-wait 40m") {
		t.Errorf("got %v, %+v", err, exhausted)
	}
	if len(p.told) != 6 || p.told[1] != "the target limits requests: waiting 10s (10s of at most 1m0s so far)" {
		t.Errorf("told %q", p.told)
	}
}

// TestTwoASecondIsEnough checks a target that lets two requests a second through
// to the end, in as many minutes as that takes and the user allows.
func TestTwoASecondIsEnough(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{MaxWait: 25 * time.Minute})
	for sent := range 3000 {
		left := 119 - sent%120
		headers := []string{"RateLimit-Limit", "120", "RateLimit-Policy", "120;w=60", "RateLimit-Remaining", strconv.Itoa(left)}
		p.send(t, answered("a.b.c", 200, headers...))
	}
	if waited := p.Waited(); waited != 24*61*time.Second {
		t.Errorf("waited %s", waited)
	}
}

// TestRate never sends more than the user allows, races included, and doesn't
// count that as waiting for the target.
func TestRate(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{Rate: Rate{3, time.Second}, MaxWait: time.Nanosecond})
	requests := []Request{Query("a.b.c", nil), Query("a.b.c", nil), Query("a.b.c", nil), Query("a.b.c", nil)}
	for i, test := range []struct {
		requests int
		want     time.Duration
	}{{1, 0}, {1, 0}, {1, 0}, {1, time.Second}, {2, 0}, {3, time.Second}, {2, time.Second}, {2, time.Second}} {
		if waited, err := p.wait(t, requests[:test.requests]...); waited != test.want || err != nil {
			t.Errorf("%d. waited %s, want %s: %v", i, waited, test.want, err)
		}
	}
	if _, err := p.wait(t, requests...); err == nil || !strings.Contains(err.Error(), "--rate 3/1s") {
		t.Errorf("more at once than allowed: %v", err)
	}
	if p.Waited() != 0 || len(p.told) != 0 {
		t.Errorf("waited %s for the target, told %q", p.Waited(), p.told)
	}
}

// TestParseRate reads what is written NUMBER/DURATION.
func TestParseRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Rate{"": {}, "100/1m": {100, time.Minute}, "3/500ms": {3, 500 * time.Millisecond}} {
		if got, err := ParseRate(text); got != want || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"100", "/1m", "100/", "0/1m", "-1/1m", "1/0s", "1/-1s", "x/1s", "99999999999/1s", "1/1"} {
		if got, err := ParseRate(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// TestPaceSkips moves the target's clock rather than wait, until that is seen not
// to help.
func TestPaceSkips(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{})
	skips := 0
	p.SkipBy(func(context.Context, time.Duration) bool { skips++; p.Skipped(); return true }, func(time.Duration) {})
	spent := []string{"RateLimit-Limit", "10", "RateLimit-Remaining", "0", "RateLimit-Reset", "60"}
	p.send(t, answered("a.b.c", 200, spent...))
	if waited := p.send(t, answered("a.b.c", 200, "RateLimit-Limit", "10", "RateLimit-Remaining", "9", "RateLimit-Reset", "60")); waited != 0 || skips != 1 {
		t.Errorf("waited %s, skipped %d times", waited, skips)
	}
	p.limits.renew()
	p.send(t, answered("a.b.c", 200, spent...))
	if waited := p.send(t, answered("a.b.c", 200, spent...)); waited != 0 || skips != 2 {
		t.Errorf("waited %s, skipped %d times", waited, skips)
	}
	if waited := p.send(t, answered("a.b.c", 200)); waited != 61*time.Second || skips != 2 {
		t.Errorf("a clock that doesn't help: waited %s, skipped %d times", waited, skips)
	}
	if p.Waited() != 61*time.Second {
		t.Errorf("waited %s in all", p.Waited())
	}
}

// TestPaceLetsGoOfAnInterruptedRun doesn't wait once the run has ended.
func TestPaceLetsGoOfAnInterruptedRun(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{})
	p.hear(answered("a.b.c", 429, "Retry-After", "30"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	end, err := p.Wait(ctx, Query("a.b.c", nil))
	end()
	if err != nil {
		t.Error(err)
	}
}

// TestRequestsTakeTurns has one request under way at a time once the target has
// refused one.
func TestRequestsTakeTurns(t *testing.T) {
	t.Parallel()
	p := newPaced(t, PaceOptions{})
	request := Query("a.b.c", nil)
	first, _ := p.Wait(t.Context(), request) // two at once
	second, _ := p.Wait(t.Context(), request)
	first()
	second()
	p.hear(answered("a.b.c", 429, "Retry-After", "0"))
	first, _ = p.Wait(t.Context(), request)
	if len(p.turn) != 1 {
		t.Fatal("nobody has the turn")
	}
	waits := make(chan func())
	go func() {
		end, _ := p.Wait(t.Context(), request)
		waits <- end
	}()
	first()
	(<-waits)()
	if len(p.turn) != 0 {
		t.Error("the turn was not given back")
	}
}

// TestRetryAfter reads how long an answer asks to wait.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header http.Header
		want   time.Duration
	}{
		"nothing":                {nil, time.Second},
		"seconds":                {http.Header{"Retry-After": {"3"}}, 3 * time.Second},
		"reset":                  {http.Header{"Ratelimit-Reset": {"4"}}, 4 * time.Second},
		"both":                   {http.Header{"Retry-After": {"3"}, "Ratelimit-Reset": {"4"}}, 3 * time.Second},
		"words and a reset":      {http.Header{"Retry-After": {"soon"}, "Ratelimit-Reset": {"4"}}, 4 * time.Second},
		"words":                  {http.Header{"Retry-After": {"soon"}}, time.Second},
		"negative":               {http.Header{"Retry-After": {"-5"}}, time.Second},
		"fraction":               {http.Header{"Retry-After": {"0.5"}}, time.Second},
		"more than fits":         {http.Header{"Retry-After": {"99999999999999999999"}}, time.Second},
		"seconds are no time":    {http.Header{"Retry-After": {"1681850467"}}, 1681850467 * time.Second},
		"date in the past":       {http.Header{"Retry-After": {"Tue, 18 Apr 2023 20:41:07 GMT"}}, 0},
		"point in time, reached": {http.Header{"Ratelimit-Reset": {"1681850467"}}, 0},
	} {
		if got, _ := (Exchange{Status: 429, Header: test.header}).RetryAfter(); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestDefaultMaxWait holds the waiting of a run to what its help says, however
// many answers it got.
func TestDefaultMaxWait(t *testing.T) {
	t.Parallel()
	p := NewPace(PaceOptions{})
	p.answers = 10_000
	if p.most() != 5*time.Minute {
		t.Errorf("a run waits %s", p.most())
	}
}
