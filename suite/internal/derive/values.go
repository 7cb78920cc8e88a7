package derive

import (
	"encoding/json"

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

// literalText is the text that stands between the quotation marks of JSON.
func literalText(raw string) string {
	var text string
	_ = json.Unmarshal([]byte(`"`+raw+`"`), &text) // the raw texts are the suite's own
	return text
}
