package lexicons

import (
	"slices"
	"strconv"
	"strings"
)

// resolver sets the targets of refs.
type resolver struct {
	catalog  *Catalog
	problems findings
}

// resolveAll sets the targets of all refs, collects the methods of the first
// folder, and returns the problems of its documents, and of what its methods
// need.
func (c *Catalog) resolveAll() findings {
	r := &resolver{catalog: c}
	for _, document := range c.documents {
		r.resolve(document)
		if main := document.Definition("main"); main != nil && document.folder == 0 {
			if method, ok := main.Schema.(*Method); ok {
				c.methods = append(c.methods, method)
			}
		}
	}
	c.needed(func(pointer Pointer) {
		path, _, _ := strings.Cut(string(pointer), "#")
		document := c.Document(idOf(path))
		if problem := document.useless[pointer]; problem != nil && problem.Severity != Refused {
			problem.Severity = Refused
			problem.Problem += ", and a method needs it"
			if document.folder > 0 && !slices.Contains(r.problems, problem) {
				r.problems = append(r.problems, problem)
			}
		}
	})
	return slices.DeleteFunc(r.problems, func(p *DocumentError) bool { return p.Folder > 0 && p.Severity != Refused })
}

// needed visits the places of everything that methods lead to.
func (c *Catalog) needed(visit func(Pointer)) {
	seen := map[Schema]bool{}
	var follow func(Schema)
	follow = func(schema Schema) {
		if schema == nil || seen[schema] {
			return
		}
		seen[schema] = true
		Walk(schema, func(node Schema) {
			visit(node.At())
			switch s := node.(type) {
			case *Ref:
				follow(s.Target)
			case *Union:
				for i, target := range s.Targets {
					visit(s.Pointer.child("refs").child(strconv.Itoa(i)))
					follow(target)
				}
			}
		})
	}
	for _, method := range c.methods {
		follow(method)
	}
}

// resolve sets the targets of every ref and union of a document.
func (r *resolver) resolve(document *Document) {
	seen := map[string]bool{}
	for _, definition := range document.Defs {
		if seen[definition.Name] {
			continue
		}
		seen[definition.Name] = true
		Walk(definition.Schema, func(schema Schema) {
			switch s := schema.(type) {
			case *Ref:
				s.Target = r.member(document, s.Ref, s.Pointer)
			case *Union:
				s.Targets = make([]Schema, len(s.Refs))
				for i, ref := range s.Refs {
					s.Targets[i] = r.variant(document, ref, s.Pointer.child("refs").child(strconv.Itoa(i)))
				}
			}
		})
	}
}

func (r *resolver) add(severity Severity, from *Document, at Pointer, format string, arguments ...any) {
	r.problems.add(severity, from.inFile(at), format, arguments...)
	r.problems[len(r.problems)-1].Folder = from.folder
}

// lost reports a ref that has no target, and keeps it for needed.
func (r *resolver) lost(severity Severity, from *Document, at, place Pointer, format string, arguments ...any) {
	r.add(severity, from, at, format, arguments...)
	from.useless[place] = r.problems[len(r.problems)-1]
}

// member is the target of a ref that stands for a value.
func (r *resolver) member(from *Document, ref string, at Pointer) Schema {
	target := r.target(from, ref, at.child("ref"), at)
	if _, isToken := target.(*Token); isToken {
		r.add(Wrong, from, at.child("ref"), "ref %q names a token, which has no value of its own: use a string with knownValues or enum", ref)
	}
	return target
}

// target finds what a ref names: "#name" in the same document, "nsid#name",
// or "nsid" for another document's main definition. at is where a problem
// is reported, place what methods lead to.
// Source: https://atproto.com/specs/lexicon#ref
func (r *resolver) target(from *Document, ref string, at, place Pointer) Schema {
	id, name, hasName := strings.Cut(ref, "#")
	if !hasName {
		name = "main"
	}
	document := from
	if id != "" {
		document = r.catalog.Document(id)
	}
	if document == nil {
		severity := Doubtful
		if !nsidSyntax.MatchString(id) {
			severity = Wrong
		}
		r.lost(severity, from, at, place, "ref %q leads nowhere: no folder given holds the document %s", ref, id)
		return nil
	}
	definition := document.Definition(name)
	if definition == nil {
		r.lost(Wrong, from, at, place, "ref %q leads nowhere: %s has no definition %q", ref, document.ID, name)
		return nil
	}
	switch definition.Schema.(type) {
	case *Method, *Subscription, *PermissionSet:
		r.lost(Wrong, from, at, place, "ref %q names a %s, which is no type of value", ref, definition.Schema.TypeName())
		return nil
	}
	return definition.Schema
}

// variant is the target of a union's ref: an object or a record.
// Source: https://atproto.com/specs/lexicon#union
func (r *resolver) variant(from *Document, ref string, at Pointer) Schema {
	target := r.target(from, ref, at, at)
	switch target.(type) {
	case nil, *Object, *Record: // target has complained of nil
	default:
		r.lost(Wrong, from, at, at, "ref %q names a %s: the variants of a union are objects and records", ref, target.TypeName())
		return nil
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
