package lexicons

import (
	"slices"
	"strings"
)

// family is what the NSIDs begin with that conditions leave out.
const family = "com.atproto.server."

// Holds reports whether the documents have what a condition on a method names,
// so that one list of whatever concerns methods serves every revision. A
// condition is any number of these, of which all must hold; without any it does:
//
//	input.NAME, params.NAME, output.NAME   the method has that member or parameter
//	optional.NAME                          its input has that member, and doesn't require it
//	error.NAME                             the method declares that error
//	method.NAME                            com.atproto.server has that method
//	NAME#output.MEMBER                     any of them, of another method of com.atproto.server
//	!…                                     the contrary
func (c *Catalog) Holds(nsid, condition string) bool {
	for term := range strings.FieldsSeq(condition) {
		name, denied := strings.CutPrefix(term, "!")
		if c.has(c.Method(nsid), name) == denied {
			return false
		}
	}
	return true
}

func (c *Catalog) has(method *Method, term string) bool {
	if other, rest, found := strings.Cut(term, "#"); found {
		method, term = c.Method(family+other), rest
	}
	facet, name, _ := strings.Cut(term, ".")
	switch {
	case facet == "method":
		return c.Method(family+name) != nil
	case method == nil:
		return false
	case facet == "error":
		return method.Error(name) != nil
	case facet == "params":
		return method.Params != nil && method.Params.Property(name) != nil
	case facet == "input":
		return method.Input.hasMember(name)
	case facet == "optional":
		return method.Input.hasMember(name) && !slices.Contains(method.Input.Object().Required, name)
	case facet == "output":
		return method.Output.hasMember(name)
	}
	return false
}

func (b *Body) hasMember(name string) bool {
	object := b.Object()
	return object != nil && object.Property(name) != nil
}

// Error returns the declared error of that name, or nil.
func (m *Method) Error(name string) *Error {
	if i := slices.IndexFunc(m.Errors, func(e Error) bool { return e.Name == name }); i >= 0 {
		return &m.Errors[i]
	}
	return nil
}
