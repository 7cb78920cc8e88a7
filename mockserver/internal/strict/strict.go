// Package strict decodes JSON that must be one value of known members, and says
// of one that isn't which member is wrong.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
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
		return explain(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body must be one JSON object")
	}
	return nil
}

// explain names the field where there is one.
func explain(err error) error {
	var field FieldError
	if errors.As(err, &field) {
		return field
	}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return FieldError(wrongType.Field + " must not be a " + wrongType.Value)
	}
	if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return &UnknownFieldError{strings.Trim(field, `"`)}
	}
	var syntax *json.SyntaxError
	if wrongType != nil || errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the body must be a JSON object")
	}
	return err // of a type that reads its own text
}
