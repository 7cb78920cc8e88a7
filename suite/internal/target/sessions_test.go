package target

import (
	"context"
	"testing"
	"time"
)

// instantClock is moved at once.
type instantClock struct{}

func (instantClock) Advance(context.Context, time.Duration) error { return nil }

// A case that waits for the session which another opens lets the clock be moved
// for a limit that the other meets: else both would wait for it to pass.
func TestSessionsOfOneAccountLetALimitPass(t *testing.T) {
	t.Parallel()
	target := targetAt(t, unreached, Options{Drivers: Drivers{Clock: instantClock{}}})
	account := &Account{target: target}
	opening := make(chan struct{})
	limited := func() (Session, error) {
		close(opening)
		if !target.skip(t.Context(), ample) {
			t.Error("the clock was not moved: the other case is at work")
		}
		return Session{Refresh: "first"}, nil
	}
	other := func() (Session, error) { return Session{Refresh: "second"}, nil }
	done := make(chan error)
	target.Enter()
	target.Enter()
	for _, open := range []func() (Session, error){limited, other} {
		go func() {
			_, err := account.OwnSession(t.Context(), open)
			target.Leave()
			done <- err
		}()
		<-opening
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
