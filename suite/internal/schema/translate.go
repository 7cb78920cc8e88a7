package schema

import (
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
		if s.Input != nil && s.Input.Schema != nil {
			translated["input"] = object{"schema": translate(s.Input.Schema)}
		}
		if s.Output != nil && s.Output.Schema != nil {
			translated["output"] = object{"schema": translate(s.Output.Schema)}
		}
		return translated
	case *lexicons.Subscription:
		return object{}
	case *lexicons.Record:
		// A record's definition is valid where its object is, through a
		// reference so that the object keeps its own pointer.
		return object{"$ref": reference(s.Record), "record": translate(s.Record)}
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
		return object{"type": "object", requiredKeyword: []string{"$link"},
			"properties": object{"$link": object{"type": "string", "format": lexicons.FormatCID}}}
	case *lexicons.Blob:
		return translateBlob(s)
	case *lexicons.Unknown:
		return object{"type": "object"}
	case *lexicons.Token:
		return object{"type": "string"}
	case *lexicons.Array:
		translated := object{"type": "array", "items": translate(s.Items)}
		bound(translated, "minItems", s.MinLength)
		bound(translated, "maxItems", s.MaxLength)
		return translated
	case *lexicons.Object:
		return translateObject(s)
	case *lexicons.Ref:
		return object{"$ref": reference(s.Target)}
	case *lexicons.Union:
		return translateUnion(s)
	default:
		panic("schema: no translation of " + schema.TypeName()) // a fault of the suite
	}
}

func translateInteger(s *lexicons.Integer) object {
	translated := withConst(object{"type": "integer"}, s.Const)
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
	return object{"type": "object", requiredKeyword: []string{"$bytes"}, "properties": object{"$bytes": encoded}}
}

// translateBlob follows the JSON form of blobs.
// Source: https://atproto.com/specs/data-model#blob-type
func translateBlob(s *lexicons.Blob) object {
	mediaType := object{"type": "string"}
	if len(s.Accept) > 0 {
		mediaType[acceptKeyword] = s.Accept
	}
	size := object{"type": "integer", "minimum": 0}
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

func translateObject(s *lexicons.Object) object {
	properties := object{}
	for _, property := range s.Properties {
		translated := translate(property.Schema)
		if s.AllowsNull(property.Name) {
			// "else" is taken out of the pointer again, see lexiconPointer.
			translated = object{"if": object{"type": "null"}, "else": translated}
		}
		properties[property.Name] = translated
	}
	translated := object{"type": "object", "properties": properties}
	if len(s.Required) > 0 {
		translated[requiredKeyword] = s.Required
	}
	return translated
}

// translateUnion tells the members apart by "$type". An open union allows any
// other type as well.
// Source: https://atproto.com/specs/lexicon#union
func translateUnion(s *lexicons.Union) object {
	names := make([]string, len(s.Targets))
	var members []object
	for i, target := range s.Targets {
		names[i] = typeName(target)
		members = append(members, object{
			"if":   object{"required": []string{"$type"}, "properties": object{"$type": object{"const": names[i]}}},
			"then": object{"$ref": reference(target)},
		})
	}
	tag := object{"type": "string"}
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
	name := strings.TrimPrefix(pointer, "/defs/")
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
