package xrpc

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/coder/quartz"
)

const (
	// MaxWaits is how often one request is sent again.
	MaxWaits = 3

	// DefaultMaxWait is how long a run waits where nobody says, all in all.
	DefaultMaxWait = 5 * time.Minute
)

// PaceOptions say how fast requests are sent. The zero value of each field is a
// sensible default.
type PaceOptions struct {
	Rate    Rate          // never exceeded
	MaxWait time.Duration // for the target's limits, all in all; 0: DefaultMaxWait
	Clock   quartz.Clock
}

// Pace holds requests back so that the target need not refuse them: it follows
// what the target says of its limits, and asks for when it refuses. Once it has
// refused, one request is sent at a time: cases that are under way at once must
// come to what they would come to one after the other. It is safe for use by
// several goroutines.
type Pace struct {
	options PaceOptions
	turn    chan struct{} // holds an element while a request has its turn

	mutex    sync.Mutex
	expected int
	notify   func(string)
	skip     func(ctx context.Context, wait time.Duration) bool
	aged     func(time.Duration)

	leave, enter func()
	skipped      bool // and no answer has shown since whether that helps
	limits       limits
	sent         sendTimes
	refused      bool // whether the target has ever refused by a limit
	blocked      map[string]bool

	answers int
	waited  time.Duration
	counted time.Time // until when waiting is in it already
}

// NewPace makes the pace of a run.
func NewPace(options PaceOptions) *Pace {
	if options.Clock == nil {
		options.Clock = quartz.NewReal()
	}
	return &Pace{options: options, turn: make(chan struct{}, 1), notify: func(string) {}, aged: func(time.Duration) {},
		leave: func() {}, enter: func() {}, limits: newLimits(), blocked: map[string]bool{}}
}

// Expect has the pace of a run of so many requests told by notify what it waits
// for.
func (p *Pace) Expect(requests int, notify func(string)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.expected, p.notify = requests, notify
}

// SkipBy gives a way to let time pass for the target without waiting for it, nil
// for none. It reports whether it did; once a limit has not noticed, it is not
// asked again. The other function is told of time that was waited.
func (p *Pace) SkipBy(skip func(ctx context.Context, wait time.Duration) bool, aged func(time.Duration)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.skip, p.aged = skip, aged
}

// Frame gives what is called before a request waits for its turn, and once it has
// it, so that the target's clock can be moved meanwhile.
func (p *Pace) Frame(leave, enter func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.leave, p.enter = leave, enter
}

// ClockMoved takes note that time has passed for the target alone.
func (p *Pace) ClockMoved() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.limits.renew()
}

// Skipped is ClockMoved after a move that was to spare the run a wait: whether it
// did, the next answer shows.
func (p *Pace) Skipped() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.limits.renew()
	p.skipped = true
}

// Wait returns when requests may be sent, all before the first answer, or ctx
// ends. The function that it returns is called once they were answered. The
// error is an *Exhausted.
func (p *Pace) Wait(ctx context.Context, requests ...Request) (answered func(), err error) {
	end := p.takeTurn(ctx)
	for ctx.Err() == nil {
		wait, err := p.reserve(requests)
		if err != nil {
			end()
			return func() {}, err
		}
		if wait.until <= 0 {
			return func() { p.release(wait.counts); end() }, nil
		}
		p.pass(ctx, wait)
	}
	return end, nil
}

// pause is a time to wait before requests can be sent.
type pause struct {
	until time.Duration // all of it
	added time.Duration // what nobody else waits for, and counts
	own   bool          // by the run's own rate, whatever the target says
	told  string        // to the user

	counts map[*window]int // how many requests each limit counts, where there is none to wait
}

// reserve has requests count, or says how long they have to wait.
func (p *Pace) reserve(requests []Request) (pause, error) {
	now := p.options.Clock.Now()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if rate := p.options.Rate; rate.Requests > 0 && len(requests) > rate.Requests {
		return pause{}, tooMany(len(requests), "--rate "+rate.String(), "a larger --rate")
	}
	if most := p.limits.most(requests); most > 0 && len(requests) > most {
		return pause{}, tooMany(len(requests), fmt.Sprintf("the target's limit of %d", most), "a target that allows more")
	}
	if own := p.sent.wait(p.options.Rate, now, len(requests)); own > 0 {
		return pause{until: own, own: true}, nil
	}
	if wait := p.limits.wait(now, requests); wait > 0 {
		return p.charge(now, wait)
	}
	p.sent = p.sent.note(p.options.Rate, now, len(requests))
	return pause{counts: p.limits.take(requests)}, nil
}

// pass waits, or has time pass for the target.
func (p *Pace) pass(ctx context.Context, wait pause) {
	clock := p.options.Clock
	start := clock.Now()
	p.mutex.Lock()
	skip, notify, aged := p.skip, p.notify, p.aged
	p.mutex.Unlock()
	if !wait.own && skip != nil && skip(ctx, wait.until) {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.waited -= max(0, wait.added-clock.Since(start))
		p.counted = time.Time{}
		return
	}
	if wait.told != "" {
		notify(wait.told)
	}
	if left := clock.Until(start.Add(wait.until)); left > 0 {
		timer := clock.NewTimer(left)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	aged(wait.added)
}

func (p *Pace) takeTurn(ctx context.Context) (end func()) {
	p.mutex.Lock()
	refused, leave, enter := p.refused, p.leave, p.enter
	p.mutex.Unlock()
	if !refused {
		return func() {}
	}
	end = func() { <-p.turn }
	select {
	case p.turn <- struct{}{}:
		return end
	default:
	}
	leave()
	defer enter()
	select {
	case p.turn <- struct{}{}:
		return end
	case <-ctx.Done():
		return func() {}
	}
}

func (p *Pace) release(counts map[*window]int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for w, n := range counts {
		w.flying -= n
	}
}

// hear takes note of what an answer tells of limits.
func (p *Pace) hear(exchange Exchange) {
	if exchange.Err != nil {
		return
	}
	now := p.options.Clock.Now()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	told, there := exchange.limit()
	if p.skipped && (there || exchange.RateLimited()) {
		if exchange.RateLimited() || told.quota > 0 && told.left*2 < told.quota {
			p.skip = nil // no limit of the target's own clock
		}
		p.skipped = false
	}
	if there {
		p.limits.note(now, exchange.Request.NSID, told)
	}
	if !exchange.RateLimited() {
		p.answers++
		delete(p.blocked, exchange.Request.NSID)
		return
	}
	p.refused = true
	wait, _ := exchange.RetryAfter()
	p.limits.hold(now, exchange.Request.NSID, wait, there)
}

// Again reports whether a request that was refused is to be sent again, after so
// many times: not where the run may not wait so long. A method that has refused
// one for good gets none again before it has answered.
func (p *Pace) Again(exchange Exchange, times int) bool {
	if !exchange.RateLimited() {
		return false
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	nsid := exchange.Request.NSID
	if times >= MaxWaits {
		p.blocked[nsid] = true
	}
	wait := p.limits.wait(p.options.Clock.Now(), []Request{exchange.Request})
	return !p.blocked[nsid] && p.waited+wait <= p.most()
}
