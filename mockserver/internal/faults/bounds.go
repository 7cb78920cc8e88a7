package faults

import (
	"slices"
	"strings"
	"unicode"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Nobody would send more than this only to find out where a server stops.
const (
	mostText     = 32 << 10 // bytes
	mostElements = 1000
)

// boundsOf are the keywords that bound a value of the right type. A constant or
// a list of values leaves nothing to bound, nor does a format.
func boundsOf(schema lexicons.Schema) []string {
	switch s := schema.(type) {
	case *lexicons.Boolean:
		return present(bound{"const", s.Const != nil})
	case *lexicons.Integer:
		return append(present(bound{"minimum", s.Minimum != nil}, bound{"maximum", s.Maximum != nil}), listed(s.Const != nil, len(s.Enum) > 0)...)
	case *lexicons.String:
		if values := listed(s.Const != nil, len(s.Enum) > 0); len(values) > 0 || s.Format != "" {
			return values
		}
		return present(
			bound{"minLength", isAbove(s.MinLength, 0)}, bound{"maxLength", isBelow(s.MaxLength, mostText)},
			bound{"minGraphemes", isAbove(s.MinGraphemes, 0)}, bound{"maxGraphemes", isBelow(s.MaxGraphemes, mostText)},
		)
	case *lexicons.Bytes:
		return present(bound{"minLength", isAbove(s.MinLength, 0)}, bound{"maxLength", isBelow(s.MaxLength, mostText)})
	case *lexicons.Array:
		return present(bound{"minLength", isAbove(s.MinLength, 0)}, bound{"maxLength", isBelow(s.MaxLength, mostElements)})
	case *lexicons.Union:
		return present(bound{"closed", s.Closed})
	}
	return nil
}

// beyond is a value of the right type that a keyword of the schema doesn't allow.
func beyond(schema lexicons.Schema) (value any, possible bool) {
	keywords := boundsOf(schema)
	if len(keywords) == 0 {
		return nil, false
	}
	switch s := schema.(type) {
	case *lexicons.Integer:
		return map[string]func() int64{
			"minimum": func() int64 { return *s.Minimum - 1 }, "maximum": func() int64 { return *s.Maximum + 1 },
			"const": func() int64 { return *s.Const + 1 }, "enum": func() int64 { return slices.Max(s.Enum) + 1 },
		}[keywords[0]](), true
	case *lexicons.String:
		return map[string]func() string{
			"minLength": func() string { return "" }, "maxLength": func() string { return strings.Repeat("x", *s.MaxLength+1) },
			"minGraphemes": func() string { return "" }, "maxGraphemes": func() string { return strings.Repeat("x", *s.MaxGraphemes+1) },
			"const": func() string { return *s.Const + "x" }, "enum": func() string { return strings.Join(s.Enum, "") + "x" },
		}[keywords[0]](), true
	}
	return nil, false
}

type bound struct {
	keyword string
	there   bool
}

func present(bounds ...bound) []string {
	var keywords []string
	for _, b := range bounds {
		if b.there {
			keywords = append(keywords, b.keyword)
		}
	}
	return keywords
}

// listed is the keyword that lists values: one of a constant counts for both.
func listed(constant, enum bool) []string {
	return present(bound{"const", constant}, bound{"enum", enum && !constant})
}

func isAbove(bound *int, least int) bool { return bound != nil && *bound > least }
func isBelow(bound *int, most int) bool  { return bound != nil && *bound < most }

// dashed writes a keyword as IDs do: maxLength as max-length.
func dashed(keyword string) string {
	var b strings.Builder
	for _, letter := range keyword {
		if unicode.IsUpper(letter) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(letter))
	}
	return b.String()
}
