package lexval

import (
	"strconv"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

type arrayRule struct {
	items    rule
	min, max *int
}

func (c *Compiler) array(schema *lexicons.Array) (rule, error) {
	items, err := c.Compile(schema.Items)
	if err != nil {
		return nil, err
	}
	return arrayRule{items, schema.MinLength, schema.MaxLength}, nil
}

func (r arrayRule) check(value any) *Problem {
	list, ok := value.([]any)
	switch {
	case !ok:
		return must("be an array")
	case r.min != nil && len(list) < *r.min:
		return must("not have fewer than " + strconv.Itoa(*r.min) + " elements")
	case r.max != nil && len(list) > *r.max:
		return must("not have more than " + strconv.Itoa(*r.max) + " elements")
	}
	for i, item := range list {
		if problem := r.items.check(item); problem != nil {
			return problem.below(strconv.Itoa(i))
		}
	}
	return nil
}

type objectRule struct {
	properties []propertyRule
	undeclared []string // required, though no property describes them
}

type propertyRule struct {
	name               string
	rule               rule
	required, nullable bool
	fallback           any // the default, or nil
}

func (c *Compiler) object(properties []lexicons.Property, required, nullable []string) (rule, error) {
	object := &objectRule{undeclared: required}
	for _, property := range properties {
		validator, err := c.Compile(property.Schema)
		if err != nil {
			return nil, err
		}
		object.properties = append(object.properties, propertyRule{
			name:     property.Name,
			rule:     validator,
			required: contains(required, property.Name),
			nullable: contains(nullable, property.Name),
			fallback: fallback(lexicons.Deref(property.Schema)),
		})
		object.undeclared = without(object.undeclared, property.Name)
	}
	return object, nil
}

// fallback is the default of a schema, or nil.
func fallback(schema lexicons.Schema) any {
	switch s := schema.(type) {
	case *lexicons.Boolean:
		if s.Default != nil {
			return *s.Default
		}
	case *lexicons.Integer:
		if s.Default != nil {
			return *s.Default
		}
	case *lexicons.String:
		if s.Default != nil {
			return *s.Default
		}
	}
	return nil
}

func (r *objectRule) check(value any) *Problem {
	if !isObject(value) {
		return must("be an object")
	}
	for i := range r.properties {
		if problem := r.properties[i].checkIn(value); problem != nil {
			return problem
		}
	}
	for _, name := range r.undeclared {
		if _, present := member(value, name); !present {
			return lacks(name)
		}
	}
	return nil
}

func (p *propertyRule) checkIn(container any) *Problem {
	value, present := member(container, p.name)
	switch {
	case present && value == nil && p.nullable:
		return nil
	case present:
		if problem := p.rule.check(value); problem != nil {
			return problem.below(p.name)
		}
		return nil
	case p.fallback != nil:
		if members, ok := container.(map[string]any); ok {
			members[p.name] = p.fallback
			return nil
		}
	}
	if p.required {
		return lacks(p.name)
	}
	return nil
}

func lacks(name string) *Problem { return must("have the property " + strconv.Quote(name)) }

type unionRule struct {
	variants map[string]rule // by type name
	closed   bool
}

func (c *Compiler) union(schema *lexicons.Union) (rule, error) {
	union := unionRule{map[string]rule{}, schema.Closed}
	for i, target := range schema.Targets {
		if target == nil { // its document is not at hand
			union.variants[strings.TrimSuffix(schema.Refs[i], "#main")] = anyRule{}
			continue
		}
		validator, err := c.Compile(target)
		if err != nil {
			return nil, err
		}
		union.variants[TypeName(target)] = validator
	}
	return union, nil
}

func (r unionRule) check(value any) *Problem {
	if !isObject(value) {
		return must("be an object")
	}
	named, _ := member(value, "$type")
	name, ok := named.(string)
	variant, known := r.variants[name]
	switch {
	case !ok || name == "":
		return must(`have a "$type" that is a string`)
	case strings.HasSuffix(name, "#main"):
		return must(`have a "$type" without the suffix "#main"`)
	case known:
		return variant.check(value)
	case r.closed:
		return must(`have a "$type" that the union lists`)
	}
	return nil
}

// recordRule is for the object of a record, which says what it is.
// Source: https://atproto.com/specs/lexicon#when-to-use-type
type recordRule struct {
	name   string
	object rule
}

func (c *Compiler) record(schema *lexicons.Record) (rule, error) {
	object, err := c.Compile(schema.Record)
	if err != nil {
		return nil, err
	}
	return recordRule{TypeName(schema), object}, nil
}

func (r recordRule) check(value any) *Problem {
	if problem := r.object.check(value); problem != nil {
		return problem
	}
	if named, _ := member(value, "$type"); named != r.name {
		return must(`have the "$type" ` + strconv.Quote(r.name))
	}
	return nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

func without(names []string, name string) []string {
	var kept []string
	for _, n := range names {
		if n != name {
			kept = append(kept, n)
		}
	}
	return kept
}
