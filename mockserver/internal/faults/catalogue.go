// Package faults is what can be wrong with the mock on purpose: a catalogue of
// defects, most of them derived from the documents, and the Injector that makes
// one server have some of them. It changes a server through the hooks of the
// pipeline and of the account server, which know no defect by name, and must
// not know scenarios, the control protocol or listeners.
package faults

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/nearest"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Defect is one way in which a server can be wrong, and this one can be made
// to be: by Options.Defects, by SetDefects and through the control protocol.
// Whoever tests servers can test by them whether anybody notices.
type Defect struct {
	ID          string `json:"id"`          // stable and dotted: output.createSession.did.missing
	Method      string `json:"method"`      // the NSID, or "" where it concerns no single method
	Facet       string `json:"facet"`       // output, disclosure, errors, input, text, auth, credentials, transport, method, isolation, concurrency, codes, powers, behaviour, framework or protocol
	Description string `json:"description"` // what is wrong, in a line
}

// Catalogue is what a server of some documents can be made to have. It is put
// together when somebody asks, since most servers have no defects.
type Catalogue struct {
	defects func() []defect // sorted by ID
}

// NewCatalogue is the catalogue of these documents, and of further ones whose
// methods no handler serves. Most of it comes from them, so that a new one brings
// its own; the behaviour is that of this server.
func NewCatalogue(catalog *lexicons.Catalog, further ...*lexicons.Catalog) *Catalogue {
	return &Catalogue{sync.OnceValue(func() []defect { return catalogueOf(catalog, further...) })}
}

// Defects lists what is in the catalogue, sorted by ID.
func (c *Catalogue) Defects() []Defect {
	var listed []Defect
	for _, d := range c.defects() {
		listed = append(listed, d.Defect)
	}
	return listed
}

// ErrManyRequests is the error of a defect that is not one of a single request.
var ErrManyRequests = errors.New("not one of a single request")

// Method is the NSID of the method whose requests a defect concerns, "" for all
// methods. The error of one that is not bound to single requests is
// ErrManyRequests, that of an ID that no defect has an *UnknownError.
func (c *Catalogue) Method(id string) (nsid string, err error) {
	made, err := c.plan(nil, id) // one that is only looked at needs no server
	if err != nil {
		return "", err
	}
	if len(made.faults) != 1 {
		return "", ErrManyRequests
	}
	for nsid = range made.faults {
	}
	return nsid, nil
}

// defect is a Defect with what makes a server have it.
type defect struct {
	Defect
	apply func(*server, *plan)
	in    string // a condition on the documents, see lexicons.Catalog.Holds
}

// where is the defect of documents that have what a condition names.
func (d defect) where(condition string) defect {
	d.in = condition
	return d
}

// catalogueOf returns all defects, sorted by ID.
func catalogueOf(catalog *lexicons.Catalog, further ...*lexicons.Catalog) []defect {
	all := slices.DeleteFunc(conceivable(catalog, further...), func(d defect) bool { return freedoms()[d.ID] != "" })
	slices.SortFunc(all, func(a, b defect) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// conceivable are the defects of these documents, and what only looks like one.
// Those of methods that the documents lack are left out.
func conceivable(catalog *lexicons.Catalog, further ...*lexicons.Catalog) []defect {
	rules, _ := pds.Rules(catalog) // or no server starts
	var all []defect
	known := map[string]bool{}
	for _, documents := range append([]*lexicons.Catalog{catalog}, further...) {
		for _, method := range documents.Methods() {
			if known[method.NSID] {
				continue
			}
			known[method.NSID] = true
			rule, served := rules[method.NSID]
			if !served {
				rule = pds.FurtherRule(method.NSID)
			}
			all = append(all, defectsOf(method, rule)...)
		}
	}
	all = slices.DeleteFunc(all, func(d defect) bool { return !catalog.Holds(d.Method, d.in) })
	all = slices.Concat(all, protocolDefects(), frameworkDefects(), anyTextDefects(catalog), anyTransportDefects(), disclosureDefects())
	for _, d := range behaviourDefects() {
		if catalog.Method(d.Method) != nil && catalog.Holds(d.Method, d.in) {
			all = append(all, d)
		}
	}
	return all
}

// defectsOf are those that follow from the document of a method, and from who may
// call it.
func defectsOf(method *lexicons.Method, rule pds.Rule) []defect {
	return slices.Concat(outputDefectsOf(method), errorDefects(method), inputDefects(method),
		methodDefects(method), authDefects(method, rule), accessDefects(method, rule),
		credentialDefects(method, rule), textDefects(method), transportDefects(method),
		concurrencyDefects(method), isolationDefects(method, rule), powerDefects(method, rule))
}

// UnknownError is the error of an ID that no defect has.
type UnknownError struct {
	id    string
	known []defect
}

// Error tells the name, and the one that was probably meant.
func (e *UnknownError) Error() string {
	names := make([]string, 0, len(e.known))
	for _, d := range e.known {
		names = append(names, d.ID)
	}
	return fmt.Sprintf("there is no defect %q%s", e.id, nearest.Or(e.id, names, ": pdsconform mock defects lists them"))
}

// about makes an ID and fills in what concerns a method.
func about(method *lexicons.Method, facet, name, description string, apply func(*xrpc.Faults)) defect {
	return defect{
		Defect: Defect{
			ID:     facet + "." + pds.ShortName(method.NSID) + "." + name,
			Method: method.NSID, Facet: facet,
			Description: pds.ShortName(method.NSID) + " " + description,
		},
		apply: func(_ *server, p *plan) { apply(p.on(method.NSID)) },
	}
}
