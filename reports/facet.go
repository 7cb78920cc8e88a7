package reports

import "strings"

// Facet is the side of a method that a requirement is about. It follows from
// the ID, so that a document of any version can be laid out by it.
type Facet string

// The facets, in the order in which a call meets them.
const (
	FacetInput     Facet = "input"     // what is sent: HTTP method, parameters, body
	FacetOutput    Facet = "output"    // what comes back on success
	FacetErrors    Facet = "errors"    // how a call is refused
	FacetAuth      Facet = "auth"      // who may call
	FacetBehaviour Facet = "behaviour" // what the call does
)

// Facets returns all facets, in the order in which they are shown.
func Facets() []Facet {
	return []Facet{FacetInput, FacetOutput, FacetErrors, FacetAuth, FacetBehaviour}
}

// Facet returns the facet that the third part of the ID stands for:
// server.createSession.output.did.required is about output. Words that stand
// for no other facet are about behaviour.
func (r Requirement) Facet() Facet {
	parts := strings.SplitN(r.ID, ".", 4)
	if len(parts) < 3 {
		return FacetBehaviour
	}
	switch parts[2] {
	case "input", "params", "method", "query-refused", "procedure-refused":
		return FacetInput
	case "output", "success", "answer":
		return FacetOutput
	case "error", "http", "envelope", "named", "no-server-error":
		return FacetErrors
	case "auth":
		return FacetAuth
	}
	return FacetBehaviour
}

// shortName returns the last part of an NSID, by which methods are known.
func shortName(endpoint string) string {
	return endpoint[strings.LastIndexByte(endpoint, '.')+1:]
}
