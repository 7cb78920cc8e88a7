package target

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// moves is a clock that takes down by how much it was moved.
type moves struct {
	mutex sync.Mutex
	by    []time.Duration
	fails int // so many moves
}

func (m *moves) move(_ context.Context, by time.Duration) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.fails > 0 {
		m.fails--
		return errors.New("the clock is stuck")
	}
	m.by = append(m.by, by)
	return nil
}

func (m *moves) total() (sum time.Duration) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, by := range m.by {
		sum += by
	}
	return sum
}

func newBarrier() *barrier { return &barrier{waiting: map[*waiting]struct{}{}} }

// The clock is moved only when every case waits, by as much as each has asked
// for, however many wait at once.
func TestBarrierMovesWhenAllWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, clock := newBarrier(), &moves{}
		b.enter() // a case at work
		for _, by := range []time.Duration{2 * time.Hour, time.Hour, 2 * time.Hour} {
			b.enter()
			go func() {
				if err := b.pass(t.Context(), by, clock.move, func() {}); err != nil {
					t.Error(err)
				}
				if passed := clock.total(); passed != by {
					t.Errorf("went on after %s, asked for %s", passed, by)
				}
				b.leave()
			}()
		}
		synctest.Wait()
		if passed := clock.total(); passed != 0 {
			t.Fatalf("%s passed while a case was at work", passed)
		}
		b.leave()
		synctest.Wait()
		if len(clock.by) != 2 || clock.total() != 2*time.Hour {
			t.Errorf("moved by %s, want an hour twice", clock.by)
		}
		if b.running != 0 || len(b.waiting) != 0 {
			t.Errorf("%d are at work and %d wait in the end", b.running, len(b.waiting))
		}
	})
}

// A case that waits for what another finds out doesn't hold the clock, and one
// that begins during a move begins after it.
func TestBarrierLetsWaitersLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, moving, entered := newBarrier(), make(chan struct{}), false
		b.enter()
		b.enter()
		go func() {
			slow := func(context.Context, time.Duration) error { <-moving; return nil }
			if err := b.pass(t.Context(), time.Hour, slow, func() {}); err != nil {
				t.Error(err)
			}
			b.resume(1) // the one that has left
			b.leave()
		}()
		b.leave()
		synctest.Wait()
		go func() { b.enter(); entered = true; b.leave() }()
		synctest.Wait()
		if entered {
			t.Error("a case began while the clock was being moved")
		}
		close(moving)
		synctest.Wait()
		if !entered || b.running != 1 {
			t.Errorf("entered %v, %d at work, want the one that was let go on", entered, b.running)
		}
	})
}

// While a case waits for another's request, time passes for a limit alone: what the
// case holds would not outlive what others ask for.
func TestBarrierKeepsLongMovesFromTheQueued(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, clock := newBarrier(), &moves{}
		b.enter()
		b.queue()
		for wait, pass := range map[time.Duration]func(context.Context, time.Duration, func(context.Context, time.Duration) error, func()) error{
			time.Hour: b.pass, time.Second: b.passAny,
		} {
			b.enter()
			go func() {
				if err := pass(t.Context(), wait, clock.move, func() {}); err != nil {
					t.Error(err)
				}
				b.leave()
			}()
		}
		synctest.Wait()
		if clock.total() != time.Second {
			t.Errorf("moved by %s while a case was queued", clock.by)
		}
		b.dequeue()
		b.leave()
		synctest.Wait()
		if clock.total() != time.Hour || b.running != 0 || b.queued != 0 {
			t.Errorf("moved by %s in all, %d at work, %d queued", clock.by, b.running, b.queued)
		}
	})
}

// A move that fails is that case's error; the next one tries.
func TestBarrierAfterAFailedMove(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, clock := newBarrier(), &moves{fails: 1}
		var failed, passed int
		var mutex sync.Mutex
		b.enter()
		for range 2 {
			b.enter()
			go func() {
				err := b.pass(t.Context(), time.Hour, clock.move, func() {})
				mutex.Lock()
				if err != nil {
					failed++
				} else {
					passed++
				}
				mutex.Unlock()
				b.leave()
			}()
		}
		b.leave()
		synctest.Wait()
		if failed != 1 || passed != 1 || clock.total() != time.Hour {
			t.Errorf("%d failed, %d passed, moved by %s", failed, passed, clock.by)
		}
	})
}

// An interruption ends the wait of a case whose turn hasn't come.
func TestBarrierIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, clock := newBarrier(), &moves{}
		ctx, interrupt := context.WithCancel(t.Context())
		b.enter() // stays at work
		b.enter()
		ended := make(chan error, 1)
		go func() { ended <- b.pass(ctx, time.Hour, clock.move, func() {}) }()
		synctest.Wait()
		interrupt()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if b.running != 2 || len(b.waiting) != 0 || clock.total() != 0 {
			t.Errorf("%d at work, %d wait, moved by %s", b.running, len(b.waiting), clock.by)
		}
	})
}
