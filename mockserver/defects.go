package mockserver

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Defect is one way in which a server can be wrong, and this one can be made
// to be: by Options.Defects, by SetDefects and through the control protocol.
// Whoever tests servers can test by them whether anybody notices.
type Defect struct {
	ID          string `json:"id"`          // stable and dotted: output.createSession.did.missing
	Method      string `json:"method"`      // the NSID, or "" where it concerns no single method
	Facet       string `json:"facet"`       // output, disclosure, errors, input, text, auth, credentials, transport, method, isolation, concurrency, behaviour or protocol
	Description string `json:"description"` // what is wrong, in a line
}

// Defects lists what a server of these documents can be made to have, sorted
// by ID. Most of it comes from the documents, so that a new one brings its
// own; the behaviour is that of this server. Nil stands for the embedded
// documents.
func Defects(catalog *lexicons.Catalog) []Defect {
	if catalog == nil {
		catalog, _ = embeddedCatalog(lexicons.DefaultRevision) // the embedded documents load, or no server starts
	}
	if catalog == nil {
		return nil
	}
	var listed []Defect
	for _, d := range catalogueOf(catalog) {
		listed = append(listed, d.Defect)
	}
	return listed
}

// defect is a Defect with what makes a server have it.
type defect struct {
	Defect
	apply func(*Server, *plan)
}

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

// catalogueOf returns all defects, sorted by ID. Those of methods that the
// documents lack are left out.
func catalogueOf(catalog *lexicons.Catalog) []defect {
	rules, _ := pds.Rules(catalog) // or no server starts
	var all []defect
	for _, document := range catalog.Documents() {
		method := catalog.Method(document.ID)
		if method == nil {
			continue
		}
		all = slices.Concat(all, outputDefectsOf(method), errorDefects(method), inputDefects(method),
			methodDefects(method), authDefects(method, rules[method.NSID]), accessDefects(method, rules[method.NSID]),
			credentialDefects(method, rules[method.NSID]), textDefects(method), transportDefects(method),
			concurrencyDefects(method), isolationDefects(method, rules[method.NSID]))
	}
	all = slices.Concat(all, protocolDefects(), anyTextDefects(catalog), anyTransportDefects(), disclosureDefects())
	for _, d := range behaviourDefects() {
		if catalog.Method(d.Method) != nil {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b defect) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// faults is what is wrong with a server at the moment.
type faults struct {
	mutex   sync.Mutex // held while a plan is made
	known   func() []defect
	current atomic.Pointer[plan] // nil on a sound server
}

// SetDefects makes the server have these defects and no others. An unknown
// one is an error that names it, and changes nothing. Reset takes the server
// back to the defects of its options.
func (s *Server) SetDefects(ids ...string) error {
	s.faults.mutex.Lock()
	defer s.faults.mutex.Unlock()
	if len(ids) == 0 {
		s.faults.current.Store(nil)
		s.core.Hooks.Store(nil)
		return s.router.SetFaults(nil)
	}
	made, err := planOf(s, s.faults.known(), ids...)
	if err != nil {
		return err
	}
	if err := s.router.SetFaults(made.faults); err != nil {
		return fmt.Errorf("defects: %w", err)
	}
	s.faults.current.Store(made)
	s.core.Hooks.Store(&made.hooks)
	return nil
}

// planOf is the plan of some of the known defects, or the error of one that
// isn't known. A plan that is only looked at needs no server.
func planOf(s *Server, known []defect, ids ...string) (*plan, error) {
	made := &plan{has: map[string]bool{}, faults: map[string]*xrpc.Faults{}}
	for _, id := range ids {
		place, found := slices.BinarySearchFunc(known, id, func(d defect, id string) int { return cmp.Compare(d.ID, id) })
		if !found {
			return nil, &unknownDefect{id, known}
		}
		if !made.has[id] {
			made.has[id] = true
			made.active = append(made.active, id)
			known[place].apply(s, made)
		}
	}
	return made, nil
}

// ActiveDefects returns the IDs of the defects that the server has, in the
// order in which they were given.
func (s *Server) ActiveDefects() []string {
	if current := s.faults.current.Load(); current != nil {
		return slices.Clone(current.active)
	}
	return []string{}
}

// unknownDefect is the error of a name that no defect has.
type unknownDefect struct {
	id    string
	known []defect
}

// Error tells the name, and the one that was probably meant.
func (e *unknownDefect) Error() string {
	names := make([]string, 0, len(e.known))
	for _, d := range e.known {
		names = append(names, d.ID)
	}
	return fmt.Sprintf("there is no defect %q%s", e.id, didYouMean(e.id, names))
}

// shortName is the name by which IDs call a method: without the prefix that
// nearly all share.
func shortName(nsid string) string { return strings.TrimPrefix(nsid, pds.Prefix) }

// about makes an ID and fills in what concerns a method.
func about(method *lexicons.Method, facet, name, description string, apply func(*xrpc.Faults)) defect {
	return defect{
		Defect{
			ID:     facet + "." + shortName(method.NSID) + "." + name,
			Method: method.NSID, Facet: facet,
			Description: shortName(method.NSID) + " " + description,
		},
		func(_ *Server, p *plan) { apply(p.on(method.NSID)) },
	}
}
