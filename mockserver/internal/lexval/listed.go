package lexval

import "github.com/pdsconform/pdsconform/lexicons"

// Listed knows which members a schema lists, at every depth at which it lists
// any: below an object without properties, an unknown or a union everything
// counts as listed. Nil lists everything.
type Listed struct {
	members map[string]*Listed // nil of an array
	items   *Listed
}

// ListedIn reads a schema, which may refer to itself.
func ListedIn(schema lexicons.Schema) *Listed {
	return listedIn(schema, map[lexicons.Schema]*Listed{})
}

func listedIn(schema lexicons.Schema, known map[lexicons.Schema]*Listed) *Listed {
	schema = lexicons.Deref(schema)
	if listed, found := known[schema]; found {
		return listed
	}
	switch s := schema.(type) {
	case *lexicons.Object:
		if len(s.Properties) == 0 {
			return nil
		}
		listed := &Listed{members: map[string]*Listed{}}
		known[schema] = listed
		for _, property := range s.Properties {
			listed.members[property.Name] = listedIn(property.Schema, known)
		}
		return listed
	case *lexicons.Array:
		listed := &Listed{}
		known[schema] = listed
		listed.items = listedIn(s.Items, known)
		return listed
	}
	return nil
}

// Lists reports whether the outermost object lists a member.
func (l *Listed) Lists(name string) bool {
	if l == nil {
		return true
	}
	_, listed := l.members[name]
	return listed
}

// Only returns a value without the members that aren't listed; keep names some
// of the outermost object that stay. Maps are changed in place, Objects copied
// where anything is left out.
func (l *Listed) Only(value any, keep ...string) any {
	if l == nil {
		return value
	}
	switch v := value.(type) {
	case Object:
		return l.onlyMembers(v, keep)
	case map[string]any:
		for name, inner := range v {
			if below, listed := l.members[name]; listed {
				v[name] = below.Only(inner)
			} else if name != "$type" && !contains(keep, name) {
				delete(v, name)
			}
		}
	case []any:
		if l.items == nil {
			return value
		}
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = l.items.Only(item)
		}
		return list
	}
	return value
}

func (l *Listed) onlyMembers(object Object, keep []string) Object {
	kept := make(Object, 0, len(object))
	for _, member := range object {
		if below, listed := l.members[member.Name]; listed {
			kept = append(kept, Member{member.Name, below.Only(member.Value)})
		} else if member.Name == "$type" || contains(keep, member.Name) {
			kept = append(kept, member)
		}
	}
	return kept
}
