package derive

import (
	"github.com/pdsconform/pdsconform/lexicons"
)

// wrongValue is a value of a type that a schema does not allow.
type wrongValue struct {
	name  string // part of an ID
	words string
	value any
}

// jsonValues has one value of each JSON type, chosen so that a server that
// converts types on the quiet would take it.
func jsonValues() []wrongValue {
	return []wrongValue{
		{"string", "a string", "1"},
		{"integer", "a number", 1},
		{"fraction", "a fraction", 1.5},
		{"boolean", "a boolean", true},
		{"null", "null", nil},
		{"array", "an array", []any{"1"}},
		{"object", "an object", map[string]any{"a": "1"}},
	}
}

// wrongValues returns the values whose type does not fit a schema.
func wrongValues(schema lexicons.Schema) []wrongValue {
	allowed := map[string]bool{}
	switch lexicons.Deref(schema).(type) {
	case *lexicons.String, *lexicons.Token:
		allowed["string"] = true
		allowed["fraction"] = true // a number says it already
	case *lexicons.Integer:
		allowed["integer"] = true
	case *lexicons.Boolean:
		allowed["boolean"] = true
		allowed["fraction"] = true
	case *lexicons.Array:
		allowed["array"] = true
		allowed["fraction"] = true
	default: // every other type is an object in JSON
		allowed["object"] = true
		allowed["fraction"] = true
	}
	var wrong []wrongValue
	for _, value := range jsonValues() {
		if !allowed[value.name] {
			wrong = append(wrong, value)
		}
	}
	return wrong
}

func typeWords(schema lexicons.Schema) string {
	switch lexicons.Deref(schema).(type) {
	case *lexicons.String, *lexicons.Token:
		return "a string"
	case *lexicons.Integer:
		return "a whole number"
	case *lexicons.Boolean:
		return "a boolean"
	case *lexicons.Array:
		return "an array"
	default:
		return "an object"
	}
}

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
	case *lexicons.Array:
		if depth == 0 {
			return []any{}
		}
		return []any{sample(s.Items, depth-1)}
	case *lexicons.Object:
		object := map[string]any{}
		for _, property := range s.Properties {
			if s.Requires(property.Name) && depth > 0 {
				object[property.Name] = sample(property.Schema, depth-1)
			}
		}
		return object
	default:
		return map[string]any{}
	}
}

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
	text := "pdsconform"
	for s.MinLength != nil && len(text) < *s.MinLength {
		text += "x"
	}
	if s.MaxLength != nil && len(text) > *s.MaxLength {
		text = text[:*s.MaxLength]
	}
	return text
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
