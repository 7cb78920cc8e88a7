package clock

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/coder/quartz"
)

func TestAdvance(t *testing.T) {
	t.Parallel()
	base := quartz.NewMock(t)
	clock := New(base)
	start := clock.Now()
	if err := clock.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	base.Advance(time.Minute)
	if got := clock.Now().Sub(start); got != time.Hour+time.Minute {
		t.Errorf("moved by %s", got)
	}
	for _, by := range []time.Duration{-1, math.MinInt64, Furthest, math.MaxInt64} {
		if err := clock.Advance(by); err == nil {
			t.Errorf("moved by %s", by)
		}
	}
	if clock.Offset() != time.Hour {
		t.Errorf("offset is %s", clock.Offset())
	}
	clock.Reset()
	if got := clock.Now().Sub(start); got != time.Minute {
		t.Errorf("after a reset %s ahead", got)
	}
}

func TestStartAt(t *testing.T) {
	t.Parallel()
	clock := New(quartz.NewMock(t))
	base := clock.Now()
	for _, offset := range []time.Duration{-1, Furthest + 1} {
		if clock.StartAt(offset) == nil {
			t.Errorf("started %s ahead", offset)
		}
	}
	if err := errors.Join(clock.StartAt(time.Hour), clock.Advance(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if clock.Reset(); clock.Now().Sub(base) != time.Hour {
		t.Errorf("after a reset %s ahead", clock.Now().Sub(base))
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	base := quartz.NewMock(t)
	trap := base.Trap().NewTimer("wait")
	defer trap.Close()
	clock := New(base)
	done := make(chan error)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { done <- clock.Wait(ctx, time.Minute) }()
	trap.MustWait(ctx).MustRelease(ctx)
	base.Advance(time.Minute).MustWait(ctx)
	if err := <-done; err != nil {
		t.Error(err)
	}
	go func() { done <- clock.Wait(ctx, time.Minute) }()
	trap.MustWait(ctx).MustRelease(context.Background())
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("wait ended with %v", err)
	}
}
