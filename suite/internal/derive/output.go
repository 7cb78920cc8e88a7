package derive

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// itemsStep stands for the elements of an array in the path of a requirement.
const itemsStep = "items"

// output derives from what the document says of an answer's body. The bodies
// are judged wherever they come in a run, by Observer; here a case makes sure
// that one came which could show a violation.
func (b *builder) output() {
	output := b.method.Output
	if output == nil {
		b.add(must(EmptyOutput, "Success is answered without a body, since the document declares no output.", b.method.At()+"/type"),
			func(ctx context.Context, t *spec.Trial) { b.baseline(ctx, t) })
		return
	}
	b.add(must("output.media-type", fmt.Sprintf("Success is answered in %s.", output.Encoding), output.Pointer+"/encoding"),
		func(ctx context.Context, t *spec.Trial) { b.baseline(ctx, t) })
	if output.Schema == nil {
		return
	}
	b.add(must("output.type", "The answer's body is a JSON object.", output.Schema.At()),
		func(ctx context.Context, t *spec.Trial) { b.baseline(ctx, t) })
	if object := output.Object(); object != nil {
		b.members(nil, object, map[lexicons.Pointer]bool{})
	}
}

// members adds the requirements on the properties of an object. The pointers
// of the objects above it end a schema that holds itself.
func (b *builder) members(path []string, object *lexicons.Object, above map[lexicons.Pointer]bool) {
	if above[object.At()] {
		return
	}
	above[object.At()] = true
	defer delete(above, object.At())
	for _, property := range object.Properties {
		inner := append(append([]string(nil), path...), property.Name)
		if object.Requires(property.Name) {
			title := fmt.Sprintf("Every answer holds %s.", words(inner))
			b.add(must(outputID(inner, "required"), title, requiredPointer(object)), b.seen(path))
		}
		b.node(inner, property.Schema, above)
	}
}

// node adds the requirements on the values at one path.
func (b *builder) node(path []string, schema lexicons.Schema, above map[lexicons.Pointer]bool) {
	resolved := lexicons.Deref(schema)
	b.add(must(outputID(path, "type"), fmt.Sprintf("In an answer, %s is %s.", words(path), typeWords(schema)), resolved.At()), b.seen(path))
	switch s := resolved.(type) {
	case *lexicons.String:
		if s.Format != "" {
			b.add(must(outputID(path, "format"), fmt.Sprintf("In an answer, %s is a well-formed %s.", words(path), s.Format), s.Pointer+"/format"), b.seen(path))
		}
		if bounded(s) {
			b.bounds(path, s)
		}
	case *lexicons.Integer:
		if s.Minimum != nil || s.Maximum != nil || s.Const != nil || len(s.Enum) > 0 {
			b.bounds(path, s)
		}
	case *lexicons.Array:
		if s.MinLength != nil || s.MaxLength != nil {
			b.bounds(path, s)
		}
		b.node(append(append([]string(nil), path...), itemsStep), s.Items, above)
	case *lexicons.Object:
		b.members(path, s, above)
	}
}

func bounded(s *lexicons.String) bool {
	return s.MinLength != nil || s.MaxLength != nil || s.MinGraphemes != nil || s.MaxGraphemes != nil || s.Const != nil || len(s.Enum) > 0
}

func (b *builder) bounds(path []string, schema lexicons.Schema) {
	b.add(must(outputID(path, "bounds"), fmt.Sprintf("In an answer, %s is within the document's bounds.", words(path)), schema.At()), b.seen(path))
}

// seen passes where an answer held at least one value at a path: otherwise
// nothing was shown. A member that is there in one state of an account alone is
// looked for in that state.
func (b *builder) seen(path []string) checkFunc {
	return func(ctx context.Context, t *spec.Trial) {
		exchange := b.baseline(ctx, t).Exchange
		decoded, err := exchange.JSON()
		if err != nil {
			t.Fail("a JSON object", check.Answer(exchange)+" with a body that is no JSON")
		}
		if !holds(decoded, path) && !b.seenInState(ctx, t, path) {
			t.NotObserved("no answer held %s", words(path))
		}
	}
}

// seenInState brings the state about, where the target has what that takes. No
// target has to know the state: what keeps it away is a reason of its own.
func (b *builder) seenInState(ctx context.Context, t *spec.Trial, path []string) (seen bool) {
	if len(path) == 0 {
		return false
	}
	state, known := b.recipe.States[path[0]]
	if !known || slices.ContainsFunc(state.Needs, func(c target.Capability) bool { return t.Target().Missing(c) != nil }) {
		return false
	}
	t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) {
		decoded, err := state.Answer(ctx, t).JSON()
		seen = err == nil && holds(decoded, path)
	})
	return seen
}

func holds(value any, path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch v := value.(type) {
	case map[string]any:
		member, ok := v[path[0]]
		return ok && holds(member, path[1:])
	case []any:
		for _, element := range v {
			if path[0] == itemsStep && holds(element, path[1:]) {
				return true
			}
		}
	}
	return false
}

func outputID(path []string, facet string) string {
	if len(path) == 0 {
		return "output." + facet
	}
	return "output." + strings.Join(path, ".") + "." + facet
}

// words reads a path: "codes, in each element uses".
func words(path []string) string {
	if len(path) == 0 {
		return "the body"
	}
	text := ""
	for i, step := range path {
		switch {
		case step == itemsStep && i == len(path)-1:
			text = "each element of " + text
		case step == itemsStep:
			text += "[]"
		case text == "":
			text = step
		default:
			text += "." + step
		}
	}
	return text
}
