package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestClockWatch notices a jump in either direction, once, and no move of the
// run's own.
func TestClockWatch(t *testing.T) {
	t.Parallel()
	var offset time.Duration
	var broken error
	watch := clockWatch{read: func(context.Context) (time.Time, error) { return time.Now().Add(offset), broken }}
	for i, step := range []struct {
		by, own time.Duration
		broken  error
		want    int
	}{
		{}, {by: time.Second}, {by: 20 * time.Minute, own: 20 * time.Minute}, {by: time.Hour, want: 1}, {want: 1},
		{by: time.Hour, broken: errors.New("x"), want: 1}, {want: 2}, {by: -3 * time.Hour, want: 3}, {by: 2 * time.Hour, own: time.Hour, want: 4},
	} {
		offset += step.by
		watch.moved(step.own)
		broken = step.broken
		if jumps, _ := watch.check(t.Context()); jumps != step.want {
			t.Errorf("%d. %d jumps, want %d", i, jumps, step.want)
		}
	}
	if jumps, jumped := new(clockWatch).check(t.Context()); jumps != 0 || jumped {
		t.Error("a clock that can't be read has jumped")
	}
}

// TestRunsTakeTurns lets runs that don't move the clock be at once, and one that
// does alone.
func TestRunsTakeTurns(t *testing.T) {
	t.Parallel()
	base := fmt.Sprintf("http://127.0.0.1:1/%d", time.Now().UnixNano())
	none := func(text string) { t.Errorf("waited: %s", text) }
	first := TakeTurn(t.Context(), base, false, none)
	TakeTurn(t.Context(), base, false, none)()
	TakeTurn(t.Context(), base+"x", true, none)()
	told := make(chan string, 1)
	had := make(chan func())
	go func() { had <- TakeTurn(t.Context(), base, true, func(text string) { told <- text }) }()
	if text := <-told; text != "another run is under way on "+base+", and one of the two moves its clock: waiting for it to end" {
		t.Error(text)
	}
	select {
	case <-had:
		t.Fatal("it did not wait")
	default:
	}
	first()
	(<-had)()
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	holds := TakeTurn(t.Context(), base, true, none)
	TakeTurn(stopped, base, true, func(string) {})()
	if _, err := os.Stat(turnFile(base)); err != nil {
		t.Errorf("one that did not get its turn has ended another's: %v", err)
	}
	holds()
	if _, err := os.Stat(turnFile(base)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the last to end has left its file: %v", err)
	}
}

// TestTurnsAreOfOne lets many take turns at once, of which each that ends removes
// the file that the next one holds.
func TestTurnsAreOfOne(t *testing.T) {
	t.Parallel()
	base := fmt.Sprintf("http://127.0.0.1:2/%d", time.Now().UnixNano())
	var holding, most atomic.Int32
	var runs sync.WaitGroup
	for range 4 {
		runs.Go(func() {
			for range 2 {
				end := TakeTurn(t.Context(), base, true, func(string) {})
				most.Store(max(most.Load(), holding.Add(1)))
				runtime.Gosched()
				holding.Add(-1)
				end()
			}
		})
	}
	runs.Wait()
	if most.Load() != 1 {
		t.Errorf("%d had their turn at once", most.Load())
	}
}
