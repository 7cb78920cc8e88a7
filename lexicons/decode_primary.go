package lexicons

import (
	"mime"
	"slices"
	"strings"
	"unicode"
)

// primary decodes a definition that can only be a document's main one.
func (d *decoder) primary(id, word string, v value) Schema {
	switch word {
	case TypeRecord:
		return d.record(v)
	case TypeSubscription:
		return d.subscription(id, v)
	case TypePermissionSet:
		return d.permissionSet(v)
	default:
		return d.method(id, v)
	}
}

func (d *decoder) method(id string, v value) Schema {
	method := &Method{Node: d.node(v), NSID: id}
	readers := d.described(&method.Node)
	readers["parameters"] = func(v value) { method.Params = d.params(v) }
	readers["output"] = func(v value) { method.Output = d.body(v) }
	readers["errors"] = func(v value) { method.Errors = d.errors(v) }
	readers["input"] = func(v value) {
		if method.IsQuery() {
			d.wrong(v.pointer, "a query has no input: declare parameters, or make it a procedure")
			return
		}
		method.Input = d.body(v)
	}
	d.keywords(v, readers)
	return method
}

func (d *decoder) subscription(id string, v value) Schema {
	subscription := &Subscription{Node: d.node(v), NSID: id}
	readers := d.described(&subscription.Node)
	readers["parameters"] = func(v value) { subscription.Params = d.params(v) }
	readers["subprotocol"] = into(d, &subscription.Subprotocol, aString)
	readers["message"] = func(v value) { subscription.Message = d.message(v) }
	readers["errors"] = func(v value) { subscription.Errors = d.errors(v) }
	d.keywords(v, readers)
	return subscription
}

func (d *decoder) message(v value) *Message {
	message := &Message{Pointer: v.pointer}
	d.keywords(v, map[string]func(value){
		"no type":     func(value) {},
		"description": into(d, &message.Description, aString),
		"schema":      func(v value) { message.Schema = d.oneOf(v, TypeUnion) },
	})
	return message
}

func (d *decoder) record(v value) Schema {
	record := &Record{Node: d.node(v)}
	readers := d.described(&record.Node)
	readers["key"] = into(d, &record.Key, aString)
	readers["record"] = func(v value) { record.Record, _ = d.oneOf(v, TypeObject).(*Object) }
	d.keywords(v, readers)
	if record.Record == nil && !d.has(v, "record") {
		d.problem(v.pointer.child("record"), "is missing")
	}
	d.demand(v, "key", `say how records are named: "tid", "nsid", "any" or "literal:NAME"`)
	return record
}

func (d *decoder) body(v value) *Body {
	body := &Body{Pointer: v.pointer}
	d.keywords(v, map[string]func(value){
		"no type":     func(value) {},
		"description": into(d, &body.Description, aString),
		"encoding":    into(d, &body.Encoding, "a media type"),
		"schema":      func(v value) { body.Schema = d.oneOf(v, TypeObject, TypeRef, TypeUnion) },
	})
	if mediaType, _, err := mime.ParseMediaType(body.Encoding); err != nil || !strings.Contains(mediaType, "/") {
		d.problem(v.pointer.child("encoding"), "must be a media type, not %q", body.Encoding)
	}
	return body
}

// oneOf decodes a field whose type is one of those given.
func (d *decoder) oneOf(v value, words ...string) Schema {
	word := d.typeOf(v)
	if word != "" && !slices.Contains(words, word) {
		d.problem(v.pointer.child("type"), "%q is not a type that may stand here", word)
		return nil
	}
	return d.field(v)
}

func (d *decoder) errors(v value) []Error {
	var declared []Error
	for _, element := range d.elements(v) {
		e := Error{Pointer: element.pointer}
		d.keywords(element, map[string]func(value){
			"no type":     func(value) {},
			"name":        into(d, &e.Name, aString),
			"description": into(d, &e.Description, aString),
		})
		switch {
		case e.Name == "":
			d.problem(element.pointer.child("name"), "is missing")
		case strings.ContainsFunc(e.Name, unicode.IsSpace):
			d.wrong(element.pointer.child("name"), "%q: the name of an error has no spaces", e.Name)
		case slices.ContainsFunc(declared, func(other Error) bool { return other.Name == e.Name }):
			d.problem(element.pointer.child("name"), "the error %q is declared twice", e.Name)
		}
		declared = append(declared, e)
	}
	return declared
}

func (d *decoder) params(v value) *Params {
	if word := d.typeOf(v); word != TypeParams {
		d.problem(v.pointer.child("type"), "must be %q, not %q", TypeParams, word)
		return nil
	}
	params := &Params{Node: d.node(v)}
	readers := d.described(&params.Node)
	readers["required"] = into(d, &params.Required, stringList)
	readers["properties"] = d.properties(&params.Properties, d.param)
	d.keywords(v, readers)
	d.required(v, params.Required, params.Properties)
	d.demand(v, "properties", `a method without parameters leaves out "parameters"`)
	return params
}

// param decodes one query parameter: what a URL's query can carry.
func (d *decoder) param(v value) Schema {
	schema := d.oneOf(v, TypeBoolean, TypeInteger, TypeString, TypeUnknown, TypeArray)
	if schema != nil && schema.TypeName() == TypeUnknown {
		d.wrong(schema.At().child("type"), "%q can't be a parameter, which is text: make it a string", TypeUnknown)
	}
	array, ok := schema.(*Array)
	if !ok || array.Items == nil {
		return schema
	}
	switch array.Items.(type) {
	case *Boolean, *Integer, *String:
	case *Unknown:
		d.wrong(array.Items.At().child("type"), "%q can't be an item of a parameter, which is text: make it a string", TypeUnknown)
	default:
		d.problem(array.Items.At().child("type"), "%q can't be an item of a parameter", array.Items.TypeName())
	}
	return schema
}
