package target

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// jumpTolerance is how far the target's clock may be from where it was left
// before somebody else is taken to have moved it.
const jumpTolerance = 10 * time.Second

// clockWatch notices when the target's clock moves and the run hasn't moved it. The
// zero value watches nothing.
type clockWatch struct {
	read  func(context.Context) (time.Time, error)
	mutex sync.Mutex
	ahead time.Duration // of the clock of this machine
	known bool
	jumps int
}

// check reads the clock and returns how often it has jumped by now. It is called
// while the run doesn't move it.
func (w *clockWatch) check(ctx context.Context) (jumps int, jumped bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.read == nil {
		return 0, false
	}
	before := time.Now()
	now, err := w.read(ctx)
	after := time.Now()
	if err != nil {
		return w.jumps, false // a clock that can't be read tells nothing
	}
	earliest, latest := now.Sub(after), now.Sub(before)
	jumped = w.known && (earliest > w.ahead+jumpTolerance || latest < w.ahead-jumpTolerance)
	if jumped {
		w.jumps++
	}
	if jumped || !w.known {
		w.ahead, w.known = latest, true
	}
	return w.jumps, jumped
}

func (w *clockWatch) seen() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.jumps
}

func (w *clockWatch) moved(by time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.ahead += by
}

// Now is what the target's clock shows.
func (c *Control) Now(ctx context.Context) (time.Time, error) {
	var state struct {
		Now time.Time `json:"now"`
	}
	err := c.call(ctx, http.MethodGet, "clock", nil, &state)
	if err == nil && state.Now.IsZero() {
		err = errNoTime
	}
	return state.Now, err
}

// watchClock begins to watch the clock, where it can be read.
func (t *Target) watchClock(ctx context.Context) {
	if t.options.Drivers.Control == nil || !t.has(Clock) {
		return
	}
	t.watch.read = t.options.Drivers.Control.Now
	t.watch.check(ctx)
}

// ClockJumps is how often somebody else has moved the target's clock, as far as was
// seen.
func (t *Target) ClockJumps() int { return t.watch.seen() }

// CheckClock looks whether somebody else has moved the target's clock by now, and
// returns how often that was seen. Sessions and codes are made anew then.
func (t *Target) CheckClock(ctx context.Context) int {
	jumps, jumped := t.watch.check(context.WithoutCancel(ctx))
	if jumped {
		t.moved.Add(1)
	}
	return jumps
}
