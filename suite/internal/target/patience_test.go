package target

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPatienceWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []string
		patience := &Patience{Longest: 16 * time.Minute, Notify: func(text string) { told = append(told, text) }}
		start := time.Now()
		if err := patience.Advance(t.Context(), 65*time.Second); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited != 65*time.Second {
			t.Errorf("it waited for %s", waited)
		}
		want := []string{
			"waiting for time to pass: 1m5s to go", "waiting for time to pass: 35s to go", "waiting for time to pass: 5s to go",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("progress (-want +got):\n%s", diff)
		}
	})
}

func TestPatienceTellsNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		patience := &Patience{Longest: time.Hour}
		for _, by := range []time.Duration{0, -time.Second, time.Nanosecond, time.Hour} {
			start := time.Now()
			if err := patience.Advance(t.Context(), by); err != nil {
				t.Errorf("%s: %v", by, err)
			}
			if waited := time.Since(start); waited != max(by, 0) {
				t.Errorf("%s: it waited for %s", by, waited)
			}
		}
	})
}

func TestPatienceHasAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := (&Patience{Longest: 16 * time.Minute}).Advance(t.Context(), 16*time.Minute+1)
		wantMissing(t, err, Clock, "16m0s", "--patience", "hooks.advanceClock")
		if waited := time.Since(start); waited != 0 {
			t.Errorf("it waited for %s all the same", waited)
		}
	})
}

func TestPatienceIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(40*time.Second, cancel)
		start := time.Now()
		err := (&Patience{Longest: time.Hour}).Advance(ctx, time.Hour)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if waited := time.Since(start); waited != 40*time.Second {
			t.Errorf("it ended after %s", waited)
		}
	})
}

// TestMoves tells how the target's clock, and what depends on it, is known.
func TestMoves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		target := targetAt(t, unreached, Options{Drivers: Drivers{Clock: &Patience{Longest: time.Minute}}})
		if !target.Patient() {
			t.Error("a target whose time is waited for does not say so")
		}
		if err := target.Advance(t.Context(), time.Second); err != nil || target.Moved() != 1 {
			t.Errorf("moved %d times, error %v", target.Moved(), err)
		}
		wantMissing(t, target.Advance(t.Context(), time.Hour), Clock)
		if target.Moved() != 1 {
			t.Error("what failed counts as a move")
		}
	})
	bare := targetAt(t, unreached, Options{})
	wantMissing(t, bare.Advance(t.Context(), time.Second), Clock, "--patience")
	if bare.Patient() || bare.Moved() != 0 {
		t.Error("a target without a clock moved, or was waited for")
	}
}
