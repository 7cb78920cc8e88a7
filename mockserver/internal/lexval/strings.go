package lexval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/rivo/uniseg"
)

type stringRule struct {
	schema *lexicons.String
	format func(string) bool // nil where none is declared
}

func newStringRule(schema *lexicons.String) (rule, error) {
	format, known := formats()[schema.Format]
	if !known && schema.Format != "" {
		return nil, fmt.Errorf("%s: unknown string format %q", schema.At(), schema.Format)
	}
	return &stringRule{schema, format}, nil
}

func (r *stringRule) check(value any) *Problem {
	text, ok := value.(string)
	s := r.schema
	switch {
	case !ok:
		return must("be a string")
	case s.Const != nil && text != *s.Const:
		return must("be " + strconv.Quote(*s.Const))
	case s.Enum != nil && !slices.Contains(s.Enum, text):
		return must("be one of (" + strings.Join(s.Enum, "|") + ")")
	case s.MinLength != nil && len(text) < *s.MinLength:
		return must("not be shorter than " + strconv.Itoa(*s.MinLength) + " bytes")
	case s.MaxLength != nil && len(text) > *s.MaxLength:
		return must("not be longer than " + strconv.Itoa(*s.MaxLength) + " bytes")
	}
	if problem := r.checkGraphemes(text); problem != nil {
		return problem
	}
	if r.format != nil && !r.format(text) {
		return must("be a valid " + s.Format)
	}
	return nil
}

func (r *stringRule) checkGraphemes(text string) *Problem {
	s := r.schema
	if s.MinGraphemes == nil && s.MaxGraphemes == nil {
		return nil
	}
	count := uniseg.GraphemeClusterCount(text)
	switch {
	case s.MinGraphemes != nil && count < *s.MinGraphemes:
		return must("not be shorter than " + strconv.Itoa(*s.MinGraphemes) + " graphemes")
	case s.MaxGraphemes != nil && count > *s.MaxGraphemes:
		return must("not be longer than " + strconv.Itoa(*s.MaxGraphemes) + " graphemes")
	}
	return nil
}
