package target

import (
	"context"
	"sync"
	"time"
)

// barrier lets cases that are under way at the same time agree on when the
// target's clock moves. It is moved only while every one of them waits, and
// then by no more than the first of them waits for: between two requests of a
// case just as much time passes as it has asked for.
type barrier struct {
	mutex   sync.Mutex
	running int                   // cases at work: no time may pass
	queued  int                   // cases that wait for another's request: what a limit asks for may pass, and no more
	waiting map[*waiting]struct{} // cases that wait for time to pass
	moving  chan struct{}         // closed when a move under way is over, nil for none
}

// waiting is a case that waits for time to pass.
type waiting struct {
	left  time.Duration
	any   bool          // whether any move will do
	turn  chan struct{} // closed when it is this case that has to move the clock
	ready chan struct{} // closed when its time has passed
}

// enter begins a case, once a move that is under way is over.
func (b *barrier) enter() { b.begin(func() {}) }

// queue has a case at work wait for a request of another, which may have to wait
// for a limit: little enough time for the sessions and codes that the case holds.
func (b *barrier) queue() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.running--
	b.queued++
	b.step()
}

// dequeue has a case go on that was queued.
func (b *barrier) dequeue() { b.begin(func() { b.queued-- }) }

// begin has a case be at work, once a move that is under way is over.
func (b *barrier) begin(first func()) {
	b.mutex.Lock()
	for b.moving != nil {
		over := b.moving
		b.mutex.Unlock()
		<-over
		b.mutex.Lock()
	}
	first()
	b.running++
	b.mutex.Unlock()
}

// leave ends a case, or has it wait for what another case finds out.
func (b *barrier) leave() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.running--
	b.step()
}

// resume lets cases that had left go on. It is called by a case at work, so
// that no time passes between what they have waited for and what they do next.
func (b *barrier) resume(cases int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.running += cases
}

// pass waits until that much time has passed. Where the calling case is the one
// to move the clock, it does so by move; moved is called after a success,
// before anybody goes on.
func (b *barrier) pass(ctx context.Context, by time.Duration, move func(context.Context, time.Duration) error, moved func()) error {
	return b.await(ctx, &waiting{left: by}, move, moved)
}

// passAny is pass for who is content with any move that another makes.
func (b *barrier) passAny(ctx context.Context, by time.Duration, move func(context.Context, time.Duration) error, moved func()) error {
	return b.await(ctx, &waiting{left: by, any: true}, move, moved)
}

func (b *barrier) await(ctx context.Context, w *waiting, move func(context.Context, time.Duration) error, moved func()) error {
	w.turn, w.ready = make(chan struct{}), make(chan struct{})
	b.mutex.Lock()
	b.waiting[w] = struct{}{}
	b.running--
	b.step()
	b.mutex.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-w.turn:
	case <-ctx.Done():
		if b.giveUp(w) {
			return ctx.Err()
		}
		select {
		case <-w.ready:
			return nil
		case <-w.turn:
		}
	}
	err := move(ctx, w.left)
	if err == nil {
		moved()
	}
	b.moved(w, err == nil)
	return err
}

// giveUp reports whether a case could stop waiting: it was not told yet.
func (b *barrier) giveUp(w *waiting) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if _, there := b.waiting[w]; !there {
		return false
	}
	delete(b.waiting, w)
	b.running++
	return true
}

// moved takes note that the clock was moved, or could not be: then the others
// wait on, and the next of them tries.
func (b *barrier) moved(by *waiting, done bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	close(b.moving)
	b.moving = nil
	b.running++
	if !done {
		return
	}
	for w := range b.waiting {
		if w.left -= by.left; w.left <= 0 || w.any {
			b.running++
			delete(b.waiting, w)
			close(w.ready)
		}
	}
}

// step has the clock moved where all wait, and only by what a limit asks for where
// some wait for no more than another's request. The caller holds the mutex.
func (b *barrier) step() {
	if b.running > 0 || b.moving != nil {
		return
	}
	var first *waiting
	for w := range b.waiting {
		if (w.any || b.queued == 0) && (first == nil || w.left < first.left) {
			first = w
		}
	}
	if first == nil {
		return
	}
	b.moving = make(chan struct{})
	delete(b.waiting, first)
	close(first.turn)
}
