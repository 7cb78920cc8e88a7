package lexicons

import (
	"fmt"
	"strconv"
	"strings"
)

// resolve sets the targets of every ref and union of a document.
func (c *Catalog) resolve(document *Document) []error {
	var problems []error
	seen := map[string]bool{}
	for _, definition := range document.Defs {
		if seen[definition.Name] {
			continue
		}
		seen[definition.Name] = true
		Walk(definition.Schema, func(schema Schema) {
			switch s := schema.(type) {
			case *Ref:
				s.Target = c.target(document, s.Ref, s.Pointer.child("ref"), &problems)
			case *Union:
				s.Targets = make([]Schema, len(s.Refs))
				for i, ref := range s.Refs {
					s.Targets[i] = c.variant(document, ref, s.Pointer.child("refs").child(strconv.Itoa(i)), &problems)
				}
			}
		})
	}
	return problems
}

// target finds what a ref names: "#name" in the same document, "nsid#name",
// or "nsid" for another document's main definition.
// Source: https://atproto.com/specs/lexicon#ref
func (c *Catalog) target(from *Document, ref string, at Pointer, problems *[]error) Schema {
	id, name, hasName := strings.Cut(ref, "#")
	if !hasName {
		name = "main"
	}
	document := from
	if id != "" {
		document = c.Document(id)
	}
	if document == nil {
		*problems = append(*problems, &DocumentError{at, fmt.Sprintf("ref %q leads nowhere: there is no document %s", ref, id)})
		return nil
	}
	definition := document.Definition(name)
	if definition == nil {
		*problems = append(*problems, &DocumentError{at, fmt.Sprintf("ref %q leads nowhere: %s has no definition %q", ref, document.ID, name)})
		return nil
	}
	switch definition.Schema.(type) {
	case *Method, *Subscription:
		*problems = append(*problems, &DocumentError{at, fmt.Sprintf("ref %q names a %s, which is no type of value", ref, definition.Schema.TypeName())})
	}
	return definition.Schema
}

// variant is the target of a union's ref: an object or a record.
// Source: https://atproto.com/specs/lexicon#union
func (c *Catalog) variant(from *Document, ref string, at Pointer, problems *[]error) Schema {
	target := c.target(from, ref, at, problems)
	switch target.(type) {
	case nil, *Object, *Record, *Method, *Subscription: // target has complained of nil and the last two
	default:
		*problems = append(*problems, &DocumentError{at, fmt.Sprintf("ref %q names a %s: the variants of a union are objects and records", ref, target.TypeName())})
	}
	return target
}

// Walk calls visit for a schema and everything below it in its own document,
// parents first. Refs and unions are not followed.
func Walk(schema Schema, visit func(Schema)) {
	visit(schema)
	for _, child := range children(schema) {
		Walk(child, visit)
	}
}

func children(schema Schema) []Schema {
	var found []Schema
	add := func(properties []Property) {
		for _, p := range properties {
			found = append(found, p.Schema)
		}
	}
	switch s := schema.(type) {
	case *Array:
		if s.Items != nil {
			found = append(found, s.Items)
		}
	case *Object:
		add(s.Properties)
	case *Record:
		if s.Record != nil {
			found = append(found, s.Record)
		}
	case *Params:
		add(s.Properties)
	case *Method:
		found = methodChildren(s)
	case *Subscription:
		if s.Params != nil {
			found = append(found, s.Params)
		}
		if s.Message != nil && s.Message.Schema != nil {
			found = append(found, s.Message.Schema)
		}
	}
	return found
}

func methodChildren(method *Method) []Schema {
	var found []Schema
	if method.Params != nil {
		found = append(found, method.Params)
	}
	for _, body := range []*Body{method.Input, method.Output} {
		if body != nil && body.Schema != nil {
			found = append(found, body.Schema)
		}
	}
	return found
}
