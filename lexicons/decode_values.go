package lexicons

import (
	"cmp"
	"slices"
)

// fixed reports a default beside the only value there can be.
func fixed[T any](d *decoder, v value, only, fallback *T) {
	if only != nil && fallback != nil {
		d.wrong(v.pointer.child("default"), "stands beside const, which allows one value: remove one of the two")
	}
}

// impossible reports keywords of a field that no value can meet. That does no
// harm before a requirement would need such a value.
func (d *decoder) impossible(v value, keyword, format string, arguments ...any) {
	d.wrong(v.pointer.child(keyword), format, arguments...)
	d.document.useless[v.pointer] = d.problems[len(d.problems)-1]
}

// bounds reports bounds that no value can meet.
func bounds[T cmp.Ordered](d *decoder, v value, lower string, least *T, upper string, most *T) {
	if least != nil && most != nil && *least > *most {
		d.impossible(v, lower, "is %v, above %s, which is %v: no value could be valid", *least, upper, *most)
	}
}

// namedValues are the values that a field's keywords name.
type namedValues struct {
	choices         bool             // whether there is an enum
	only, fallback  any              // const and default, nil where absent
	chosen, allowed func(v any) bool // whether the enum, and the bounds, hold a value
}

// choices reports a const or a default that the field itself excludes.
func (d *decoder) choices(v value, named namedValues) {
	if named.only != nil && named.choices && !named.chosen(named.only) {
		d.impossible(v, "const", "is not among the values of enum: no value could be valid")
	}
	if named.only != nil && !named.allowed(named.only) {
		d.impossible(v, "const", "is outside the bounds: no value could be valid")
	}
	if named.fallback != nil && (named.choices && !named.chosen(named.fallback) || !named.allowed(named.fallback)) {
		d.wrong(v.pointer.child("default"), "is a value that is not valid here: correct it, or the enum and the bounds")
	}
}

func integerValues(s *Integer) namedValues {
	named := namedValues{
		choices: len(s.Enum) > 0,
		chosen:  func(v any) bool { return slices.Contains(s.Enum, v.(int64)) },
		allowed: func(v any) bool {
			n := v.(int64)
			return (s.Minimum == nil || n >= *s.Minimum) && (s.Maximum == nil || n <= *s.Maximum)
		},
	}
	if s.Const != nil {
		named.only = *s.Const
	}
	if s.Default != nil {
		named.fallback = *s.Default
	}
	return named
}

// stringValues leaves graphemes out: they can't be counted here.
func stringValues(s *String) namedValues {
	named := namedValues{
		choices: len(s.Enum) > 0,
		chosen:  func(v any) bool { return slices.Contains(s.Enum, v.(string)) },
		allowed: func(v any) bool {
			n := len(v.(string))
			return (s.MinLength == nil || n >= *s.MinLength) && (s.MaxLength == nil || n <= *s.MaxLength)
		},
	}
	if s.Const != nil {
		named.only = *s.Const
	}
	if s.Default != nil {
		named.fallback = *s.Default
	}
	return named
}
