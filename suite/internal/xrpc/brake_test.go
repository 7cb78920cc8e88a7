package xrpc

import (
	"context"
	"testing"
	"time"

	"github.com/coder/quartz"
)

func TestBrakeHoldsUntilTheLatestTime(t *testing.T) {
	t.Parallel()
	clock := quartz.NewMock(t)
	brake := NewBrake()
	brake.clock = clock
	brake.Wait(t.Context())() // off

	brake.hold(3 * time.Second)
	brake.hold(time.Second)
	if left := brake.left(); left != 3*time.Second {
		t.Errorf("%s left, want 3s", left)
	}

	trap := clock.Trap().NewTimer()
	defer trap.Close()
	released := make(chan struct{})
	go func() {
		defer close(released)
		brake.Wait(t.Context())()
	}()
	trap.MustWait(t.Context()).MustRelease(t.Context())
	clock.Advance(2 * time.Second)
	select {
	case <-released:
		t.Error("released a second too early")
	default:
	}
	clock.Advance(time.Second)
	<-released
}

func TestBrakeLetsGoOfAnInterruptedRun(t *testing.T) {
	t.Parallel()
	brake := NewBrake()
	brake.clock = quartz.NewMock(t)
	brake.hold(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	brake.Wait(ctx)()
}

// Once the target has asked to wait, requests take turns.
func TestBrakeOfALimitedTarget(t *testing.T) {
	t.Parallel()
	brake := NewBrake()
	first, second := brake.Wait(t.Context()), brake.Wait(t.Context()) // off: two at once
	first()
	second()
	brake.hold(0)
	first = brake.Wait(t.Context())
	if len(brake.turn) != 1 {
		t.Fatal("nobody has the turn")
	}
	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan func())
	go func() { waits <- brake.Wait(ctx) }()
	cancel()
	(<-waits)() // gave up, so that it is still the first's turn
	if len(brake.turn) != 1 {
		t.Error("the turn was taken from the first")
	}
	go func() { waits <- brake.Wait(t.Context()) }()
	first()
	(<-waits)()
	if len(brake.turn) != 0 {
		t.Error("the turn was not given back")
	}
}
