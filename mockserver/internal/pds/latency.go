package pds

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// BeforeCommit is the stage between a method's work and the moment at which
// its changes are written.
const BeforeCommit = "before-commit"

// MaxLatency keeps a typing error from hanging a test for a day.
const MaxLatency = time.Minute

// latencies are the waits that were asked for, by NSID. Readers take no lock.
type latencies struct {
	mutex  sync.Mutex
	delays atomic.Pointer[map[string]*latency]
}

// latency is how long the calls of a method wait, or until so many have come.
type latency struct {
	delay time.Duration
	calls int64 // zero: each call waits for as long as the delay is
	come  atomic.Int64
	once  sync.Once
	met   chan struct{} // closed once all have come
}

// meet ends all waits.
func (l *latency) meet() { l.once.Do(func() { close(l.met) }) }

// arrive counts a call that is about to wait, or has ended without.
func (l *latency) arrive() {
	if l.calls > 0 && l.come.Add(1) == l.calls {
		l.meet()
	}
}

// wait blocks until the delay is over or all calls have come.
func (l *latency) wait(ctx context.Context, wait func(context.Context, time.Duration) error) error {
	l.arrive()
	either, stop := context.WithCancel(ctx)
	var err error
	over := make(chan struct{})
	go func() {
		err = wait(either, l.delay)
		close(over)
	}()
	select {
	case <-over:
		stop()
		return err
	case <-l.met:
		stop()
		<-over
		return nil
	}
}

// of returns what the calls of a method wait for, nil for nothing.
func (l *latencies) of(nsid string) *latency {
	if delays := l.delays.Load(); delays != nil {
		return (*delays)[nsid]
	}
	return nil
}

// Ended counts a call of a method that was answered: whoever waits for it need
// not wait any longer.
func (l *latencies) Ended(nsid string) {
	if set := l.of(nsid); set != nil {
		set.arrive()
	}
}

func (l *latencies) set(nsid string, delay time.Duration, calls int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	changed := map[string]*latency{}
	if delays := l.delays.Load(); delays != nil {
		maps.Copy(changed, *delays)
	}
	if old := changed[nsid]; old != nil && old.calls > 0 {
		old.meet() // nobody counts for it any more
	}
	delete(changed, nsid)
	if delay > 0 {
		changed[nsid] = &latency{delay: delay, calls: int64(calls), met: make(chan struct{})}
	}
	l.delays.Store(&changed)
}

// Reset ends all waits.
func (l *latencies) Reset() {
	if delays := l.delays.Swap(nil); delays != nil {
		for _, set := range *delays {
			set.meet()
		}
	}
}

// SetLatency makes a method wait at a stage, which widens the window of a
// race; a delay of zero ends that. The only stage is BeforeCommit, and only
// methods that change something have it. With a number of calls the wait is
// over for all once so many have come, or were answered without: then they
// meet, however slow the machine is.
func (s *Server) SetLatency(nsid, stage string, delay time.Duration, calls int) error {
	switch {
	case !s.writes(nsid):
		return fmt.Errorf("nsid: %q names no method that commits anything", nsid)
	case stage != BeforeCommit:
		return fmt.Errorf("stage: %q is unknown, the only one is %q", stage, BeforeCommit)
	case delay < 0 || delay > MaxLatency:
		return fmt.Errorf("delay: %s is not between 0 and %s", delay, MaxLatency)
	case calls < 0:
		return fmt.Errorf("calls: %d is below 0; 0 makes each call wait for the delay", calls)
	}
	s.Latency.set(nsid, delay, calls)
	return nil
}
