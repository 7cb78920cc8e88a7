package mockserver_test

import (
	"sync"
	"testing"
	"time"

	"github.com/coder/quartz"
)

// rendezvous is a clock by which requests meet: those that wait before they
// commit wait until as many have come as are expected, however long that takes.
// When nobody is expected, nobody waits.
type rendezvous struct {
	quartz.Clock // the real one

	mutex    sync.Mutex
	gate     *quartz.Mock
	expected int
	waiting  time.Duration
	arrived  chan struct{} // one for each that waits
}

func newRendezvous(t testing.TB) *rendezvous {
	return &rendezvous{
		Clock: quartz.NewReal(), gate: quartz.NewMock(t).WithLogger(quartz.NoOpLogger), arrived: make(chan struct{}, 2*parallel),
	}
}

// expect makes the next n waits end together.
func (r *rendezvous) expect(n int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.expected = n
}

// NewTimer is called by whoever waits.
func (r *rendezvous) NewTimer(duration time.Duration, tags ...string) *quartz.Timer {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.expected == 0 {
		return r.Clock.NewTimer(0, tags...)
	}
	timer := r.gate.NewTimer(duration, tags...)
	r.waiting = duration
	r.arrived <- struct{}{}
	if r.expected--; r.expected == 0 {
		r.gate.Advance(duration)
	}
	return timer
}

// release ends the waits before all have come.
func (r *rendezvous) release() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.expected = 0
	r.gate.Advance(r.waiting)
}
