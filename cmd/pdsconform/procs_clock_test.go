package main

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// Whatever each process asks for, just that much time passes for it; what it
// asked for isn't over before, and nobody moves the clock while it works. With
// -race, the clock would be a race if two processes were at it.
func TestSharedClockIsExact(t *testing.T) {
	t.Parallel()
	processes := make([]*process, 5)
	for i := range processes {
		processes[i] = &process{}
	}
	clock := newSharedClock(processes)
	var now time.Duration
	var together sync.WaitGroup
	for i, p := range processes {
		together.Go(func() {
			defer clock.leave(p)
			random := rand.New(rand.NewPCG(uint64(i), 0))
			for range 10 * i {
				by := time.Duration(1+random.IntN(4)) * time.Hour
				before := now
				if given := clock.pass(p, by); given.Move > 0 {
					now += given.Move
					clock.moved(p, true)
				} else if !given.Yes {
					t.Errorf("process %d: the clock was not moved", i)
				}
				if now-before != by {
					t.Errorf("process %d: %s passed, %s were asked for", i, now-before, by)
				}
			}
			end := now
			if given := clock.pass(p, forever); !given.Yes {
				t.Errorf("process %d is not told that the clock stands", i)
			}
			if i == 4 && now != end {
				t.Error("the clock was moved after the last had asked")
			}
		})
	}
	together.Wait()
}

func TestSharedClockOfProcessesThatEnd(t *testing.T) {
	t.Parallel()
	processes := []*process{{}, {}, {}}
	for name, test := range map[string]struct {
		then func(c *sharedClock)
		want reply
	}{
		"the mover dies":      {func(c *sharedClock) { c.leave(processes[0]) }, reply{}},
		"the mover fails":     {func(c *sharedClock) { c.moved(processes[0], false); c.leave(processes[0]) }, reply{Move: 2 * time.Hour}},
		"the mover is done":   {func(c *sharedClock) { c.moved(processes[0], true); c.leave(processes[0]) }, reply{Move: time.Hour}},
		"the run is stopped":  {func(c *sharedClock) { c.stop() }, reply{}},
		"moved by a stranger": {func(c *sharedClock) { c.moved(processes[1], true); c.leave(processes[0]) }, reply{}},
	} {
		clock := newSharedClock(processes)
		replies := make(chan reply)
		go func() { replies <- clock.pass(processes[1], 2*time.Hour) }()
		clock.leave(processes[2])
		if first := clock.pass(processes[0], time.Hour); first.Move != time.Hour {
			t.Fatalf("%s: the first is told %+v", name, first)
		}
		test.then(clock)
		if got := <-replies; got.Yes != test.want.Yes || got.Move != test.want.Move {
			t.Errorf("%s: the other is told %+v, want %+v", name, got, test.want)
		}
	}
}
