package derive

import (
	"maps"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// place is where in a request's input a value goes, from the member of the body
// down to it.
type place struct {
	path   []string          // for IDs and titles; elements of arrays are itemsStep
	above  []lexicons.Schema // the schemas of the values above it, outermost first
	schema lexicons.Schema
}

func (p place) deeper(step string, schema lexicons.Schema) place {
	return place{
		path:   append(append([]string(nil), p.path...), step),
		above:  append(append([]lexicons.Schema(nil), p.above...), p.schema),
		schema: schema,
	}
}

// id is what the IDs of requirements on the value begin with.
func (p place) id() string { return "input." + strings.Join(p.path, ".") }

// nested reports whether the value is inside a member of the body.
func (p place) nested() bool { return len(p.path) > 1 }

// with puts a value into a request. The values above it are those that the
// request has, and samples where it has none.
func (p place) with(request xrpc.Request, value any) xrpc.Request {
	return request.With(p.path[0], p.put(request.Input[p.path[0]], 0, func(any) any { return value }))
}

// sampled is a request that has a valid value in the place.
func (p place) sampled(request xrpc.Request) xrpc.Request {
	return request.With(p.path[0], p.put(request.Input[p.path[0]], 0, func(value any) any {
		made := sample(p.schema, maxSampleDepth)
		if kind, typed := typeOf(value); typed && p.inUnion() {
			made.(map[string]any)["$type"] = kind
		}
		return made
	}))
}

// inUnion reports whether the value is one of a union, of the type that the
// schema is.
func (p place) inUnion() bool {
	if len(p.above) == 0 {
		return false
	}
	_, isUnion := lexicons.Deref(p.above[len(p.above)-1]).(*lexicons.Union)
	return isUnion
}

func typeOf(value any) (kind any, typed bool) {
	object, _ := value.(map[string]any)
	kind, typed = object["$type"]
	return kind, typed
}

// without drops a member of an object from a request.
func (p place) without(request xrpc.Request, name string) xrpc.Request {
	return request.With(p.path[0], p.put(request.Input[p.path[0]], 0, func(value any) any {
		object := objectLike(value, p.schema)
		delete(object, name)
		return object
	}))
}

// put rebuilds the value at one step of the path with another one at its end.
func (p place) put(value any, step int, change func(any) any) any {
	if step == len(p.path)-1 {
		return change(value)
	}
	schema, next := lexicons.Deref(p.above[step]), p.path[step+1]
	if array, ok := schema.(*lexicons.Array); ok {
		elements, _ := sample(array, maxSampleDepth).([]any)
		if len(elements) == 0 {
			elements = []any{nil}
		}
		elements[0] = p.put(elements[0], step+1, change)
		return elements
	}
	if _, isUnion := schema.(*lexicons.Union); isUnion {
		inner := p.schema
		if step+1 < len(p.above) {
			inner = p.above[step+1]
		}
		typed, _ := sample(inner, maxSampleDepth).(map[string]any)
		typed["$type"] = definitionName(inner.At())
		return p.put(typed, step+1, change)
	}
	object := objectLike(value, schema)
	object[next] = p.put(object[next], step+1, change)
	return object
}

// objectLike is a copy of an object, or a sample where there is none.
func objectLike(value any, schema lexicons.Schema) map[string]any {
	object, ok := value.(map[string]any)
	if !ok {
		object, _ = sample(schema, maxSampleDepth).(map[string]any)
	}
	if object = maps.Clone(object); object == nil {
		object = map[string]any{}
	}
	return object
}
