package lexval

import (
	"fmt"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Validator is a compiled schema, safe for use by several goroutines.
type Validator struct{ rule rule }

// rule is one node of a compiled schema.
type rule interface {
	check(value any) *Problem
}

// Check returns the first *Problem of a value, or nil; properties are visited
// in the order of the document. Members that are absent and have a default are
// added to maps on the way.
func (v *Validator) Check(value any) *Problem { return v.rule.check(value) }

// check makes a validator a rule within others.
func (v *Validator) check(value any) *Problem { return v.rule.check(value) }

// Compiler turns schemas into validators and remembers them, so that schemas
// which contain themselves are compiled once. It serves one goroutine.
type Compiler struct {
	known     map[lexicons.Schema]*Validator
	omissions *Omissions // nil for a reader that misses nothing
}

// NewCompiler returns a compiler that knows nothing yet.
func NewCompiler() *Compiler { return &Compiler{known: map[lexicons.Schema]*Validator{}} }

// Compile returns the validator of a schema. A schema that is no type of value,
// a query for example, is an error.
func (c *Compiler) Compile(schema lexicons.Schema) (*Validator, error) {
	_, isRef := schema.(*lexicons.Ref)
	schema = lexicons.Deref(schema)
	if isRef && schema == nil { // the document that it names is not at hand
		return &Validator{rule: anyRule{}}, nil
	}
	if known, ok := c.known[schema]; ok {
		return known, nil
	}
	validator := &Validator{}
	c.known[schema] = validator
	if c.omissions.misses(schema, "type") {
		validator.rule = anyRule{}
		return validator, nil
	}
	if c.omissions != nil {
		schema = c.omissions.loose(schema)
	}
	compiled, err := c.rule(schema)
	if err != nil {
		return nil, err
	}
	validator.rule = compiled
	return validator, nil
}

// anyRule takes any value.
type anyRule struct{}

func (anyRule) check(any) *Problem { return nil }

func (c *Compiler) rule(schema lexicons.Schema) (rule, error) {
	switch s := schema.(type) {
	case *lexicons.Boolean:
		return booleanRule{s.Const}, nil
	case *lexicons.Integer:
		return integerRule{s}, nil
	case *lexicons.String:
		return newStringRule(s)
	case *lexicons.Bytes:
		return bytesRule{s.MinLength, s.MaxLength}, nil
	case *lexicons.CIDLink:
		return linkRule{}, nil
	case *lexicons.Blob:
		return blobRule{s}, nil
	case *lexicons.Unknown:
		return unknownRule{}, nil
	case *lexicons.Token:
		return tokenRule{TypeName(s)}, nil
	case *lexicons.Array:
		return c.array(s)
	case *lexicons.Object:
		return c.object(s.Properties, s.Required, s.Nullable)
	case *lexicons.Record:
		return c.record(s)
	case *lexicons.Params:
		return c.object(s.Properties, s.Required, nil)
	case *lexicons.Union:
		return c.union(s)
	case nil:
		return nil, fmt.Errorf("compile a schema that is nil")
	}
	return nil, fmt.Errorf("%s: a %s is no type of value", schema.At(), schema.TypeName())
}

// TypeName is the name by which "$type" and token values call a definition:
// its document's NSID, and its own name unless that is main.
func TypeName(schema lexicons.Schema) string {
	path, pointer, _ := strings.Cut(string(schema.At()), "#")
	nsid := strings.ReplaceAll(strings.TrimSuffix(path, ".json"), "/", ".")
	name := strings.TrimPrefix(pointer, "/defs/")
	name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	if name == "main" {
		return nsid
	}
	return nsid + "#" + name
}
