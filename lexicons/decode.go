package lexicons

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// nsidSyntax is the shape of an NSID: at least three segments, the last of
// letters and digits only.
// Source: https://atproto.com/specs/nsid#nsid-syntax
var nsidSyntax = regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$`)

// decodeDocument decodes one file. Refs are left unresolved.
func decodeDocument(path string, raw []byte) (*Document, error) {
	d := &decoder{}
	root := value{raw, Pointer(path + "#")}
	if err := onlyJSON(raw); err != nil {
		return nil, &DocumentError{Pointer: root.pointer, Problem: err.Error()}
	}
	document := &Document{Path: path}
	language := 0
	var defs value
	d.keywords(root, map[string]func(value){
		"no type":     func(value) {},
		"lexicon":     into(d, &language, "the number 1"),
		"id":          into(d, &document.ID, "a string"),
		"revision":    into(d, &document.Revision, "a whole number"),
		"description": into(d, &document.Description, "a string"),
		"defs":        func(v value) { defs = v },
	})
	if language != 1 {
		d.problem(root.pointer.child("lexicon"), "must be 1, the version of the lexicon language")
	}
	if !nsidSyntax.MatchString(document.ID) {
		d.problem(root.pointer.child("id"), "must be an NSID, not %q", document.ID)
	}
	if defs.raw == nil {
		d.problem(root.pointer.child("defs"), "is missing")
	} else {
		document.Defs = d.definitions(document.ID, defs)
	}
	return document, errors.Join(d.problems...)
}

func (d *decoder) definitions(id string, v value) []*Definition {
	members := d.members(v)
	if len(members) == 0 && len(d.problems) == 0 {
		d.problem(v.pointer, "must hold at least one definition")
	}
	var definitions []*Definition
	for _, m := range members {
		if m.name == "" {
			d.problem(m.pointer, "a definition must have a name")
		}
		var schema Schema
		switch word := d.typeOf(m.value); word {
		case TypeQuery, TypeProcedure, TypeSubscription, TypeRecord:
			if m.name != "main" {
				d.problem(m.pointer, "a %s must be the definition named main", word)
			}
			schema = d.primary(id, word, m.value)
		case TypeToken:
			schema = d.token(m.value)
		case TypeRef, TypeUnion, TypeParams:
			d.problem(m.pointer.child("type"), "%q can't be a definition of its own", word)
		default:
			schema = d.field(m.value)
		}
		if schema != nil {
			definitions = append(definitions, &Definition{Name: m.name, Schema: schema})
		}
	}
	return definitions
}

// typeOf reads the keyword "type", or reports that it is missing.
func (d *decoder) typeOf(v value) string {
	var typed struct {
		Type *string `json:"type"`
	}
	if err := json.Unmarshal(v.raw, &typed); err != nil || typed.Type == nil {
		d.problem(v.pointer.child("type"), "must be there, as a string")
		return ""
	}
	return *typed.Type
}

// field decodes whatever may stand as a property, an item or a definition.
func (d *decoder) field(v value) Schema {
	switch word := d.typeOf(v); word {
	case TypeBoolean:
		return d.boolean(v)
	case TypeInteger:
		return d.integer(v)
	case TypeString:
		return d.string(v)
	case TypeBytes:
		return d.bytes(v)
	case TypeCIDLink:
		cidLink := &CIDLink{d.node(v)}
		d.keywords(v, d.described(&cidLink.Node))
		return cidLink
	case TypeUnknown:
		unknown := &Unknown{d.node(v)}
		d.keywords(v, d.described(&unknown.Node))
		return unknown
	case TypeBlob:
		return d.blob(v)
	case TypeArray:
		return d.array(v)
	case TypeObject:
		return d.object(v)
	case TypeRef:
		return d.ref(v)
	case TypeUnion:
		return d.union(v)
	case "": // reported by typeOf
		return nil
	default:
		d.problem(v.pointer.child("type"), "%q is not a type that may stand here", word)
		return nil
	}
}

func (d *decoder) node(v value) Node {
	return Node{Pointer: v.pointer, Type: d.typeOf(v)}
}

// described starts the table of readers of a node.
func (d *decoder) described(node *Node) map[string]func(value) {
	return map[string]func(value){"description": into(d, &node.Description, "a string")}
}

func (d *decoder) token(v value) Schema {
	token := &Token{d.node(v)}
	d.keywords(v, d.described(&token.Node))
	return token
}

// required checks that each required name has a property.
func (d *decoder) required(v value, keyword string, names []string, properties []Property) {
	for _, name := range names {
		if property(properties, name) == nil {
			d.problem(v.pointer.child(keyword), "names %q, which is not among the properties", name)
		}
	}
}

func (d *decoder) properties(target *[]Property, decode func(value) Schema) func(value) {
	return func(v value) {
		for _, m := range d.members(v) {
			if schema := decode(m.value); schema != nil {
				*target = append(*target, Property{m.name, schema})
			}
		}
	}
}

func (d *decoder) knownFormat(v value, format string) {
	if !slices.Contains(Formats(), format) {
		d.problem(v.pointer, "unknown format %q: known are %s", format, strings.Join(Formats(), ", "))
	}
}
