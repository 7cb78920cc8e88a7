package faults

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Injector makes one server have defects. All methods are safe for use by
// several goroutines.
type Injector struct {
	*Catalogue
	server *server
	router *xrpc.Router

	mutex   sync.Mutex           // held while a plan is made
	current atomic.Pointer[plan] // nil on a server without defects
}

// New makes an injector for an account server behind a router.
func New(catalogue *Catalogue, core *pds.Server, router *xrpc.Router) *Injector {
	return &Injector{Catalogue: catalogue, server: &server{core}, router: router}
}

// server is the account server that defects change.
type server struct{ core *pds.Server }

// plan is the set of defects that a server has.
type plan struct {
	active []string
	has    map[string]bool
	faults map[string]*xrpc.Faults // by NSID; under "" what concerns every answer
	hooks  pds.Hooks
}

// on returns the faults of a method, to add to.
func (p *plan) on(nsid string) *xrpc.Faults {
	if p.faults[nsid] == nil {
		p.faults[nsid] = &xrpc.Faults{}
	}
	return p.faults[nsid]
}

// Set makes the server have these defects and no others. An unknown one is an
// *UnknownError, and changes nothing.
func (i *Injector) Set(ids ...string) error {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if len(ids) == 0 {
		i.current.Store(nil)
		i.server.core.Hooks.Store(nil)
		return i.router.SetFaults(nil)
	}
	made, err := i.plan(i.server, ids...)
	if err != nil {
		return err
	}
	if err := i.router.SetFaults(made.faults); err != nil {
		return fmt.Errorf("defects: %w", err)
	}
	i.current.Store(made)
	i.server.core.Hooks.Store(&made.hooks)
	return nil
}

// Active returns the IDs of the defects that the server has, in the order in
// which they were given.
func (i *Injector) Active() []string {
	if current := i.current.Load(); current != nil {
		return slices.Clone(current.active)
	}
	return []string{}
}

// Prepare returns the faults of one defect, for single requests.
func (i *Injector) Prepare(id string) (map[string]*xrpc.Faults, error) {
	made, err := i.plan(i.server, id)
	if err != nil {
		return nil, err
	}
	if err := i.router.Prepare(made.faults); err != nil {
		return nil, err
	}
	return made.faults, nil
}

// plan is the plan of some of the defects, or the error of an ID that none has.
func (c *Catalogue) plan(s *server, ids ...string) (*plan, error) {
	made := &plan{has: map[string]bool{}, faults: map[string]*xrpc.Faults{}}
	known := c.defects()
	for _, id := range ids {
		place, found := slices.BinarySearchFunc(known, id, func(d defect, id string) int { return cmp.Compare(d.ID, id) })
		if !found {
			return nil, &UnknownError{id, known}
		}
		if !made.has[id] {
			made.has[id] = true
			made.active = append(made.active, id)
			known[place].apply(s, made)
		}
	}
	return made, nil
}
