package lexicons

import "strings"

// Pointer names one place in a lexicon document: the path that follows from
// the document's id, "#", and a JSON pointer, for example
// "com/atproto/server/createSession.json#/defs/main/errors/0". It is the same
// wherever the document's file lies.
type Pointer string

// pathOf returns the path by which pointers name the document of an id.
func pathOf(id string) string { return strings.ReplaceAll(id, ".", "/") + ".json" }

// idOf is the reverse of pathOf.
func idOf(path string) string {
	return strings.ReplaceAll(strings.TrimSuffix(path, ".json"), "/", ".")
}

// Document is one decoded lexicon document.
// Source: https://atproto.com/specs/lexicon#lexicon-files
type Document struct {
	ID          string // the NSID that the document describes
	Path        string // how pointers name the document: com/example/thing.json for com.example.thing
	File        string // slash-separated path of its file within its folder
	Revision    int    // the optional "revision" member, 0 where absent
	Description string
	Defs        []*Definition // in the order of the document

	folder  int                        // which of those loaded it is in
	useless map[Pointer]*DocumentError // what no value can meet, or leads nowhere, by place
}

// inFile returns a place of the document as a place in its file.
func (d *Document) inFile(at Pointer) Pointer {
	_, pointer, _ := strings.Cut(string(at), "#")
	return Pointer(d.File + "#" + pointer)
}

// Definition is one named entry of a document's "defs".
type Definition struct {
	Name   string // "main", or the fragment by which refs name it
	Schema Schema
}

// Definition returns the entry of that name, or nil.
func (d *Document) Definition(name string) *Definition {
	for _, definition := range d.Defs {
		if definition.Name == name {
			return definition
		}
	}
	return nil
}

// Schema is a node of the syntax tree. The concrete types are the pointers to
// the structs of this package that embed Node; a type switch over them is the
// intended use.
type Schema interface {
	// At is the place of the node in its document.
	At() Pointer
	// TypeName is the word in the node's "type" keyword, for example "cid-link".
	TypeName() string
}

// Node holds what every schema has.
type Node struct {
	Pointer     Pointer
	Type        string
	Description string
}

// At returns the place of the node in its document.
func (n *Node) At() Pointer { return n.Pointer }

// TypeName returns the word in the node's "type" keyword.
func (n *Node) TypeName() string { return n.Type }

// Boolean is a field type. Nil pointers mean that the keyword is absent.
type Boolean struct {
	Node
	Default *bool
	Const   *bool
}

// Integer is a field type: a whole number within optional bounds.
type Integer struct {
	Node
	Minimum, Maximum *int64
	Enum             []int64
	Default          *int64
	Const            *int64
}

// String is a field type. MinLength and MaxLength count UTF-8 bytes;
// MinGraphemes and MaxGraphemes count grapheme clusters.
type String struct {
	Node
	Format                     string // one of Formats, or empty
	MinLength, MaxLength       *int
	MinGraphemes, MaxGraphemes *int
	Enum                       []string
	KnownValues                []string // advice only: other values are valid
	Default                    *string
	Const                      *string
}

// Bytes is a field type, in JSON {"$bytes": base64}. Bounds count raw bytes.
type Bytes struct {
	Node
	MinLength, MaxLength *int
}

// CIDLink is a field type, in JSON {"$link": cid}.
type CIDLink struct{ Node }

// Blob is a field type: a reference to uploaded data.
type Blob struct {
	Node
	Accept  []string // media type patterns
	MaxSize *int     // in bytes
}

// Unknown is a field type: any object.
type Unknown struct{ Node }

// Token is a definition without a value of its own, named in other places.
type Token struct{ Node }

// Array is a container type. Bounds count elements.
type Array struct {
	Node
	Items                Schema
	MinLength, MaxLength *int
}

// Object is a container type. It is open: members that Properties does not
// name are allowed.
type Object struct {
	Node
	Required   []string
	Nullable   []string
	Properties []Property // in the order of the document
}

// Property is one named member of an Object or one parameter of Params.
type Property struct {
	Name   string
	Schema Schema
}

// Property returns the schema of a named member, or nil.
func (o *Object) Property(name string) Schema { return property(o.Properties, name) }

// Requires reports whether the member must be present.
func (o *Object) Requires(name string) bool { return contains(o.Required, name) }

// AllowsNull reports whether the member may be null.
func (o *Object) AllowsNull(name string) bool { return contains(o.Nullable, name) }

// Params are the query parameters of a method: Boolean, Integer, String,
// Unknown, or an Array of the first three.
type Params struct {
	Node
	Required   []string
	Properties []Property // in the order of the document
}

// Property returns the schema of a named parameter, or nil.
func (p *Params) Property(name string) Schema { return property(p.Properties, name) }

// Requires reports whether the parameter must be present.
func (p *Params) Requires(name string) bool { return contains(p.Required, name) }

// Ref stands for another definition. Target is set by Load, and nil only where
// the document is not at hand and no method needs it.
type Ref struct {
	Node
	Ref    string // as written: "#name", "nsid" or "nsid#name"
	Target Schema
}

// Union is one of several definitions, told apart by "$type".
type Union struct {
	Node
	Refs    []string // as written
	Closed  bool     // whether other types are invalid
	Targets []Schema // in the order of Refs, set by Load, nil as in a Ref
}

// Record is a definition of a repository record.
type Record struct {
	Node
	Key    string
	Record *Object
}

// Method is what a query or a procedure says of itself.
type Method struct {
	Node
	NSID   string
	Params *Params // nil where no parameters are declared
	Input  *Body   // nil where no input is declared, always nil for a query
	Output *Body   // nil where no output is declared
	Errors []Error
}

// IsQuery reports whether the method is a query, called with GET; otherwise
// it is a procedure, called with POST.
// Source: https://atproto.com/specs/xrpc#lexicon-http-endpoints
func (m *Method) IsQuery() bool { return m.Type == TypeQuery }

// Verb is the HTTP method by which the method is called: GET or POST.
func (m *Method) Verb() string {
	if m.IsQuery() {
		return "GET"
	}
	return "POST"
}

// Body is the input or output of a method.
type Body struct {
	Pointer     Pointer
	Description string
	Encoding    string // media type
	Schema      Schema // nil where the body has none; otherwise *Object, *Ref or *Union
}

// Object returns the body's object, through a ref, or nil where the body has
// no schema or a union.
func (b *Body) Object() *Object {
	if b == nil {
		return nil
	}
	object, _ := Deref(b.Schema).(*Object)
	return object
}

// Error is one declared error of a method.
type Error struct {
	Pointer     Pointer
	Name        string
	Description string
}

// Subscription is an event stream. Message is nil where none is declared.
type Subscription struct {
	Node
	NSID        string
	Subprotocol string
	Params      *Params
	Message     *Message
	Errors      []Error
}

// Message is what a subscription sends: a union.
type Message struct {
	Pointer     Pointer
	Description string
	Schema      Schema
}

// Deref follows refs until another type is reached. Definitions can't be refs,
// so that it always ends.
func Deref(schema Schema) Schema {
	for {
		ref, ok := schema.(*Ref)
		if !ok {
			return schema
		}
		schema = ref.Target
	}
}

func property(properties []Property, name string) Schema {
	for _, p := range properties {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
