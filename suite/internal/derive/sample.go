package derive

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

const sampleText = xrpc.AnyText

// sample makes a value that fits a schema, for methods whose values nobody has
// to know.
func sample(schema lexicons.Schema, depth int) any {
	switch s := lexicons.Deref(schema).(type) {
	case *lexicons.Boolean:
		return s.Const == nil || *s.Const
	case *lexicons.Integer:
		return sampleInteger(s)
	case *lexicons.String:
		return sampleString(s)
	case *lexicons.Token:
		return definitionName(s.At())
	case *lexicons.Bytes:
		return map[string]any{"$bytes": base64.RawStdEncoding.EncodeToString(make([]byte, least(s.MinLength)))}
	case *lexicons.CIDLink:
		return sampleLink()
	case *lexicons.Blob:
		return map[string]any{"$type": "blob", "ref": sampleLink(), "mimeType": sampleMediaType(s), "size": 1}
	case *lexicons.Array:
		return sampleArray(s, depth)
	case *lexicons.Object:
		return sampleObject(s, depth)
	case *lexicons.Record:
		object := sampleObject(s.Record, depth)
		object["$type"] = definitionName(s.At())
		return object
	case *lexicons.Union:
		return sampleUnion(s, depth)
	default:
		return map[string]any{}
	}
}

func sampleObject(s *lexicons.Object, depth int) map[string]any {
	object := map[string]any{}
	for _, property := range s.Properties {
		if s.Requires(property.Name) && depth > 0 {
			object[property.Name] = sample(property.Schema, depth-1)
		}
	}
	return object
}

// sampleArray has one element, unless the schema asks for more or for none. At
// the end of a schema that holds itself it has none.
func sampleArray(s *lexicons.Array, depth int) []any {
	number := max(least(s.MinLength), 1)
	if s.MaxLength != nil {
		number = min(number, *s.MaxLength)
	}
	elements := []any{}
	for range number {
		if depth > 1 { // so that what is in it can have what it requires
			elements = append(elements, sample(s.Items, depth-1))
		}
	}
	return elements
}

// sampleUnion is of the first type, or of one that nobody knows where an open
// union names none.
func sampleUnion(s *lexicons.Union, depth int) map[string]any {
	if len(s.Targets) == 0 {
		return map[string]any{"$type": "com.example.thing"}
	}
	object, ok := sample(s.Targets[0], depth).(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	object["$type"] = definitionName(s.Targets[0].At())
	return object
}

// definitionName is the name by which other documents refer to a definition.
// Source: https://atproto.com/specs/lexicon#reference-ref
func definitionName(at lexicons.Pointer) string {
	document, fragment, _ := strings.Cut(string(at), ".json#/defs/")
	nsid := strings.ReplaceAll(document, "/", ".")
	if fragment == "main" {
		return nsid
	}
	return nsid + "#" + fragment
}

func sampleLink() map[string]any {
	return map[string]any{"$link": sampleFormats()[lexicons.FormatCID]}
}

func sampleMediaType(s *lexicons.Blob) string {
	if len(s.Accept) == 0 {
		return "application/octet-stream"
	}
	return strings.ReplaceAll(strings.Replace(s.Accept[0], "*/*", "application/octet-stream", 1), "*", "x-"+sampleText)
}

// sampleInteger is a plain 1 where the schema has no wishes.
func sampleInteger(s *lexicons.Integer) int64 {
	switch {
	case s.Const != nil:
		return *s.Const
	case s.Default != nil:
		return *s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Minimum != nil:
		return *s.Minimum
	case s.Maximum != nil:
		return *s.Maximum
	}
	return 1
}

// sampleString is of letters that are one byte and one grapheme each.
func sampleString(s *lexicons.String) string {
	switch {
	case s.Const != nil:
		return *s.Const
	case s.Default != nil:
		return *s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format != "":
		return sampleFormats()[s.Format]
	}
	text := sampleText + strings.Repeat("x", max(least(s.MinLength), least(s.MinGraphemes), len(sampleText))-len(sampleText))
	for _, longest := range []*int{s.MaxLength, s.MaxGraphemes} {
		if longest != nil {
			text = text[:min(len(text), *longest)]
		}
	}
	return text
}

func least(bound *int) int {
	if bound == nil {
		return 0
	}
	return *bound
}

// sampleParameter writes a value as the values of a query parameter.
// Source: https://atproto.com/specs/xrpc#lexicon-http-endpoints
func sampleParameter(schema lexicons.Schema) []string {
	switch value := sample(schema, maxSampleDepth).(type) {
	case []any:
		written := make([]string, 0, len(value))
		for _, element := range value {
			written = append(written, fmt.Sprint(element))
		}
		return written
	case map[string]any: // of any type at all
		return []string{sampleText}
	default:
		return []string{fmt.Sprint(value)}
	}
}

func sampleFormats() map[string]string {
	return map[string]string{
		lexicons.FormatATIdentifier: "did:plc:pdsconformpdsconformpdsc",
		lexicons.FormatATURI:        "at://did:plc:pdsconformpdsconformpdsc/com.example.thing/1",
		lexicons.FormatCID:          "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
		lexicons.FormatDatetime:     "2023-04-18T12:00:00.000Z",
		lexicons.FormatDID:          "did:plc:pdsconformpdsconformpdsc",
		lexicons.FormatHandle:       "pdsconform.test",
		lexicons.FormatLanguage:     "en",
		lexicons.FormatNSID:         "com.example.thing",
		lexicons.FormatRecordKey:    "self",
		lexicons.FormatTID:          "3jzfcijpj2z2a",
		lexicons.FormatURI:          "https://example.com/",
	}
}
