package target

import (
	"context"
	"sync"
	"time"
)

// skip has time pass on the target's clock, so that nobody needs to wait for a
// limit of its own: when all cases that are under way wait, or else once the
// time has passed for everybody. It reports whether the clock was moved.
func (t *Target) skip(ctx context.Context, wait time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return t.clock.passAny(ctx, wait, t.moveClock, func() {
		t.age(wait)
		t.options.Client.Pace().Skipped()
	}) == nil
}

// aging is after how much time spent on waiting sessions and codes are made
// anew, which live longer on every server that we know.
const aging = 5 * time.Minute

// age takes note of time that a run has spent on waiting, and no case asked for.
func (t *Target) age(by time.Duration) {
	if total := t.aged.Add(int64(by)); total/int64(aging) > (total-int64(by))/int64(aging) {
		t.moved.Add(1)
	}
}

// requestMutex is a mutex that is held while requests are sent. Whoever holds it
// may have to wait for time to pass, so that whoever waits for it lets the clock
// be moved: there is no other way to lock it.
type requestMutex struct{ mutex sync.Mutex }

func (m *requestMutex) lock(t *Target) {
	if m.mutex.TryLock() {
		return
	}
	t.clock.queue()
	m.mutex.Lock()
	t.clock.dequeue()
}

func (m *requestMutex) unlock() { m.mutex.Unlock() }
