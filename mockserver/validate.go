package mockserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// Validate holds a JSON value against the schema at a pointer, such as
// "com/atproto/server/createSession.json#/defs/main/input/schema", as the mock
// holds inputs and outputs. Defaults are not filled in: what is required has to
// be there.
//
// The error of a value that doesn't fit is a *ValueError. Any other error is of
// a pointer at which no type of value stands, or of a text that is not one JSON
// value.
func Validate(catalog *lexicons.Catalog, pointer string, value []byte) error {
	schema := catalog.Schema(lexicons.Pointer(pointer))
	if schema == nil {
		return fmt.Errorf("validate: no schema at %q: pointers look like com/example/thing.json#/defs/main", pointer)
	}
	validator, err := lexval.NewCompiler().Compile(schema)
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	decoded, err := decodeValue(value)
	if err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	if problem := validator.Check(lexval.AsIs(decoded)); problem != nil {
		return &ValueError{Pointer: pointer, Problem: problem.In("Value")}
	}
	return nil
}

// ValueError tells in which way a value doesn't fit its schema.
type ValueError struct {
	Pointer string // of the schema
	Problem string // the first thing that is wrong, with its place in the value
}

// Error returns the problem and the schema.
func (e *ValueError) Error() string { return e.Problem + " (" + e.Pointer + ")" }

func decodeValue(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not JSON: something follows the value")
	}
	return value, nil
}
