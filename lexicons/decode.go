package lexicons

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// nsidSyntax is the shape of an NSID: at least three segments, the last of
// letters and digits only.
// Source: https://atproto.com/specs/nsid#nsid-syntax
var nsidSyntax = regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$`)

// documentType is what a document that is stored as a record calls itself.
// Source: https://atproto.com/specs/lexicon#lexicon-publication-and-resolution
const documentType = "com.atproto.lexicon.schema"

// isDocument reports whether a file is meant to be a lexicon document. Other
// JSON may lie beside documents; what can't be read is not let off.
func isDocument(raw []byte) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(raw, &members) != nil || members["lexicon"] != nil || members["defs"] != nil
}

// decodeDocument decodes one file; the document is nil where its problems keep
// it from being used. Refs are left unresolved.
func decodeDocument(file string, raw []byte) (*Document, findings) {
	document := &Document{File: file, useless: map[Pointer]*DocumentError{}}
	d := &decoder{document: document}
	if err := onlyJSON(raw); err != nil {
		d.problem(Pointer(file+"#"), "%s", err)
		return nil, d.problems
	}
	document.ID, _ = textMember(raw, "id") // what is wrong with it is found below
	document.Path = file
	if nsidSyntax.MatchString(document.ID) {
		document.Path = pathOf(document.ID)
	}
	root := value{raw, Pointer(document.Path + "#")}
	d.root(root, document)
	if d.problems.refused() != nil {
		return nil, d.problems
	}
	return document, d.problems
}

// root decodes what stands around the definitions.
func (d *decoder) root(root value, document *Document) {
	language, kind := 0, documentType
	var defs value
	d.keywords(root, map[string]func(value){
		"no type":     func(value) {},
		"$type":       into(d, &kind, aString),
		"lexicon":     into(d, &language, "the number 1"),
		"id":          into(d, &document.ID, aString),
		"revision":    into(d, &document.Revision, wholeNumber),
		"description": into(d, &document.Description, aString),
		"defs":        func(v value) { defs = v },
	})
	if kind != documentType {
		d.doubt(root.pointer.child("$type"), "is %q: a document that is stored as a record has %q", kind, documentType)
	}
	if language != 1 {
		d.problem(root.pointer.child("lexicon"), "must be 1, the version of the lexicon language")
	}
	if !nsidSyntax.MatchString(document.ID) {
		d.problem(root.pointer.child("id"), "must be an NSID, not %q", document.ID)
	}
	if defs.raw == nil {
		d.problem(root.pointer.child("defs"), "is missing")
		return
	}
	document.Defs = d.definitions(document.ID, defs)
}

func (d *decoder) definitions(id string, v value) []*Definition {
	members := d.members(v)
	if len(members) == 0 && d.problems.refused() == nil {
		d.problem(v.pointer, "must hold at least one definition")
	}
	var definitions []*Definition
	for _, m := range members {
		if m.name == "" {
			d.problem(m.pointer, "a definition must have a name")
		}
		var schema Schema
		switch word := d.typeOf(m.value); word {
		case TypeQuery, TypeProcedure, TypeSubscription, TypeRecord, TypePermissionSet:
			if m.name != "main" {
				d.problem(m.pointer, "a %s must be the definition named main", word)
			}
			schema = d.primary(id, word, m.value)
		case TypeToken:
			schema = d.token(m.value)
		case TypeRef, TypeUnion, TypeParams:
			d.problem(m.pointer.child("type"), "%q can't be a definition of its own", word)
		case TypeUnknown:
			d.wrong(m.pointer.child("type"), "%q can't be a definition of its own: write it where it is used", word)
			schema = d.field(m.value)
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
	word, ok := textMember(v.raw, "type")
	if !ok {
		d.problem(v.pointer.child("type"), "must be there, as a string")
	}
	return word
}

// textMember returns the member of an object of exactly that name, where it is
// a string. encoding/json would take another letter case for it.
func textMember(raw []byte, name string) (text string, ok bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || !strings.HasPrefix(string(members[name]), `"`) {
		return "", false
	}
	err := json.Unmarshal(members[name], &text)
	return text, err == nil
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
func (d *decoder) required(v value, names []string, properties []Property) {
	for _, name := range names {
		if property(properties, name) == nil {
			d.problem(v.pointer.child("required"), "names %q, which is not among the properties: add it there", name)
		}
	}
}

// nullable returns the names that have a property.
func (d *decoder) nullable(v value, names []string, properties []Property) []string {
	return slices.DeleteFunc(names, func(name string) bool {
		if property(properties, name) != nil {
			return false
		}
		d.wrong(v.pointer.child("nullable"), "names %q, which is not among the properties: remove it", name)
		return true
	})
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

// knownFormat returns a format that is known, or none.
func (d *decoder) knownFormat(v value, format string) string {
	if slices.Contains(Formats(), format) {
		return format
	}
	d.wrong(v.pointer, "unknown format %q, which is not checked: known are %s", format, strings.Join(Formats(), ", "))
	return ""
}
