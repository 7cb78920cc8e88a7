package main

import (
	"math"
	"sync"
	"time"
)

// forever is what a process waits for that has checked everything: that the
// clock is moved no more.
const forever = time.Duration(math.MaxInt64)

// sharedClock is the target's clock for processes that all feel when it moves.
// It is moved only while every one of them waits for time to pass, and then by
// no more than the first of them waits for: between two requests of a process
// just as much time passes as it has asked for.
type sharedClock struct {
	mutex   sync.Mutex
	running map[*process]bool     // at work: no time may pass
	waiting map[*process]*waiting // for time to pass
	mover   *process              // moves the clock, nil for none
	by      time.Duration         // by so much
	stopped bool
}

// waiting is a process that waits.
type waiting struct {
	left  time.Duration
	reply chan reply
}

func newSharedClock(processes []*process) *sharedClock {
	c := &sharedClock{running: map[*process]bool{}, waiting: map[*process]*waiting{}}
	for _, p := range processes {
		c.running[p] = true
	}
	return c
}

// pass waits until that much time has passed for a process, or it is the one to
// move the clock. It is neither where the run is stopped, or a process ended
// while it moved the clock, since nobody knows then what time it is.
func (c *sharedClock) pass(p *process, by time.Duration) reply {
	w := &waiting{left: by, reply: make(chan reply, 1)}
	c.mutex.Lock()
	delete(c.running, p)
	c.waiting[p] = w
	c.step()
	c.mutex.Unlock()
	return <-w.reply
}

// moved takes note that a process has moved the clock, or has failed to.
func (c *sharedClock) moved(p *process, done bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.mover != p {
		return
	}
	c.mover = nil
	c.running[p] = true
	if !done {
		return
	}
	for other, w := range c.waiting {
		if w.left != forever {
			w.left -= c.by
		}
		if w.left <= 0 {
			c.release(other, reply{Yes: true})
		}
	}
}

// leave takes note that a process has ended.
func (c *sharedClock) leave(p *process) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.running, p)
	delete(c.waiting, p)
	if c.mover == p {
		c.mover = nil
		for other, w := range c.waiting {
			if w.left != forever {
				c.release(other, reply{})
			}
		}
	}
	c.step()
}

// stop lets nobody wait any longer.
func (c *sharedClock) stop() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.stopped = true
	c.step()
}

// step goes on where all wait. The caller holds the mutex.
func (c *sharedClock) step() {
	if c.stopped {
		for p := range c.waiting {
			c.release(p, reply{})
		}
	}
	if len(c.running) > 0 || c.mover != nil {
		return
	}
	var first *process
	for p, w := range c.waiting {
		if first == nil || w.left < c.waiting[first].left {
			first = p
		}
	}
	if first == nil {
		return
	}
	if c.by = c.waiting[first].left; c.by == forever {
		for p := range c.waiting {
			c.release(p, reply{Yes: true})
		}
		return
	}
	c.release(first, reply{Move: c.by})
	delete(c.running, first)
	c.mover = first
}

// release answers a process, which is at work by then. The caller holds the
// mutex.
func (c *sharedClock) release(p *process, given reply) {
	c.waiting[p].reply <- given
	delete(c.waiting, p)
	c.running[p] = true
}
