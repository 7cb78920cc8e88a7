// Package example makes values that a schema allows, for methods that nobody
// has given an answer for. It must not know methods, servers, nor where a value
// goes.
package example

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// Source is what examples are made from. Equal sources make equal examples.
type Source struct {
	Seed        uint64
	DID, Handle string // of whom examples are about
	LastPage    bool   // whether there is no further page: an optional cursor is left out
}

// Bounds of an example. Schemas that contain themselves, or very much, lose
// optional members beyond them.
const (
	deepest = 24
	largest = 5_000 // values
)

// Of makes a value with every member that the schema describes, optional ones
// too; false where no value of a bounded size fits.
func (s Source) Of(schema lexicons.Schema) (any, bool) {
	m := &maker{Source: s, open: map[lexicons.Schema]bool{}}
	return m.value(schema, "example")
}

// maker makes one example.
type maker struct {
	Source
	open  map[lexicons.Schema]bool // what is being made around the present place
	path  []string                 // names of the members around it
	count int
}

// value makes one value; name is what it is called where it stands. False means
// that it would contain itself, or be too large.
func (m *maker) value(schema lexicons.Schema, name string) (any, bool) {
	schema = lexicons.Deref(schema)
	if m.count++; m.count > largest || len(m.path) > deepest || m.open[schema] {
		return nil, false
	}
	m.path = append(m.path, name)
	defer func() { m.path = m.path[:len(m.path)-1] }()
	switch s := schema.(type) {
	case *lexicons.Object:
		return m.object(s, "")
	case *lexicons.Record:
		return m.object(s.Record, lexval.TypeName(s))
	case *lexicons.Array:
		return m.list(s, name)
	case *lexicons.Union:
		return m.union(s, name)
	}
	return m.single(schema, name)
}

// object makes an object, with a $type where one is given.
func (m *maker) object(s *lexicons.Object, typeName string) (any, bool) {
	m.open[s] = true
	defer delete(m.open, s)
	members := lexval.Object{}
	if typeName != "" {
		members = append(members, lexval.Member{Name: "$type", Value: typeName})
	}
	for _, property := range s.Properties {
		required := s.Requires(property.Name)
		if property.Name == "cursor" && m.LastPage && len(m.path) == 1 && !required {
			continue
		}
		value, made := m.value(property.Schema, property.Name)
		switch {
		case !made && required && !s.AllowsNull(property.Name):
			return nil, false
		case made || required:
			members = append(members, lexval.Member{Name: property.Name, Value: value})
		}
	}
	return members, true
}

func (m *maker) list(s *lexicons.Array, name string) (any, bool) {
	m.open[s] = true
	defer delete(m.open, s)
	least, wanted := 0, 1
	if s.MinLength != nil {
		least = *s.MinLength
	}
	if s.MaxLength != nil {
		wanted = min(wanted, *s.MaxLength)
	}
	list := []any{}
	for i := range max(least, wanted) {
		value, made := m.value(s.Items, fmt.Sprint(name, " ", i))
		if !made {
			break
		}
		list = append(list, value)
	}
	return list, len(list) >= least
}

// union makes a value of the first variant that is at hand and doesn't contain
// itself.
func (m *maker) union(s *lexicons.Union, name string) (any, bool) {
	m.open[s] = true
	defer delete(m.open, s)
	for _, target := range s.Targets {
		if target == nil {
			continue
		}
		value, made := m.value(target, name)
		object, isObject := value.(lexval.Object)
		if !made || !isObject {
			continue
		}
		if len(object) == 0 || object[0].Name != "$type" {
			object = append(lexval.Object{{Name: "$type", Value: lexval.TypeName(target)}}, object...)
		}
		return object, true
	}
	if s.Closed {
		return nil, false
	}
	return lexval.Object{{Name: "$type", Value: "com.example.other"}}, true
}

// number is what is random about the present place.
func (m *maker) number() uint64 {
	sum := fnv.New64a()
	_ = binary.Write(sum, binary.BigEndian, m.Seed) // a hash takes everything
	for _, name := range m.path {
		_, _ = sum.Write(append([]byte(name), 0))
	}
	mixed := sum.Sum64()
	mixed ^= mixed >> 33
	mixed *= 0xff51afd7ed558ccd // or a short path would hardly differ from its neighbour
	return mixed ^ mixed>>33
}
