// Package lexval is the mock's own reading of the lexicon language: what makes
// a value valid, and how parameters are read from a query. It must not know
// HTTP, nor how anyone else reads the language.
//
// A value is a string, bool, int64, json.Number, nil, []any, map[string]any or
// Object; nothing else is ever valid.
package lexval

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Object is a JSON object that keeps the order of its members.
type Object []Member

// Member is one name with its value.
type Member struct {
	Name  string
	Value any
}

// member returns the named member of a map or an Object.
func member(container any, name string) (any, bool) {
	switch c := container.(type) {
	case map[string]any:
		value, ok := c[name]
		return value, ok
	case Object:
		for _, m := range c {
			if m.Name == name {
				return m.Value, true
			}
		}
	}
	return nil, false
}

// AsIs returns a value to which Check adds no defaults: its maps are Objects.
func AsIs(value any) any {
	switch v := value.(type) {
	case map[string]any:
		object := make(Object, 0, len(v))
		for name, inner := range v {
			object = append(object, Member{name, AsIs(inner)})
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = AsIs(item)
		}
		return list
	}
	return value
}

func isObject(value any) bool {
	switch value.(type) {
	case map[string]any, Object:
		return true
	}
	return false
}

// Strings turns a list of strings into a value.
func Strings(texts []string) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = text
	}
	return values
}

// Values are the members of an input or the parameters of a query, after a
// check: what the lexicon requires is there and has the type that it says.
type Values map[string]any

// String returns a string, or "" where it is absent.
func (v Values) String(name string) string {
	text, _ := v[name].(string)
	return text
}

// Boolean returns a boolean, or false where it is absent.
func (v Values) Boolean(name string) bool {
	truth, _ := v[name].(bool)
	return truth
}

// Integer returns an integer, or 0 where it is absent.
func (v Values) Integer(name string) int64 {
	number, _ := wholeNumber(v[name])
	return number.value
}

// Strings returns a list of strings, and whether it is present.
func (v Values) Strings(name string) ([]string, bool) {
	list, ok := v[name].([]any)
	if !ok {
		return nil, false
	}
	texts := make([]string, 0, len(list))
	for _, item := range list {
		text, _ := item.(string)
		texts = append(texts, text)
	}
	return texts, true
}

// ErrNoContainer is what Decode returns for JSON whose top level is neither an
// object nor an array.
var ErrNoContainer = errors.New("neither an object nor an array")

// Decode reads one JSON text whose top level is an object or an array. A
// leading byte order mark is skipped; of members of one name the last counts.
func Decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	switch value.(type) {
	case map[string]any, []any:
		return value, nil
	}
	return nil, ErrNoContainer
}
