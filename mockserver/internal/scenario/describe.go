package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// Example is a scenario with what it means.
type Example struct {
	Title    string
	Scenario Scenario
}

// Examples are those that clients are most often tried with.
func Examples() []Example {
	return []Example{
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

// Continues reports whether a scenario is another one, and not spent.
func Continues(s State, other Scenario) bool {
	mine, theirs := s.toJSON(), other.toJSON()
	same := maps.Equal(mine.Headers, theirs.Headers)
	mine.Headers, theirs.Headers = nil, nil
	return same && !s.Spent && fmt.Sprint(mine) == fmt.Sprint(theirs)
}

// Requests says in a few words which requests a scenario is for.
func Requests(c Scenario) string {
	words := cmp.Or(pds.ShortName(c.Method), "every method")
	if c.Account != "" {
		words += ", " + c.Account
	}
	if c.Skip > 0 {
		words += fmt.Sprintf(", after %d", c.Skip)
	}
	return words
}

// Effect says in a few words what happens to them.
func Effect(c Scenario) string {
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

// Progress says in a few words how far a scenario has got.
func Progress(s State) string {
	switch {
	case s.Spent:
		return fmt.Sprintf("%d of %d, used up", s.Applied, s.Times)
	case s.Times > 0:
		return fmt.Sprintf("%d of %d", s.Applied, s.Times)
	}
	return fmt.Sprintf("%d so far", s.Applied)
}
