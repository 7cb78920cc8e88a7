package mockserver

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// scenarioExample is a scenario that the page offers.
type scenarioExample struct {
	title    string
	scenario Scenario
}

// scenarioExamples are those that clients are most often tried with.
func scenarioExamples() []scenarioExample {
	return []scenarioExample{
		{"The next two refreshes fail", Scenario{Method: "refreshSession", Times: 2, Status: 502}},
		{"The next request is told to slow down", Scenario{Times: 1, Status: 429, Headers: map[string]string{"Retry-After": "2"}}},
		{"The next getSession finds its token expired", Scenario{Method: "getSession", Times: 1, Error: "ExpiredToken", Message: "Token has expired"}},
		{"Everything takes two seconds", Scenario{Delay: 2 * time.Second}},
		{"The next sign-up is done, and its answer gets lost", Scenario{Method: "createAccount", Times: 1, Drop: DropBeforeAnswer}},
		{"The next refresh is done, and a gateway gives up before", Scenario{Method: "refreshSession", Times: 1, Status: 504, CarryOut: true}},
		{"The next connection drops after the headers", Scenario{Times: 1, Drop: DropAfterHeaders}},
		{"The next answer is a proxy's page", Scenario{Times: 1, Status: 503, Body: BodyHTML}},
		{"The next log-in is answered with JSON that is none", Scenario{Method: "createSession", Times: 1, Body: BodyMalformed}},
		{"The server is down", Scenario{Drop: DropAtOnce}},
	}
}

// sameAs reports whether a scenario goes on and is that one.
func (s ScenarioState) sameAs(other Scenario) bool {
	mine, theirs := s.toJSON(), other.toJSON()
	same := maps.Equal(mine.Headers, theirs.Headers)
	mine.Headers, theirs.Headers = nil, nil
	return same && !s.Spent && fmt.Sprint(mine) == fmt.Sprint(theirs)
}

// which says in a few words what requests a scenario is about.
func (c Scenario) which() string {
	words := cmp.Or(pds.ShortName(c.Method), "every method")
	if c.Account != "" {
		words += ", " + c.Account
	}
	if c.Skip > 0 {
		words += fmt.Sprintf(", after %d", c.Skip)
	}
	return words
}

// what says in a few words what happens to them.
func (c Scenario) what() string {
	var parts []string
	if c.Delay > 0 {
		parts = append(parts, "wait "+c.Delay.String())
	}
	if c.Status != 0 || c.Error != "" {
		refusal := c.refusal()
		parts = append(parts, fmt.Sprintf("%d %s", refusal.Status, refusal.Name))
	}
	if c.CarryOut {
		parts = append(parts, "carried out all the same")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		parts = append(parts, name+": "+c.Headers[name])
	}
	for _, named := range [][2]string{{"body", c.Body}, {"drop", c.Drop}, {"defect", c.Defect}} {
		if named[1] != "" {
			parts = append(parts, named[0]+" "+named[1])
		}
	}
	return strings.Join(parts, " · ")
}

// progress says how far it has got.
func (s ScenarioState) progress() string {
	switch {
	case s.Spent:
		return fmt.Sprintf("%d of %d, used up", s.Applied, s.Times)
	case s.Times > 0:
		return fmt.Sprintf("%d of %d", s.Applied, s.Times)
	}
	return fmt.Sprintf("%d so far", s.Applied)
}
