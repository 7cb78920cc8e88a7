// Package strict decodes JSON that must be one value of known members, and says
// of one that isn't which member is wrong.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// FieldError is what is wrong with a JSON object, beginning with the name of a
// field.
type FieldError string

// Error returns the text.
func (e FieldError) Error() string { return string(e) }

// UnknownFieldError is the error of a member that the object can't have.
type UnknownFieldError struct{ Field string }

// Error names the member.
func (e *UnknownFieldError) Error() string { return e.Field + " is no field of this request" }

// Decode decodes a text into a value. Its errors are for whoever sent the text.
func Decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return explain(err, text, into)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body must be one JSON object")
	}
	return nil
}

// explain names the field where there is one, and what to write where a text
// was meant.
func explain(err error, text []byte, into any) error {
	var field FieldError
	if errors.As(err, &field) {
		return field
	}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return FieldError(wrongType.Field + " must not be " + article(wrongType.Value) + quoted(wrongType))
	}
	if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return &UnknownFieldError{strings.Trim(field, `"`)}
	}
	var syntax *json.SyntaxError
	if wrongType != nil || errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the body must be a JSON object")
	}
	return ofMember(err, text, into) // of a type that reads its own text
}

func article(kind string) string {
	kind, _, _ = strings.Cut(kind, " ") // of a number there is its text, too
	kind = map[string]string{"bool": "boolean"}[kind] + strings.TrimPrefix(kind, "bool")
	if strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

// quoted is what helps where a text was left without its quotes.
func quoted(wrong *json.UnmarshalTypeError) string {
	if wrong.Type.Kind() == reflect.String && (strings.HasPrefix(wrong.Value, "number") || wrong.Value == "bool") {
		return ", but a text: put it in quotes"
	}
	return ""
}

// ofMember begins an error with the member of an object that it is about, which
// its type doesn't know: the one that leads to it when it is decoded alone.
func ofMember(err error, text []byte, into any) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		alone, unwritten := json.Marshal(map[string]json.RawMessage{name: members[name]})
		target := reflect.New(reflect.TypeOf(into).Elem()).Interface()
		if unwritten == nil {
			if again := json.Unmarshal(alone, target); again != nil && again.Error() == err.Error() {
				return FieldError(name + ": " + err.Error())
			}
		}
	}
	return err
}
