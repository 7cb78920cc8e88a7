package mockserver

import (
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// inputDefects are requests that a method ought to refuse, or to take.
func inputDefects(method *lexicons.Method) []defect {
	all := []defect{
		about(method, "input", "server-error", "takes the blame for ill-formed requests with status 500",
			func(f *xrpc.Faults) { f.Crashes = true }),
		about(method, "input", "unknown-parameter-refused", "refuses parameters that it does not know",
			func(f *xrpc.Faults) { f.ClosedParams = true }),
	}
	if method.Input == nil {
		return all
	}
	all = append(all, about(method, "input", "media-type-unchecked", "takes any media type for the one that it declares",
		func(f *xrpc.Faults) { f.AnyMedia = true }))
	if method.Input.Schema == nil {
		return all
	}
	all = append(all,
		about(method, "input", "malformed-accepted", "takes JSON that is broken",
			func(f *xrpc.Faults) { f.AnyJSON = true }),
		about(method, "input", "extra-refused", "refuses properties that it does not know",
			func(f *xrpc.Faults) { f.ClosedInput = true }))
	for _, place := range placesOf(method.Input.Schema) {
		all = append(all, place.lapses(method)...)
	}
	return all
}

// lapses are the checks of an input that can be forgotten at a place.
func (p place) lapses(method *lexicons.Method) []defect {
	var all []defect
	add := func(name, description string, lapses func(*xrpc.Faults) *map[lexicons.Pointer]bool) {
		all = append(all, about(method, "input", p.name()+"."+name, description, func(f *xrpc.Faults) {
			forgotten := lapses(f)
			if *forgotten == nil {
				*forgotten = map[lexicons.Pointer]bool{}
			}
			(*forgotten)[p.schema.At()] = true
		}))
	}
	if p.required && !hasDefault(p.schema) {
		add("absence-unchecked", "takes an input without "+p.name(),
			func(f *xrpc.Faults) *map[lexicons.Pointer]bool { return &f.Input.Absent })
	}
	switch s := p.schema.(type) {
	case *lexicons.String:
		if s.Format != "" {
			add("format-unchecked", "takes "+p.name()+" that is no "+s.Format,
				func(f *xrpc.Faults) *map[lexicons.Pointer]bool { return &f.Input.Unformed })
		}
	case *lexicons.Integer, *lexicons.Boolean, *lexicons.Array, *lexicons.Object:
	default:
		return all
	}
	add("type-unchecked", "takes "+p.name()+" of any type",
		func(f *xrpc.Faults) *map[lexicons.Pointer]bool { return &f.Input.Untyped })
	return all
}

// hasDefault reports whether an absent value is as good as a present one.
func hasDefault(schema lexicons.Schema) bool {
	switch s := schema.(type) {
	case *lexicons.Boolean:
		return s.Default != nil
	case *lexicons.Integer:
		return s.Default != nil
	case *lexicons.String:
		return s.Default != nil
	}
	return false
}

// methodDefects are those of the verb.
func methodDefects(method *lexicons.Method) []defect {
	return []defect{about(method, "method", "any-verb", "answers every HTTP verb with success",
		func(f *xrpc.Faults) { f.AnyVerb = true })}
}
