package schema

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
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
		violation := Violation{Pointer: pointer, Keyword: keyword, Instance: unescape(leaf.InstanceLocation), Problem: leaf.Message}
		if keyword == "required" {
			violation.Property = leaf.Message
			violation.Problem = fmt.Sprintf("lacks the member %q", leaf.Message)
		}
		found = append(found, violation)
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
// translated, is no part of the lexicon; a member may have that name, though.
func lexiconPointer(location string) (lexicons.Pointer, string) {
	document, pointer, _ := strings.Cut(strings.TrimPrefix(location, "lex:///"), "#")
	steps := strings.Split(pointer, "/")
	node, keyword := steps[:len(steps)-1], steps[len(steps)-1]
	var kept []string
	for i := 0; i < len(node); i++ {
		kept = append(kept, node[i])
		if i+1 == len(node) || node[i] != "defs" && node[i] != "properties" {
			continue
		}
		i++ // a name, whatever it is
		kept = append(kept, node[i])
		if node[i-1] == "properties" && i+1 < len(node) && node[i+1] == "else" {
			i++
		}
	}
	return lexicons.Pointer(document + "#" + unescape(strings.Join(kept, "/"))), keyword
}

// unescape undoes the escaping of URLs, which the library adds to that of JSON
// pointers.
func unescape(pointer string) string {
	if plain, err := url.PathUnescape(pointer); err == nil {
		return plain
	}
	return pointer
}
