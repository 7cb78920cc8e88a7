package schema

import (
	"math"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

type object = map[string]any

// translateDocument mirrors a document: what stands at a pointer of the
// lexicon stands, as JSON Schema, at the same pointer of the result.
func translateDocument(document *lexicons.Document) object {
	defs := object{}
	for _, definition := range document.Defs {
		defs[definition.Name] = translateDefinition(definition.Schema)
	}
	return object{"defs": defs}
}

func translateDefinition(schema lexicons.Schema) object {
	switch s := schema.(type) {
	case *lexicons.Method:
		translated := object{}
		if s.Params != nil {
			translated["parameters"] = translateMembers(s.Params.Properties, s.Params.Required, nil)
		}
		if s.Input != nil && s.Input.Schema != nil {
			translated["input"] = object{"schema": translate(s.Input.Schema)}
		}
		if s.Output != nil && s.Output.Schema != nil {
			translated["output"] = object{"schema": translate(s.Output.Schema)}
		}
		return translated
	case *lexicons.Subscription, *lexicons.PermissionSet: // no types of values
		return object{}
	case *lexicons.Record:
		// A record is valid where its object is and it says what it is. The
		// object stands behind a reference, so that it keeps its own pointer.
		return object{"$ref": reference(s.Record), "record": translate(s.Record),
			requiredKeyword: []string{"$type"}, "properties": object{"$type": object{"const": typeName(s)}}}
	default:
		return translate(schema)
	}
}

// reference names the translation of a schema from anywhere.
func reference(schema lexicons.Schema) string { return "lex:///" + escape(string(schema.At())) }

// escape makes a pointer a URL fragment.
func escape(pointer string) string { return strings.ReplaceAll(pointer, "%", "%25") }

func translate(schema lexicons.Schema) object {
	switch s := schema.(type) {
	case *lexicons.Boolean:
		return withConst(object{"type": "boolean"}, s.Const)
	case *lexicons.Integer:
		return translateInteger(s)
	case *lexicons.String:
		return translateString(s)
	case *lexicons.Bytes:
		return translateBytes(s)
	case *lexicons.CIDLink:
		return alone("$link", object{"type": "string", "format": lexicons.FormatCID})
	case *lexicons.Blob:
		return translateBlob(s)
	case *lexicons.Unknown:
		return translateUnknown()
	case *lexicons.Token:
		return object{"type": "string", "const": typeName(s)}
	case *lexicons.Array:
		translated := object{"type": "array", "items": translate(s.Items)}
		bound(translated, "minItems", s.MinLength)
		bound(translated, "maxItems", s.MaxLength)
		return translated
	case *lexicons.Object:
		return translateMembers(s.Properties, s.Required, s.Nullable)
	case *lexicons.Ref:
		if s.Target == nil { // nothing that is checked needs it
			return object{}
		}
		return object{"$ref": reference(s.Target)}
	case *lexicons.Union:
		return translateUnion(s)
	default:
		panic("schema: no translation of " + schema.TypeName()) // a fault of the suite
	}
}

// translateInteger adds the bounds that every integer has.
// Source: https://atproto.com/specs/data-model#data-types
func translateInteger(s *lexicons.Integer) object {
	translated := withConst(object{"type": "integer", "minimum": math.MinInt64, "maximum": math.MaxInt64}, s.Const)
	bound(translated, "minimum", s.Minimum)
	bound(translated, "maximum", s.Maximum)
	if len(s.Enum) > 0 {
		translated["enum"] = s.Enum
	}
	return translated
}

// translateString keeps the lexicon's own counting of lengths, in bytes and in
// graphemes, under keywords of our own: JSON Schema counts code points.
func translateString(s *lexicons.String) object {
	translated := withConst(object{"type": "string"}, s.Const)
	bound(translated, minLengthBytes, s.MinLength)
	bound(translated, maxLengthBytes, s.MaxLength)
	bound(translated, minGraphemes, s.MinGraphemes)
	bound(translated, maxGraphemes, s.MaxGraphemes)
	if s.Format != "" {
		translated["format"] = s.Format
	}
	if len(s.Enum) > 0 {
		translated["enum"] = s.Enum
	}
	return translated
}

// translateBytes follows the JSON form of bytes.
// Source: https://atproto.com/specs/data-model#bytes
func translateBytes(s *lexicons.Bytes) object {
	encoded := object{"type": "string", "format": formatBase64}
	bound(encoded, minDecodedLength, s.MinLength)
	bound(encoded, maxDecodedLength, s.MaxLength)
	return alone("$bytes", encoded)
}

// alone is an object of a single member.
func alone(name string, member object) object {
	return object{"type": "object", requiredKeyword: []string{name}, "maxProperties": 1, "properties": object{name: member}}
}

// translateUnknown takes any object that can't be mistaken for a blob, a link
// or bytes.
// Source: https://atproto.com/specs/lexicon#unknown
func translateUnknown() object {
	only := func(name string) object { return object{"required": []string{name}, "maxProperties": 1} }
	blob := object{"required": []string{"$type"}, "properties": object{"$type": object{"const": "blob"}}}
	return object{"type": "object", "not": object{"anyOf": []object{blob, only("$link"), only("$bytes")}}}
}

// translateBlob follows the JSON form of blobs.
// Source: https://atproto.com/specs/data-model#blob-type
func translateBlob(s *lexicons.Blob) object {
	mediaType := object{"type": "string", "minLength": 1}
	if len(s.Accept) > 0 {
		mediaType[acceptKeyword] = s.Accept
	}
	size := object{"type": "integer", "minimum": 1, "maximum": math.MaxInt64}
	bound(size, "maximum", s.MaxSize)
	return object{
		"type":          "object",
		requiredKeyword: []string{"$type", "ref", "mimeType", "size"},
		"properties": object{
			"$type":    object{"const": "blob"},
			"ref":      translate(&lexicons.CIDLink{}),
			"mimeType": mediaType,
			"size":     size,
		},
	}
}

func translateMembers(members []lexicons.Property, required, nullable []string) object {
	properties := object{}
	for _, property := range members {
		translated := translate(property.Schema)
		if slices.Contains(nullable, property.Name) {
			// "else" is taken out of the pointer again, see lexiconPointer.
			translated = object{"if": object{"type": "null"}, "else": translated}
		}
		properties[property.Name] = translated
	}
	translated := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		translated[requiredKeyword] = required
	}
	return translated
}

// translateUnion tells the members apart by "$type", which never has the suffix
// "#main". An open union allows any other type as well.
// Source: https://atproto.com/specs/lexicon#union
func translateUnion(s *lexicons.Union) object {
	names := make([]string, len(s.Targets))
	var members []object
	for i, target := range s.Targets {
		if target == nil { // nothing that is checked needs it: its name is all that is known
			names[i] = strings.TrimSuffix(s.Refs[i], "#main")
			continue
		}
		names[i] = typeName(target)
		members = append(members, object{
			"if":   object{"required": []string{"$type"}, "properties": object{"$type": object{"const": names[i]}}},
			"then": object{"$ref": reference(target)},
		})
	}
	tag := object{"type": "string", "minLength": 1, "not": object{"pattern": "#main$"}}
	if s.Closed {
		tag["enum"] = names
	}
	translated := object{"type": "object", requiredKeyword: []string{"$type"}, "properties": object{"$type": tag}}
	if len(members) > 0 {
		translated["allOf"] = members
	}
	return translated
}

// typeName is the value of "$type" that stands for a definition: its NSID,
// with its name unless that is "main".
func typeName(schema lexicons.Schema) string {
	path, pointer, _ := strings.Cut(string(schema.At()), "#")
	nsid := strings.ReplaceAll(strings.TrimSuffix(path, ".json"), "/", ".")
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(strings.TrimPrefix(pointer, "/defs/"))
	if name == "main" {
		return nsid
	}
	return nsid + "#" + name
}

func bound[T any](translated object, keyword string, value *T) {
	if value != nil {
		translated[keyword] = *value
	}
}

func withConst[T any](translated object, value *T) object {
	if value != nil {
		translated["const"] = *value
	}
	return translated
}
