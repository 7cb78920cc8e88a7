package lexval

import (
	"encoding/json"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Omissions are what a reader of a schema does not look at: each the pointer of a
// value's schema and a keyword of it. "type" stands for the whole value, and
// "required" at a member's own schema for its presence. The zero value misses
// nothing.
type Omissions struct {
	missed    map[lexicons.Pointer]bool
	schema    lexicons.Schema
	validator *Validator
}

// Miss adds a keyword that is not looked at.
func (l *Omissions) Miss(at lexicons.Pointer, keyword string) {
	if l.missed == nil {
		l.missed = map[lexicons.Pointer]bool{}
	}
	l.missed[at+"/"+lexicons.Pointer(keyword)] = true
}

func (l *Omissions) misses(schema lexicons.Schema, keyword string) bool {
	return l != nil && schema != nil && l.missed[schema.At()+"/"+lexicons.Pointer(keyword)]
}

// Compile has to be called before Take.
func (l *Omissions) Compile(schema lexicons.Schema) (err error) {
	if len(l.missed) == 0 {
		return nil
	}
	l.schema = schema
	compiler := NewCompiler()
	compiler.omissions = l
	l.validator, err = compiler.Compile(schema)
	return err
}

// Take reports whether an input passes that the schema refuses. Values of the
// wrong type are replaced then.
func (l *Omissions) Take(members map[string]any) bool {
	if len(l.missed) == 0 {
		return false
	}
	l.coerce(l.schema, members)
	return l.validator.Check(members) == nil
}

// loose is a schema without the keywords that are not looked at.
func (l *Omissions) loose(schema lexicons.Schema) lexicons.Schema {
	switch s := schema.(type) {
	case *lexicons.Boolean:
		loose := *s
		loose.Const = unless(l, s, "const", s.Const)
		return &loose
	case *lexicons.Integer:
		loose := *s
		loose.Const, loose.Enum = unless(l, s, "const", s.Const), unless(l, s, "enum", s.Enum)
		loose.Minimum, loose.Maximum = unless(l, s, "minimum", s.Minimum), unless(l, s, "maximum", s.Maximum)
		return &loose
	case *lexicons.String:
		loose := *s
		loose.Format, loose.Const, loose.Enum = unless(l, s, "format", s.Format), unless(l, s, "const", s.Const), unless(l, s, "enum", s.Enum)
		loose.MinLength, loose.MaxLength = unless(l, s, "minLength", s.MinLength), unless(l, s, "maxLength", s.MaxLength)
		loose.MinGraphemes, loose.MaxGraphemes = unless(l, s, "minGraphemes", s.MinGraphemes), unless(l, s, "maxGraphemes", s.MaxGraphemes)
		return &loose
	}
	return l.looseContainer(schema)
}

func (l *Omissions) looseContainer(schema lexicons.Schema) lexicons.Schema {
	switch s := schema.(type) {
	case *lexicons.Bytes:
		loose := *s
		loose.MinLength, loose.MaxLength = unless(l, s, "minLength", s.MinLength), unless(l, s, "maxLength", s.MaxLength)
		return &loose
	case *lexicons.Array:
		loose := *s
		loose.MinLength, loose.MaxLength = unless(l, s, "minLength", s.MinLength), unless(l, s, "maxLength", s.MaxLength)
		return &loose
	case *lexicons.Union:
		loose := *s
		loose.Closed = unless(l, s, "closed", s.Closed)
		return &loose
	case *lexicons.Object:
		loose := *s
		loose.Required = l.asked(s.Properties, s.Required)
		return &loose
	case *lexicons.Params:
		loose := *s
		loose.Required = l.asked(s.Properties, s.Required)
		return &loose
	}
	return schema
}

// unless is the value of a keyword, or its zero where it is not looked at.
func unless[T any](l *Omissions, schema lexicons.Schema, keyword string, value T) T {
	if l.misses(schema, keyword) {
		return *new(T)
	}
	return value
}

// asked are the members whose presence is looked at.
func (l *Omissions) asked(properties []lexicons.Property, required []string) []string {
	return slices.DeleteFunc(slices.Clone(required), func(name string) bool {
		return slices.ContainsFunc(properties, func(p lexicons.Property) bool {
			return p.Name == name && l.misses(p.Schema, "required")
		})
	})
}

// coerce makes values into what the schema says, where that is not looked at.
func (l *Omissions) coerce(schema lexicons.Schema, value any) any {
	schema = lexicons.Deref(schema)
	if l.misses(schema, "type") {
		value = coerced(schema, value)
	}
	switch s := schema.(type) {
	case *lexicons.Object:
		l.coerceMembers(s.Properties, value)
	case *lexicons.Params:
		l.coerceMembers(s.Properties, value)
	case *lexicons.Array:
		list, _ := value.([]any)
		for i, item := range list {
			list[i] = l.coerce(s.Items, item)
		}
	}
	return value
}

func (l *Omissions) coerceMembers(properties []lexicons.Property, value any) {
	members, _ := value.(map[string]any)
	for _, property := range properties {
		if inner, present := members[property.Name]; present {
			members[property.Name] = l.coerce(property.Schema, inner)
		}
	}
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
