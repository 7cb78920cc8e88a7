package suite

import (
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// unit is what stays together when a run is divided, since its cases share
// evidence: the derived requirements of a method, the hand-written ones on one
// of its subjects, and the derived ones that move the clock. A hand-written one
// that does is a unit by itself.
type unit struct {
	key, method string
	ids         []string
	cost        int  // requests
	clock       bool // whether its cases move the clock
}

// clockSuffix ends the keys of units of derived cases that move the clock.
const clockSuffix = ".clock"

// What is not in the table of costs is taken to cost that many requests.
const (
	costOfDerived   = 1  // a case made of the documents
	costOfBehaviour = 3  // a case written by hand
	costOfMethod    = 10 // what a part sends once for each method that it has something of
)

// costs are the requests that each unit sends, as measured on the mock.
//
//go:embed costs.json
var costs []byte

// costTable reads the measured costs by unit. It panics on a table that the
// binary was built with and a test has read.
func costTable() map[string]int {
	table := map[string]int{}
	if err := json.Unmarshal(costs, &table); err != nil {
		panic("costs.json: " + err.Error())
	}
	return table
}

// unitOf is the key of the unit that a case is of.
func unitOf(c spec.Case) string {
	prefix := spec.Prefix(c.Endpoint)
	subject, _, _ := strings.Cut(strings.TrimPrefix(c.ID, prefix+"."), ".")
	switch derived := c.Origin == reports.Derived; {
	case derived && movesClock(c):
		return prefix + clockSuffix
	case derived:
		return prefix
	case movesClock(c):
		return c.ID
	}
	return prefix + "." + subject
}

// units groups the selected cases, in the order of their IDs. A unit of which
// only some cases are selected costs as much less.
func (p *plan) units() []unit {
	if p.costs == nil {
		p.costs = costTable()
	}
	all := map[string]int{}
	index := map[string]int{}
	var units []unit
	for _, c := range p.cases {
		key := unitOf(c)
		all[key]++
		if !p.selected[c.ID] {
			continue
		}
		i, known := index[key]
		if !known {
			i = len(units)
			index[key] = i
			units = append(units, unit{key: key, method: c.Endpoint, clock: movesClock(c)})
		}
		units[i].ids = append(units[i].ids, c.ID)
		units[i].cost += costOfBehaviour
		if c.Origin == reports.Derived {
			units[i].cost += costOfDerived - costOfBehaviour
		}
	}
	for i, u := range units {
		if measured, ok := p.costs[u.key]; ok {
			units[i].cost = max(1, measured*len(u.ids)/all[u.key])
		}
	}
	return units
}

// cost is about how many requests the selected cases send.
func (p *plan) cost() int {
	sum := 0
	for _, u := range p.units() {
		sum += u.cost
	}
	return sum
}
