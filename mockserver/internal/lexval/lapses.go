package lexval

import (
	"encoding/json"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Lapses are the places of a schema at which a reader does not look: keys are
// the pointers of the properties' schemas. The zero value misses nothing.
type Lapses struct {
	Absent   map[lexicons.Pointer]bool // required, and missed by nobody
	Untyped  map[lexicons.Pointer]bool // made into the type, whatever it is
	Unformed map[lexicons.Pointer]bool // a string's format is not looked at

	schema    lexicons.Schema
	validator *Validator
}

func (l *Lapses) none() bool { return len(l.Absent)+len(l.Untyped)+len(l.Unformed) == 0 }

// Compile has to be called before Take.
func (l *Lapses) Compile(schema lexicons.Schema) (err error) {
	if l.none() {
		return nil
	}
	l.schema = schema
	l.validator, err = NewCompiler().Compile(l.loosen(schema))
	return err
}

// Take reports whether an input passes that the schema refuses. Values of the
// wrong type are replaced then.
func (l *Lapses) Take(members map[string]any) bool {
	if l.none() {
		return false
	}
	l.coerce(l.schema, members)
	return l.validator.Check(members) == nil
}

// loosen copies the containers of a schema, without what is not looked at.
// What lies behind a union stays as it is.
func (l *Lapses) loosen(schema lexicons.Schema) lexicons.Schema {
	switch s := lexicons.Deref(schema).(type) {
	case *lexicons.Object:
		loose := *s
		loose.Required = nil
		for _, name := range s.Required {
			if property := s.Property(name); property == nil || !l.Absent[property.At()] {
				loose.Required = append(loose.Required, name)
			}
		}
		loose.Properties = nil
		for _, property := range s.Properties {
			loose.Properties = append(loose.Properties, lexicons.Property{Name: property.Name, Schema: l.loosen(property.Schema)})
		}
		return &loose
	case *lexicons.Array:
		loose := *s
		loose.Items = l.loosen(s.Items)
		return &loose
	case *lexicons.String:
		loose := *s
		if l.Unformed[s.At()] || l.Untyped[s.At()] {
			loose.Format = ""
		}
		return &loose
	}
	return schema
}

// coerce makes values into what the schema says, where that is not looked at.
func (l *Lapses) coerce(schema lexicons.Schema, value any) any {
	schema = lexicons.Deref(schema)
	if l.Untyped[schema.At()] {
		value = coerced(schema, value)
	}
	switch s := schema.(type) {
	case *lexicons.Object:
		members, _ := value.(map[string]any)
		for _, property := range s.Properties {
			if inner, present := members[property.Name]; present {
				members[property.Name] = l.coerce(property.Schema, inner)
			}
		}
	case *lexicons.Array:
		list, _ := value.([]any)
		for i, item := range list {
			list[i] = l.coerce(s.Items, item)
		}
	}
	return value
}

// coerced is a value of the schema's type: the value itself, where it is one,
// or what comes nearest.
func coerced(schema lexicons.Schema, value any) any {
	text, isText := value.(string)
	switch schema.(type) {
	case *lexicons.String:
		if !isText {
			json, _ := Append(nil, value)
			return string(json)
		}
	case *lexicons.Integer:
		if _, whole := wholeNumber(value); whole {
			return value
		}
		if _, whole := wholeNumber(json.Number(text)); isText && integerText.MatchString(text) && whole {
			return json.Number(text)
		}
		return int64(1)
	case *lexicons.Boolean:
		if _, isTruth := value.(bool); !isTruth {
			return value != nil && text != "" && text != "false"
		}
	case *lexicons.Array:
		if _, isList := value.([]any); !isList {
			return []any{}
		}
	case *lexicons.Object:
		if !isObject(value) {
			return map[string]any{}
		}
	}
	return value
}
