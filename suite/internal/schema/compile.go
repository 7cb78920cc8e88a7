// Package schema is the suite's reading of the lexicon: it turns documents into
// JSON Schema and holds answers against them.
//
// It must not know how the mock server reads the same documents, nor what a
// violation means for a verdict.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// resourceURL names a document as a resource, so that a violation's keyword
// location is the lexicon's own pointer.
func resourceURL(path string) string { return "lex:///" + path }

// Set holds the compiled schemas of a catalogue. It is safe for use by several
// goroutines.
type Set struct {
	compiled map[lexicons.Pointer]*jsonschema.Schema
	compiler *jsonschema.Compiler
}

// Compile turns every document of a catalogue into JSON Schema and compiles
// the input and output of each of its methods.
func Compile(catalog *lexicons.Catalog) (*Set, error) {
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft2020
	compiler.AssertFormat = true
	compiler.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, errors.New("nothing is loaded from outside the catalogue: " + url)
	}
	for name, valid := range formats() {
		compiler.Formats[name] = valid
	}
	registerBounds(compiler)
	registerRequired(compiler)
	for _, document := range catalog.Documents() {
		translated, err := json.Marshal(translateDocument(document))
		if err != nil {
			return nil, fmt.Errorf("translate lexicon %s: %w", document.ID, err)
		}
		if err := compiler.AddResource(resourceURL(document.Path), bytes.NewReader(translated)); err != nil {
			return nil, fmt.Errorf("translate lexicon %s: %w", document.ID, err)
		}
	}
	set := &Set{compiled: map[lexicons.Pointer]*jsonschema.Schema{}, compiler: compiler}
	for _, method := range catalog.Methods() {
		for _, body := range []*lexicons.Body{method.Input, method.Output} {
			if body == nil || body.Schema == nil {
				continue
			}
			if err := set.Add(body.Schema.At()); err != nil {
				return nil, fmt.Errorf("compile lexicon %s: %w", method.NSID, err)
			}
		}
	}
	return set, nil
}

// Add compiles the schema at a pointer, for which Validate may be called then.
// It must not run beside Validate.
func (s *Set) Add(pointer lexicons.Pointer) error {
	compiled, err := s.compiler.Compile("lex:///" + escape(string(pointer)))
	if err != nil {
		return err
	}
	s.compiled[pointer] = compiled
	return nil
}

// Validate holds a value, decoded with json.Number for numbers, against the
// schema at a pointer, and returns every violation, ordered by place. The
// schema must be the input or output of a method, or have been added by Add.
func (s *Set) Validate(pointer lexicons.Pointer, value any) []Violation {
	compiled := s.compiled[pointer]
	if compiled == nil {
		panic("schema: not compiled: " + string(pointer)) // a fault of the suite
	}
	err := compiled.Validate(tame(value))
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		panic("schema: validate: " + err.Error()) // a fault of the suite: no JSON value
	}
	return violations(invalid)
}
