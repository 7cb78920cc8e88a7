package behaviour

import (
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

// family is what the NSIDs begin with that conditions leave out.
const family = "com.atproto.server."

// holds reports whether documents have what a condition names, so that one list
// of scenarios serves every revision. A condition is one or more of these, of
// which all must hold:
//
//	input.NAME, params.NAME, output.NAME   the method has that member or parameter
//	error.NAME                             the method declares that error
//	method.NAME                            the family has that method
//	NAME#output.MEMBER                     any of them, of another method of the family
//	!…                                     the contrary
func holds(catalog *lexicons.Catalog, method *lexicons.Method, condition string) bool {
	for term := range strings.FieldsSeq(condition) {
		name, denied := strings.CutPrefix(term, "!")
		if has(catalog, method, name) == denied {
			return false
		}
	}
	return true
}

func has(catalog *lexicons.Catalog, method *lexicons.Method, term string) bool {
	if other, rest, found := strings.Cut(term, "#"); found {
		method, term = catalog.Method(family+other), rest
	}
	facet, name, _ := strings.Cut(term, ".")
	switch {
	case facet == "method":
		return catalog.Method(family+name) != nil
	case method == nil:
		return false
	case facet == "error":
		return declared(method, name) != nil
	case facet == "params":
		return method.Params != nil && method.Params.Property(name) != nil
	case facet == "input":
		return hasMember(method.Input, name)
	case facet == "output":
		return hasMember(method.Output, name)
	}
	return false
}

func hasMember(body *lexicons.Body, name string) bool {
	object := body.Object()
	return object != nil && object.Property(name) != nil
}
