package spec

import (
	"slices"
	"sync"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Stock keeps what valid requests to a method need and a success uses up: an
// invite code, a mailed code. No two trials use one at the same time; a trial
// that was refused leaves its own to the next, and one that got no answer, or that
// of a broken server, does not: what it sent may have used it up. What was made
// before the target's clock moved is gone with it. The zero value is empty.
type Stock[T any] struct {
	mutex sync.Mutex
	idle  []stocked[T]
	held  map[*Trial]stocked[T]
}

type stocked[T any] struct {
	value T
	moved int // the target's count of clock moves when it was made
}

// Take returns what the trial, or one that it is part of, has taken already, or
// else what nobody uses, or else a new one; where it makes an UnusedRequest, always
// the latter. It is the trial's until that ends.
func (s *Stock[T]) Take(t *Trial, produce func() T) T {
	moved := t.Target().Moved()
	if holder, kept := s.holder(t); holder != nil {
		if kept.moved == moved {
			return kept.value
		}
		s.Used(t)
	}
	var taken stocked[T]
	there := false
	if !t.unused {
		taken, there = s.fromIdle(moved)
	}
	if !there {
		taken = stocked[T]{produce(), t.Target().Moved()}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.held == nil {
		s.held = map[*Trial]stocked[T]{}
	}
	s.held[t] = taken
	t.releases = append(t.releases, func() { s.putBack(t) })
	return taken.value
}

// Used takes note that what a trial has taken is used up, and returns it; there
// is none where the trial has taken nothing.
func (s *Stock[T]) Used(t *Trial) (value T, there bool) {
	holder, kept := s.holder(t)
	if holder == nil {
		return value, false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.held, holder)
	return kept.value, true
}

// holder is the trial, or the innermost of those that it is part of, that has
// taken something.
func (s *Stock[T]) holder(t *Trial) (*Trial, stocked[T]) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for ; t != nil; t = t.outer {
		if kept, ok := s.held[t]; ok {
			return t, kept
		}
	}
	return nil, stocked[T]{}
}

func (s *Stock[T]) fromIdle(moved int) (stocked[T], bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for len(s.idle) > 0 {
		last := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if last.moved == moved {
			return last, true
		}
	}
	return stocked[T]{}, false
}

// unsure reports whether nobody knows what became of a request.
func unsure(exchange xrpc.Exchange) bool { return !exchange.Succeeded() && !exchange.Refused() }

func (s *Stock[T]) putBack(t *Trial) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	kept, ok := s.held[t]
	delete(s.held, t)
	if ok && !t.spent && !slices.ContainsFunc(t.exchanges, unsure) {
		s.idle = append(s.idle, kept)
	}
}
