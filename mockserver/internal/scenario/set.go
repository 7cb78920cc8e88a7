package scenario

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/nearest"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Set is the scenarios of one server. All methods are safe for use by several
// goroutines; whoever only reads takes no lock.
type Set struct {
	catalog *lexicons.Catalog
	core    *pds.Server
	faults  *faults.Injector
	logger  *slog.Logger
	others  func() []string // methods that are answered besides those of the documents

	mutex sync.Mutex // held by whoever changes the list
	list  atomic.Pointer[[]*active]
	given int // how many there have been since the start
}

// NewSet makes a set without scenarios for the server of these documents. others
// are the methods that something else answers.
func NewSet(catalog *lexicons.Catalog, core *pds.Server, injector *faults.Injector, logger *slog.Logger, others func() []string) *Set {
	return &Set{catalog: catalog, core: core, faults: injector, logger: logger, others: others}
}

// doubt warns of a scenario for a method that nothing answers, whose name is
// nearly that of one that is answered. It is no error, as such a scenario may be
// all that is asked of the method.
func (s *Set) doubt(method string) {
	if method == "" || s.catalog.Method(method) != nil {
		return
	}
	others := s.others()
	if slices.Contains(others, method) {
		return
	}
	if meant := nearest.Slip(method, others); meant != "" {
		s.logger.Warn("a scenario is for a method that nothing answers", "method", method, "meant", meant)
	}
}

// active is a scenario with its count.
type active struct {
	Scenario
	id     string
	method string                  // the NSID, or ""
	faults map[string]*xrpc.Faults // what its defect comes to, or nil
	seen   atomic.Int64            // how many requests have matched
}

// Add makes a scenario happen, after those that were added before. It
// returns the ID to remove it by. The error begins with the name of the field
// that is no good.
func (s *Set) Add(scenario Scenario) (id string, err error) {
	method, err := scenario.check(s.catalog, s.faults.Catalogue)
	if err != nil {
		return "", err
	}
	faults, err := s.faultsOf(scenario)
	if err != nil {
		return "", err
	}
	s.doubt(method)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.given++
	added := &active{Scenario: scenario, id: strconv.Itoa(s.given), method: method, faults: faults}
	list := append(slices.Clone(s.load()), added)
	s.list.Store(&list)
	return added.id, nil
}

// States returns the scenarios of the server, in the order in which they
// were added; those that are spent as well.
func (s *Set) States() []State {
	states := []State{}
	for _, a := range s.load() {
		states = append(states, a.state())
	}
	return states
}

// Remove ends a scenario. An ID that none has is ErrUnknown.
func (s *Set) Remove(id string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	kept := slices.Clone(s.load())
	kept = slices.DeleteFunc(kept, func(a *active) bool { return a.id == id })
	switch len(kept) {
	case len(s.load()):
		return fmt.Errorf("%w: %s", ErrUnknown, id)
	case 0:
		s.list.Store(nil)
	default:
		s.list.Store(&kept)
	}
	return nil
}

// Clear ends all scenarios, those of the options too.
func (s *Set) Clear() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.list.Store(nil)
}

// Replace puts these scenarios in the place of all, and counts IDs from 1 again.
func (s *Set) Replace(scenarios []Scenario) error {
	s.Clear()
	s.mutex.Lock()
	s.given = 0
	s.mutex.Unlock()
	for i, scenario := range scenarios {
		if _, err := s.Add(scenario); err != nil {
			return fmt.Errorf("scenarios[%d]: %w", i, err)
		}
	}
	return nil
}

func (s *Set) load() []*active {
	if list := s.list.Load(); list != nil {
		return *list
	}
	return nil
}

func (a *active) state() State {
	seen := int(a.seen.Load())
	state := State{Scenario: a.Scenario, ID: a.id, Skipped: min(seen, a.Skip), Applied: max(0, seen-a.Skip)}
	if a.Times > 0 {
		state.Applied = min(state.Applied, a.Times)
		state.Spent = state.Applied == a.Times
	}
	return state
}

// applies counts a request that matches, and reports whether it is one that the
// scenario happens to.
func (a *active) applies() bool {
	if a.Times > 0 && a.seen.Load() >= int64(a.Skip+a.Times) {
		return false // or the count of a spent one would grow for ever
	}
	number := a.seen.Add(1)
	return number > int64(a.Skip) && (a.Times == 0 || number <= int64(a.Skip+a.Times))
}

// Inject tells the router what happens to a request. Where there are no
// scenarios it costs a look at a pointer.
func (s *Set) Inject(r *http.Request) *xrpc.InjectedFault {
	list := s.list.Load()
	if list == nil {
		return nil
	}
	method, isCall := calledMethod(r)
	if !isCall {
		return nil
	}
	var concerned []string // nil until somebody asks
	for _, a := range *list {
		if a.method != method && (a.method != "" || method == health) {
			continue
		}
		if a.Account != "" {
			if concerned == nil {
				concerned = s.Concerned(r)
			}
			if !s.concerns(concerned, a.Account) {
				continue
			}
		}
		if a.applies() {
			return s.faultOf(a)
		}
	}
	return nil
}

// faultOf is what a scenario does, in the router's words.
func (s *Set) faultOf(a *active) *xrpc.InjectedFault {
	made := &xrpc.InjectedFault{
		Name: a.id, CarryOut: a.CarryOut, Header: a.header(), Faults: a.faults, Body: corruptions()[a.Body], Drop: drops()[a.Drop],
	}
	if a.Delay > 0 {
		made.Wait = func(ctx context.Context) error { return s.core.Wait(ctx, a.Delay) }
	}
	if a.Status != 0 || a.Error != "" {
		made.Refuse = a.refusal()
	}
	return made
}
