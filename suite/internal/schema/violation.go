package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Violation is one way in which a value does not fit its schema.
type Violation struct {
	Pointer  lexicons.Pointer // of the lexicon node that is violated
	Keyword  string           // "type", "required", "format", "enum", …
	Property string           // with "required": the absent member
	Instance string           // where in the value, as a JSON pointer, "" for the whole
	Problem  string           // in words
}

// Place words where in the value the violation is.
func (v Violation) Place() string {
	if v.Instance == "" {
		return "the body"
	}
	return v.Instance
}

// violations flattens a validation error to its leaves, ordered by place and
// keyword since the library reports them in the order of a map.
func violations(invalid *jsonschema.ValidationError) []Violation {
	var found []Violation
	for _, leaf := range leaves(invalid) {
		pointer, keyword := lexiconPointer(leaf.AbsoluteKeywordLocation)
		violation := Violation{Pointer: pointer, Keyword: keyword, Instance: leaf.InstanceLocation, Problem: leaf.Message}
		if keyword != "required" {
			found = append(found, violation)
			continue
		}
		for _, name := range missing(leaf.Message) {
			violation.Property = name
			violation.Problem = fmt.Sprintf("the member %q is absent", name)
			found = append(found, violation)
		}
	}
	slices.SortFunc(found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Property, b.Property))
	})
	return slices.CompactFunc(found, func(a, b Violation) bool {
		return a.Instance == b.Instance && a.Pointer == b.Pointer && a.Keyword == b.Keyword && a.Property == b.Property
	})
}

func leaves(invalid *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(invalid.Causes) == 0 {
		return []*jsonschema.ValidationError{invalid}
	}
	var found []*jsonschema.ValidationError
	for _, cause := range invalid.Causes {
		found = append(found, leaves(cause)...)
	}
	return found
}

// lexiconPointer splits an absolute keyword location into the pointer of the
// lexicon node and the keyword. "else", by which nullable members are
// translated, is no part of the lexicon.
func lexiconPointer(location string) (lexicons.Pointer, string) {
	location = strings.TrimPrefix(location, "lex:///")
	cut := strings.LastIndex(location, "/")
	node, keyword := location[:cut], location[cut+1:]
	return lexicons.Pointer(strings.TrimSuffix(node, "/else")), keyword
}

// missing reads the names out of the library's message on "required".
func missing(message string) []string {
	_, list, _ := strings.Cut(message, ": ")
	var names []string
	for _, quoted := range strings.Split(list, ", ") {
		name, err := strconv.Unquote(`"` + strings.Trim(quoted, "'") + `"`)
		if err != nil {
			name = strings.Trim(quoted, "'")
		}
		names = append(names, name)
	}
	return names
}
