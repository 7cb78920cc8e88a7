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
	brake := &Brake{clock: clock}
	var told []time.Time
	brake.OnWait = func(until time.Time) { told = append(told, until) }
	brake.Wait(t.Context()) // off

	start := clock.Now()
	brake.Hold(start.Add(3 * time.Second))
	brake.Hold(start.Add(time.Second))
	brake.pull(2 * time.Second)
	if len(told) != 1 || !told[0].Equal(start.Add(2*time.Second)) {
		t.Errorf("told of %v", told)
	}
	if left := brake.left(); left != 3*time.Second {
		t.Errorf("%s left, want 3s", left)
	}

	trap := clock.Trap().NewTimer()
	defer trap.Close()
	released := make(chan struct{})
	go func() {
		defer close(released)
		brake.Wait(t.Context())
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
	brake := &Brake{clock: quartz.NewMock(t)}
	brake.Hold(brake.clock.Now().Add(time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	brake.Wait(ctx)
}
