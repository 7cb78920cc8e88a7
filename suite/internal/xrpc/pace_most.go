package xrpc

import (
	"fmt"
	"time"
)

// Waited is how long the run has waited for the target's limits so far.
func (p *Pace) Waited() time.Duration {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.waited
}

// Exhausted says that requests can't be sent: the run may not wait so long, or
// they are more at a time than are allowed.
type Exhausted struct{ Reason, Unlock string }

// Error is the reason.
func (e *Exhausted) Error() string { return e.Reason }

func tooMany(requests int, than, unlock string) error {
	return &Exhausted{fmt.Sprintf("%d requests at the same time are more than %s allows", requests, than), unlock}
}

// charge adds a wait to those of the run, what several wait for once, unless it
// is too long. The caller holds the mutex.
func (p *Pace) charge(now time.Time, wait time.Duration) (pause, error) {
	from := now
	if p.counted.After(from) {
		from = p.counted
	}
	until, most := now.Add(wait), p.most()
	added := max(until.Sub(from), 0)
	if p.waited+added > most {
		return pause{}, &Exhausted{"the target limits requests, and the run may not wait any longer for it (--max-wait)",
			p.advice(p.waited + wait)}
	}
	told := ""
	if added > 0 {
		told = fmt.Sprintf("the target limits requests: waiting %s (%s of at most %s so far)", wait.Round(time.Second), p.waited.Round(time.Second), most.Round(time.Second))
		p.counted = until
	}
	p.waited += added
	return pause{until: wait, added: added, told: told}, nil
}

// most is how long the run may wait in all. The caller holds the mutex.
func (p *Pace) most() time.Duration {
	if p.options.MaxWait > 0 {
		return p.options.MaxWait
	}
	return DefaultMaxWait
}

// Advice is what a user can do whose run the target refuses by its limits.
func (p *Pace) Advice() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.advice(p.waited)
}

// advice says how long the run would have to wait, where that can be reckoned:
// by what the target tells, or by how far it has come. The caller holds the mutex.
func (p *Pace) advice(waited time.Duration) string {
	const (
		telling = 50 // answers that show how fast a run gets on
		margin  = time.Minute
		longest = 24 * time.Hour
	)
	longer := p.limits.longer(p.expected)
	if p.answers >= telling {
		longer = max(longer, waited/time.Duration(p.answers)*time.Duration(p.expected))
	}
	longer = (longer + longer/4 + margin).Round(time.Minute)
	if longer <= max(margin, p.options.MaxWait) || longer > longest {
		return "a target that allows more requests, or a lower --rate"
	}
	return "--max-wait " + shortly(longer) + ", or a target that allows more requests"
}
