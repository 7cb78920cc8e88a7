package mockserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Scenario is a misbehaviour that befalls some requests, so that a client can
// be watched when it happens: the next two calls of refreshSession are status
// 502, the answer to a sign-up gets lost. Its first four fields say which
// requests, the others what; they can be combined.
//
// Each request is befallen by one scenario at most, the first of those that
// were added which fits it and is not spent. So two for the same method happen
// one after the other.
type Scenario struct {
	// Method is the one that is called: an NSID, or only the last part of one.
	// Empty: that of Defect, or every method.
	Method string

	// Account is whom the request concerns, by handle, DID or e-mail address:
	// whom its input names or, where that names nobody, whose token it bears.
	// The account need not be there yet. Empty: everybody.
	Account string

	// Skip is how many such requests are let through first.
	Skip int

	// Times is how many requests it happens to. Zero: to all, until the
	// scenario is removed.
	Times int

	// Delay is how long the request waits before anything is done with it, by
	// the base clock: a minute at most.
	Delay time.Duration

	// Status, from 300 to 599, Error and Message are what is answered instead.
	// Of Status and Error one is enough: the status of an error is 400, and the
	// error of a status the one that clients of the protocol know it by.
	Status         int
	Error, Message string

	// CarryOut makes a request that is answered with Status or Error take
	// effect all the same, as behind a gateway that gave up too early.
	CarryOut bool

	// Headers are set in the answer: Retry-After, for example.
	Headers map[string]string

	// Body spoils the body of the answer: one of the Body constants. The
	// request is carried out, unless Status or Error is set.
	Body string

	// Drop closes the connection: one of the Drop constants. A client of
	// net/http sends a GET again by itself where a connection that it has used
	// before ends without an answer: that is another request.
	Drop string

	// Defect is the ID of one of Defects, which the request is served with, and
	// with no other. Those of the server as a whole, or of several requests
	// together, can't be bound to one: SetDefects is for them.
	Defect string
}

// What the body of an answer can be made into. It arrives as a whole: for one
// that doesn't, there is DropMidBody.
const (
	BodyEmpty     = "empty"     // nothing, and the media type is still that of JSON
	BodyTruncated = "truncated" // the first half
	BodyMalformed = "malformed" // all of it, and a comma too many
	BodyHTML      = "html"      // the page of a proxy, as text/html
)

// When a connection can be closed.
const (
	DropAtOnce       = "at-once"       // the request has come; nothing was done with it
	DropBeforeAnswer = "before-answer" // it was carried out; nothing of the answer was sent
	DropAfterHeaders = "after-headers" // it was carried out; status and headers were sent
	DropMidBody      = "mid-body"      // it was carried out; half of the body was sent as well
)

// ScenarioState is a scenario of a server, and how far it has got.
type ScenarioState struct {
	Scenario
	ID      string // by which it can be removed
	Skipped int    // how many requests it has let through
	Applied int    // how many it has happened to
	Spent   bool   // whether it happens to no more
}

// ErrUnknownScenario is the error of an ID that no scenario of the server has.
var ErrUnknownScenario = errors.New("there is no scenario of this id")

// scenarios are those of a server. Whoever only reads takes no lock.
type scenarios struct {
	mutex sync.Mutex // held by whoever changes the list
	list  atomic.Pointer[[]*armed]
	given int // how many there have been since the start
}

// armed is a scenario with its count.
type armed struct {
	Scenario
	id     string
	method string                  // the NSID, or ""
	faults map[string]*xrpc.Faults // what its defect comes to, or nil
	seen   atomic.Int64            // how many requests have fitted
}

// AddScenario makes a scenario happen, after those that were added before. It
// returns the ID to remove it by. The error begins with the name of the field
// that is no good.
func (s *Server) AddScenario(scenario Scenario) (id string, err error) {
	method, err := scenario.check(s.options.Catalog, s.faults.Catalogue)
	if err != nil {
		return "", err
	}
	faults, err := s.faultsOf(scenario)
	if err != nil {
		return "", err
	}
	all := &s.scenarios
	all.mutex.Lock()
	defer all.mutex.Unlock()
	all.given++
	added := &armed{Scenario: scenario, id: strconv.Itoa(all.given), method: method, faults: faults}
	list := append(slices.Clone(all.load()), added)
	all.list.Store(&list)
	return added.id, nil
}

// Scenarios returns the scenarios of the server, in the order in which they
// were added; those that are spent as well.
func (s *Server) Scenarios() []ScenarioState {
	states := []ScenarioState{}
	for _, a := range s.scenarios.load() {
		states = append(states, a.state())
	}
	return states
}

// RemoveScenario ends a scenario. An ID that none has is ErrUnknownScenario.
func (s *Server) RemoveScenario(id string) error {
	all := &s.scenarios
	all.mutex.Lock()
	defer all.mutex.Unlock()
	kept := slices.Clone(all.load())
	kept = slices.DeleteFunc(kept, func(a *armed) bool { return a.id == id })
	switch len(kept) {
	case len(all.load()):
		return fmt.Errorf("%w: %s", ErrUnknownScenario, id)
	case 0:
		all.list.Store(nil)
	default:
		all.list.Store(&kept)
	}
	return nil
}

// ClearScenarios ends all scenarios, those of the options too.
func (s *Server) ClearScenarios() {
	s.scenarios.mutex.Lock()
	defer s.scenarios.mutex.Unlock()
	s.scenarios.list.Store(nil)
}

// startScenarios replaces all scenarios by those of the options.
func (s *Server) startScenarios() error {
	s.ClearScenarios()
	s.scenarios.mutex.Lock()
	s.scenarios.given = 0
	s.scenarios.mutex.Unlock()
	for i, scenario := range s.options.Scenarios {
		if _, err := s.AddScenario(scenario); err != nil {
			return fmt.Errorf("scenarios[%d]: %w", i, err)
		}
	}
	return nil
}

func (all *scenarios) load() []*armed {
	if list := all.list.Load(); list != nil {
		return *list
	}
	return nil
}

func (a *armed) state() ScenarioState {
	seen := int(a.seen.Load())
	state := ScenarioState{Scenario: a.Scenario, ID: a.id, Skipped: min(seen, a.Skip), Applied: max(0, seen-a.Skip)}
	if a.Times > 0 {
		state.Applied = min(state.Applied, a.Times)
		state.Spent = state.Applied == a.Times
	}
	return state
}

// strikes counts a request that fits, and reports whether it is one that the
// scenario happens to.
func (a *armed) strikes() bool {
	if a.Times > 0 && a.seen.Load() >= int64(a.Skip+a.Times) {
		return false // or the count of a spent one would grow for ever
	}
	number := a.seen.Add(1)
	return number > int64(a.Skip) && (a.Times == 0 || number <= int64(a.Skip+a.Times))
}

// intervene tells the router what befalls a request. Where there are no
// scenarios it costs a look at a pointer.
func (s *Server) intervene(r *http.Request) *xrpc.Intervention {
	list := s.scenarios.list.Load()
	if list == nil {
		return nil
	}
	method, isCall := calledMethod(r)
	if !isCall {
		return nil
	}
	var concerned []string // nil until somebody asks
	for _, a := range *list {
		if a.method != "" && a.method != method {
			continue
		}
		if a.Account != "" {
			if concerned == nil {
				concerned = s.concernOf(r)
			}
			if !s.concerns(concerned, a.Account) {
				continue
			}
		}
		if a.strikes() {
			return s.interventionOf(a)
		}
	}
	return nil
}

// interventionOf is what a scenario does, in the router's words.
func (s *Server) interventionOf(a *armed) *xrpc.Intervention {
	hit := &xrpc.Intervention{
		Name: a.id, CarryOut: a.CarryOut, Header: a.header(), Faults: a.faults, Body: spoilers()[a.Body], Drop: drops()[a.Drop],
	}
	if a.Delay > 0 {
		hit.Wait = func(ctx context.Context) error { return s.core.Wait(ctx, a.Delay) }
	}
	if a.Status != 0 || a.Error != "" {
		hit.Refuse = a.refusal()
	}
	return hit
}
