package schema

import "github.com/santhosh-tekuri/jsonschema/v5"

// requiredKeyword stands for "required" in translated schemas: the library
// itself tells of all absent members in one message, out of which not every
// name can be read again.
const requiredKeyword = "requiredMembers"

// registerRequired teaches a compiler to tell of each absent member by itself.
func registerRequired(compiler *jsonschema.Compiler) {
	compiler.RegisterExtension("lexicon-required", nil, requiredCompiler{})
}

type requiredCompiler struct{}

// Compile collects the names of one schema.
func (requiredCompiler) Compile(_ jsonschema.CompilerContext, schema map[string]any) (jsonschema.ExtSchema, error) {
	list, ok := schema[requiredKeyword].([]any)
	if !ok {
		return nil, nil
	}
	names := make(required, len(list))
	for i, name := range list {
		names[i] = name.(string)
	}
	return names, nil
}

type required []string

// Validate looks for each name in an object. The message of a violation is the
// name alone, at the keyword of the lexicon.
func (r required) Validate(context jsonschema.ValidationContext, value any) error {
	members, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	var absent []error
	for _, name := range r {
		if _, ok := members[name]; !ok {
			absent = append(absent, context.Error("required", "%s", name))
		}
	}
	if len(absent) == 0 {
		return nil
	}
	return jsonschema.ValidationError{}.Group(context.Error("", "lacks members"), absent...)
}
