package derive

import (
	"context"
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// input derives from what the document says of the request's body.
func (b *builder) input() {
	if b.method.Input == nil {
		b.noInput()
		return
	}
	b.body()
	object := b.method.Input.Object()
	if object == nil {
		return
	}
	for _, property := range object.Properties {
		b.presence(object, property)
		b.value(place{path: []string{property.Name}, schema: property.Schema}, object.AllowsNull(property.Name), map[lexicons.Pointer]bool{})
	}
	b.refusalsNamed()
}

// noInput covers a procedure without input: a body that nobody expects is
// refused by the reference server, and the texts say nothing.
func (b *builder) noInput() {
	if b.method.IsQuery() {
		return
	}
	nsid := b.method.NSID
	b.add(obligation{
		"input.none", "A body where no input is declared is refused.", reports.May, reports.Reference, sourceMethods,
	}, func(ctx context.Context, t *spec.Trial) {
		b.baseline(ctx, t)
		exchange := t.DoUnobserved(ctx, t.ValidRequest(ctx, nsid).WithRaw([]byte("{}"), "application/json"))
		t.AfterSuccess(ctx, nsid, exchange)
		if exchange.Succeeded() {
			t.NotObserved("the target ignores a body that no document asks for")
		}
		t.Expect(exchange, check.Refused())
	})
}

// presence asks that a required property is required, and that an optional one
// is not.
func (b *builder) presence(object *lexicons.Object, property lexicons.Property) {
	name := property.Name
	without := func(request xrpc.Request) xrpc.Request { return request.Without(name) }
	prefix := "input." + name
	switch {
	case !object.Requires(name):
		b.optional(property, without)
	case hasDefault(property.Schema):
		b.requiredWithDefault(property, without)
	default:
		b.schemaRefusal(must(prefix+".required", fmt.Sprintf("A request without the required %s is refused.", name),
			requiredPointer(object)), without)
	}
}

func requiredPointer(object *lexicons.Object) lexicons.Pointer { return object.At() + "/required" }

// optional leaves room for a property that a declared error can ask for.
func (b *builder) optional(property lexicons.Property, without change) {
	nsid := b.method.NSID
	title := fmt.Sprintf("A request without the optional %s is accepted.", property.Name)
	b.add(must("input."+property.Name+".optional", title, property.Schema.At()), func(ctx context.Context, t *spec.Trial) {
		b.baseline(ctx, t)
		request := t.UnusedRequest(ctx, nsid)
		exchange := t.Do(ctx, without(request))
		t.AfterSuccess(ctx, nsid, exchange)
		if exchange.Refused() && b.declares(exchange.ErrorName()) {
			t.NotObserved("the target asks for %s on grounds that the document provides for: %s", property.Name, exchange.ErrorName())
		}
		if exchange.Refused() && property.Name == "inviteCode" && t.Target().InviteRequired() {
			t.NotObserved("the target requires an invite code, as its describeServer says")
		}
		b.expectAsWithout(ctx, t, exchange, request)
	})
}

// requiredWithDefault covers a document that names a property as required and
// gives a default all the same: refusal and default are both within it.
func (b *builder) requiredWithDefault(property lexicons.Property, without change) {
	nsid := b.method.NSID
	title := fmt.Sprintf("A request without %s, which is required and has a default, is refused or gets the default.", property.Name)
	b.add(must("input."+property.Name+".default", title, property.Schema.At()), func(ctx context.Context, t *spec.Trial) {
		b.baseline(ctx, t)
		exchange := t.Do(ctx, without(t.UnusedRequest(ctx, nsid)))
		t.AfterSuccess(ctx, nsid, exchange)
		if exchange.Refused() {
			return
		}
		t.Expect(exchange, check.Succeeds())
	})
}

func (b *builder) declares(name string) bool {
	for _, declared := range b.method.Errors {
		if declared.Name == name {
			return true
		}
	}
	return false
}

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

// value adds the refusals of what the schema of a value does not allow, and
// goes down into it. The schemas that it is inside of end one that holds itself.
func (b *builder) value(p place, nullable bool, inside map[lexicons.Pointer]bool) {
	b.wrongTypes(p, nullable)
	b.illFormed(p)
	for _, o := range outsides(p.schema) {
		title := fmt.Sprintf("A request in which %s is %s is refused.", words(p.path), o.words)
		b.refuseValue(p, must(p.id()+"."+o.name, title, lexicons.Deref(p.schema).At()+"/"+lexicons.Pointer(o.keyword)), o.value)
	}
	switch s := lexicons.Deref(p.schema).(type) {
	case *lexicons.Array:
		b.value(p.deeper(itemsStep, s.Items), false, inside)
	case *lexicons.Object:
		b.inside(p, s, inside)
	case *lexicons.Union:
		b.union(p, s, inside)
	}
}

// inside adds the refusals of what is wrong with the members of an object.
func (b *builder) inside(p place, s *lexicons.Object, inside map[lexicons.Pointer]bool) {
	if inside[s.At()] {
		return
	}
	inside[s.At()] = true
	defer delete(inside, s.At())
	for _, property := range s.Properties {
		if s.Requires(property.Name) && !hasDefault(property.Schema) {
			b.nestedRequired(p, s, property.Name)
		}
		b.value(p.deeper(property.Name, property.Schema), s.AllowsNull(property.Name), inside)
	}
}

// union adds the refusals of objects that don't say of which type they are, or
// that a closed union does not list, and goes down into those of each type.
// Source: https://atproto.com/specs/lexicon#union
func (b *builder) union(p place, s *lexicons.Union, inside map[lexicons.Pointer]bool) {
	b.refuseValue(p, must(p.id()+".type.untyped", fmt.Sprintf("A request in which %s does not say by $type what it is is refused.", words(p.path)), s.At()),
		map[string]any{"a": "1"})
	if s.Closed {
		b.refuseValue(p, must(p.id()+".closed", fmt.Sprintf("A request in which %s is of a type that the document does not list is refused.", words(p.path)),
			s.Pointer+"/closed"), map[string]any{"$type": "com.example.unlisted"})
	}
	for _, target := range s.Targets {
		if object, isObject := target.(*lexicons.Object); isObject {
			b.inside(p.deeper(strings.ReplaceAll(definitionName(object.At()), "#", "."), object), object, inside)
		}
	}
}

func (b *builder) nestedRequired(p place, object *lexicons.Object, name string) {
	b.refuse(breakage{
		obligation: must(p.id()+"."+name+".required", fmt.Sprintf("A request in which %s lacks the required %s is refused.",
			words(p.path), name), requiredPointer(object)),
		apply:  func(request xrpc.Request) xrpc.Request { return p.without(request, name) },
		valid:  p.sampled,
		within: p.id(),
		named:  true,
	})
}

func (b *builder) wrongTypes(p place, nullable bool) {
	for _, wrong := range wrongValues(p.schema) {
		if nullable && wrong.value == nil {
			continue
		}
		title := fmt.Sprintf("A request in which %s is %s instead of %s is refused.", words(p.path), wrong.words, typeWords(p.schema))
		b.refuseValue(p, must(p.id()+".type."+wrong.name, title, p.schema.At()), wrong.value)
	}
}

// refuseValue is schemaRefusal of one value in a place.
func (b *builder) refuseValue(p place, o obligation, value any) {
	broken := breakage{obligation: o, named: true, apply: func(request xrpc.Request) xrpc.Request { return p.with(request, value) }}
	if p.nested() && !isElement(p) {
		broken.valid, broken.within = p.sampled, p.id()
	}
	b.refuse(broken)
}

// isElement reports whether a place is an element of a member of the body, which
// a valid request shows to be well enough.
func isElement(p place) bool { return len(p.path) == 2 && p.path[1] == itemsStep }

// body asks that a body of another form than the document's is refused, and
// that one with more in it is accepted.
func (b *builder) body() {
	input := b.method.Input
	encoding := input.Encoding
	as := func(mediaType string) change {
		return func(request xrpc.Request) xrpc.Request { return request.WithRaw(request.Body(), mediaType) }
	}
	b.refusal(must("input.body.missing", "A request without the body that the document asks for is refused.", input.Pointer),
		xrpc.Request.WithoutBody)
	b.refusal(must("input.body.media-type", fmt.Sprintf("A body that calls itself text/plain instead of %s is refused.", encoding),
		input.Pointer+"/encoding"), as("text/plain"))
	b.refusal(protocol(reports.Should, "input.body.media-type-missing", "A body without a media type is refused.", sourceMethods), as(""))
	if encoding != "application/json" || input.Schema == nil {
		return
	}
	for _, form := range bodyForms() {
		b.refusal(form.obligation(input), func(request xrpc.Request) xrpc.Request {
			return request.WithRaw([]byte(form.make(string(request.Body()))), encoding)
		})
	}
	b.tolerated(obligation{"input.media-type-parameter", "The media type may carry the charset parameter.",
		reports.Must, reports.XRPC, sourceMethods},
		func(request xrpc.Request) xrpc.Request {
			return request.WithRaw(request.Body(), encoding+"; charset=utf-8")
		})
	b.tolerated(must("input.unknown-property", "A property that the document does not name is ignored: objects are open.", input.Schema.At()),
		func(request xrpc.Request) xrpc.Request {
			return request.With("unknownToTheDocument", map[string]any{"a": []any{1, "b", nil}})
		})
}

// bodyForm is a body that is not the JSON object which the document asks for.
type bodyForm struct {
	name, words string
	level       reports.Level
	make        func(valid string) string
}

func bodyForms() []bodyForm {
	return []bodyForm{
		{"malformed", "that breaks off before its end", reports.Must, func(valid string) string { return strings.TrimSuffix(valid, "}") }},
		{"trailing", "with text after the JSON value", reports.Should, func(valid string) string { return valid + "x" }},
		{"array", "that is an array", reports.Must, func(valid string) string { return "[" + valid + "]" }},
		{"string", "that is a string", reports.Must, func(string) string { return `"text"` }},
		{"number", "that is a number", reports.Must, func(string) string { return "1" }},
		{"null", "that is null", reports.Must, func(string) string { return "null" }},
	}
}

func (f bodyForm) obligation(input *lexicons.Body) obligation {
	title := "A body " + f.words + " is refused."
	if f.level == reports.Must {
		return must("input.body."+f.name, title, input.Schema.At())
	}
	return protocol(f.level, "input.body."+f.name, title, sourceMethods)
}
