package mockserver

import (
	"github.com/pdsconform/pdsconform/mockserver/internal/scenario"
)

// Scenario is what happens to some requests, so that a client can be watched
// when it does: the next two calls of refreshSession are answered with 502, the
// answer to a sign-up gets lost. Method, Account, Skip and Times say which
// requests; Delay, Status, Error, Message, CarryOut, Headers, Body, Drop and
// Defect say what, and can be combined.
//
// At most one scenario applies to a request: the first of those that were added
// which matches it and is not spent. So two for the same method apply one after
// the other.
type Scenario = scenario.Scenario

// ScenarioState is a scenario of a server, with its ID and how far it has got:
// how many requests it has Skipped, to how many it has Applied, and whether it
// is Spent.
type ScenarioState = scenario.State

// What the body of an answer can be instead.
const (
	BodyEmpty     = scenario.BodyEmpty     // nothing, and the media type is still that of JSON
	BodyTruncated = scenario.BodyTruncated // the first half
	BodyMalformed = scenario.BodyMalformed // all of it, and a comma too many
	BodyHTML      = scenario.BodyHTML      // the page of a proxy, as text/html
	BodyText      = scenario.BodyText      // the reason of the status, as text/plain
)

// The moments at which a connection can be closed.
const (
	DropAtOnce       = scenario.DropAtOnce       // the request has come; nothing was done with it
	DropBeforeAnswer = scenario.DropBeforeAnswer // it was carried out; nothing of the answer was sent
	DropAfterHeaders = scenario.DropAfterHeaders // it was carried out; status and headers were sent
	DropMidBody      = scenario.DropMidBody      // it was carried out; half of the body was sent as well
)

// ErrUnknownScenario is the error of an ID that no scenario of the server has.
var ErrUnknownScenario = scenario.ErrUnknown

// AddScenario makes a scenario happen, after those that were added before. It
// returns the ID to remove it by. The error begins with the name of the field
// that is wrong.
func (s *Server) AddScenario(scenario Scenario) (id string, err error) {
	return s.scenarios.Add(scenario)
}

// Scenarios returns the scenarios of the server, in the order in which they
// were added; those that are spent as well.
func (s *Server) Scenarios() []ScenarioState { return s.scenarios.States() }

// RemoveScenario ends a scenario. An ID that none has is ErrUnknownScenario.
func (s *Server) RemoveScenario(id string) error { return s.scenarios.Remove(id) }

// ClearScenarios ends all scenarios, those of the options too.
func (s *Server) ClearScenarios() { s.scenarios.Clear() }
