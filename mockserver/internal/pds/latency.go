package pds

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// BeforeCommit is the stage between a method's work and the moment at which
// its changes are written.
const BeforeCommit = "before-commit"

// MaxLatency keeps a typing error from hanging a test for a day.
const MaxLatency = time.Minute

// latencies are the waits that were asked for, by NSID. Readers take no lock.
type latencies struct {
	mutex  sync.Mutex
	delays atomic.Pointer[map[string]time.Duration]
}

func (l *latencies) of(nsid string) time.Duration {
	if delays := l.delays.Load(); delays != nil {
		return (*delays)[nsid]
	}
	return 0
}

func (l *latencies) set(nsid string, delay time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	changed := map[string]time.Duration{}
	if delays := l.delays.Load(); delays != nil {
		maps.Copy(changed, *delays)
	}
	changed[nsid] = delay
	l.delays.Store(&changed)
}

// Reset ends all waits.
func (l *latencies) Reset() { l.delays.Store(nil) }

// SetLatency makes a method wait at a stage, which widens the window of a
// race; a delay of zero ends that. The only stage is BeforeCommit, and only
// methods that change something have it.
func (s *Server) SetLatency(nsid, stage string, delay time.Duration) error {
	switch {
	case !s.writes(nsid):
		return fmt.Errorf("nsid: %q names no method that commits anything", nsid)
	case stage != BeforeCommit:
		return fmt.Errorf("stage: %q is unknown, the only one is %q", stage, BeforeCommit)
	case delay < 0 || delay > MaxLatency:
		return fmt.Errorf("delay: %s is not between 0 and %s", delay, MaxLatency)
	}
	s.Latency.set(nsid, delay)
	return nil
}
