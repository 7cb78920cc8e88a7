package client

import (
	"bytes"
	_ "embed" // for the table of calls
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// Protocol is the name and version of the driver protocol.
const Protocol = "pdsconform.driver/v1"

//go:embed protocol.json
var protocolText []byte

// Call is one call that a driver is asked for.
type Call struct {
	Name    string          `json:"call"`
	Does    string          `json:"does"`
	Methods []string        `json:"methods"` // what is asked of the server, by the last part of the NSID
	Args    json.RawMessage `json:"args"`    // a JSON Schema
	Value   json.RawMessage `json:"value"`   // a JSON Schema
	Example struct {
		Call    json.RawMessage `json:"call"`
		Outcome json.RawMessage `json:"outcome"`
	} `json:"example"`
}

// CallError is what a client made of an answer that is an error: the name and
// the status that the server gave, where there was an answer, and a message.
type CallError struct {
	Name    string `json:"name"`
	Status  int    `json:"status"`
	Message string `json:"message"`
}

// Calls returns the table of the protocol. Its text is part of the program, so
// that it can always be read.
func Calls() []Call { return slices.Clone(protocol().calls) }

type compiledProtocol struct {
	calls  []Call
	values map[string]*jsonschema.Schema
}

// protocol reads the table once; a mistake in it is a fault of the program.
var protocol = sync.OnceValue(func() compiledProtocol {
	var table struct{ Calls []Call }
	if err := json.Unmarshal(protocolText, &table); err != nil {
		panic("client: protocol.json: " + err.Error())
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("driver:///driver.json", bytes.NewReader(schemaOf(table.Calls))); err != nil {
		panic("client: protocol.json: " + err.Error())
	}
	compiled := compiledProtocol{calls: table.Calls, values: map[string]*jsonschema.Schema{}}
	for _, one := range table.Calls {
		compiled.values[one.Name] = compiler.MustCompile("driver:///driver.json#/$defs/values/" + one.Name)
	}
	return compiled
})

// Schema returns the JSON Schema of the protocol: what a line of a driver's
// standard input is, and, under $defs/outcome, what a line of its output is.
func Schema() []byte { return schemaOf(protocol().calls) }

func schemaOf(calls []Call) []byte {
	var lines []any
	values := map[string]any{}
	for _, one := range calls {
		lines = append(lines, map[string]any{"properties": map[string]any{"call": map[string]any{"const": one.Name}, "args": one.Args}})
		values[one.Name] = one.Value
	}
	text, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": Protocol, "$ref": "#/$defs/call",
		"$defs": map[string]any{
			"call": map[string]any{
				"type": "object", "required": []string{"call", "args"}, "anyOf": lines,
				"properties": map[string]any{"call": map[string]any{"type": "string"}, "args": map[string]any{"type": "object"}},
			},
			"outcome": outcomeSchema(),
			"values":  values,
		},
	}, "", "  ")
	if err != nil {
		panic("client: schema of the protocol: " + err.Error())
	}
	return append(text, '\n')
}

// outcomeSchema is that of a line by which a driver answers.
func outcomeSchema() any {
	text := map[string]any{"type": "string"}
	return map[string]any{"type": "object", "oneOf": []any{
		map[string]any{"required": []string{"value"}},
		map[string]any{"required": []string{"error"}, "properties": map[string]any{"error": map[string]any{
			"type": "object", "required": []string{"name", "message"},
			"properties": map[string]any{"name": text, "status": map[string]any{"type": "integer"}, "message": text},
		}}},
		map[string]any{"required": []string{"notOffered"}, "properties": map[string]any{"notOffered": map[string]any{"const": true}}},
	}}
}

// checkValue holds the value of a call against the protocol.
func checkValue(name string, value json.RawMessage) error {
	var decoded any
	if err := json.Unmarshal(value, &decoded); err != nil {
		return err
	}
	err := protocol().values[name].Validate(decoded)
	if err == nil {
		return nil
	}
	invalid := err.(*jsonschema.ValidationError) //nolint:errorlint,forcetypeassert // what Validate returns
	for len(invalid.Causes) > 0 {
		invalid = invalid.Causes[0]
	}
	at := invalid.InstanceLocation
	if at == "" {
		at = "the value"
	}
	return fmt.Errorf("%s: %s", at, invalid.Message)
}
