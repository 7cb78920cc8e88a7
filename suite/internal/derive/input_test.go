package derive

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

// breakages are the ways to break the input of a method, by the suffix of their
// requirements.
func breakages(t *testing.T, definitions string) (map[string]breakage, *builder, *schema.Set) {
	t.Helper()
	catalog := loaded(t, definitions)
	b := &builder{method: catalog.Method(invented), recipe: Recipe(catalog.Method(invented))}
	b.input()
	found := map[string]breakage{}
	for _, broken := range b.broken {
		found[broken.suffix] = broken
	}
	return found, b, compiled(t, catalog)
}

// TestBreakagesBreakOneThing holds every broken request against the schema: it
// violates that at which the requirement's source points, and the request
// before it violates nothing.
func TestBreakagesBreakOneThing(t *testing.T) {
	t.Parallel()
	for name, text := range everyType() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, b, set := breakages(t, procedure(`"v":`+text)+definitionsForSamples)
			for suffix, broken := range found {
				if strings.HasPrefix(suffix, "input.body.") || broken.disputed {
					continue
				}
				if broken.valid != nil {
					if violations := set.Validate(inputPointer, decoded(t, broken.valid(Sample(b.method)).Input)); len(violations) > 0 {
						t.Errorf("%s: the request before it is not valid: %+v", suffix, violations)
					}
				}
				violations := set.Validate(inputPointer, decoded(t, broken.apply(Sample(b.method)).Input))
				if len(violations) == 0 {
					t.Errorf("%s breaks nothing", suffix)
				}
				_, keyword, _ := strings.Cut(broken.source, "/defs/")
				keyword = keyword[strings.LastIndex(keyword, "/")+1:]
				if bound := slices.Contains([]string{"minimum", "maximum", "minLength", "maxLength", "minGraphemes", "maxGraphemes", "enum", "const"}, keyword); bound &&
					len(violations) != 1 {
					t.Errorf("%s breaks %+v, and ought to break %s alone", suffix, violations, keyword)
				}
			}
		})
	}
}

const deepInput = `"main":{"type":"procedure","input":{"encoding":"application/json","schema":{"type":"object","properties":{
	"who":{"type":"ref","ref":"#who"},
	"notes":{"type":"array","minLength":2,"items":{"type":"object","required":["text"],"nullable":["tag"],"properties":{
		"text":{"type":"string","maxLength":5},"tag":{"type":"string"}}}}}}}},
	"who":{"type":"object","required":["did"],"properties":{"did":{"type":"string","format":"did"},"age":{"type":"integer","minimum":1,"maximum":9},
		"friends":{"type":"array","items":{"type":"ref","ref":"#who"}}}}`

// TestDeepInput derives from members of nested objects and arrays and from
// behind refs, and ends where a schema holds itself.
func TestDeepInput(t *testing.T) {
	t.Parallel()
	found, b, _ := breakages(t, deepInput)
	for suffix, want := range map[string]string{
		"input.who.did.required":            `{"who":{}}`,
		"input.who.did.type.null":           `{"who":{"did":null}}`,
		"input.who.did.format.no-method":    ``,
		"input.who.age.minimum":             `{"who":{"age":0,"did":"did:plc:pdsconformpdsconformpdsc"}}`,
		"input.who.age.maximum":             `{"who":{"age":10,"did":"did:plc:pdsconformpdsconformpdsc"}}`,
		"input.who.friends.type.string":     `{"who":{"did":"did:plc:pdsconformpdsconformpdsc","friends":"1"}}`,
		"input.who.friends.items.type.null": `{"who":{"did":"did:plc:pdsconformpdsconformpdsc","friends":[null]}}`,
		"input.notes.min-length":            `{"notes":[{"text":"pdsco"}]}`,
		"input.notes.items.text.required":   `{"notes":[{},{"text":"pdsco"}]}`,
		"input.notes.items.text.max-length": `{"notes":[{"text":"xxxxxx"},{"text":"pdsco"}]}`,
		"input.notes.items.tag.type.array":  `{"notes":[{"tag":["1"],"text":"pdsco"},{"text":"pdsco"}]}`,
	} {
		broken, there := found[suffix]
		if !there {
			if want != "" {
				t.Errorf("there is no requirement %s", suffix)
			}
			continue
		}
		got, err := json.Marshal(broken.apply(Sample(b.method)).Input)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); want != "" && diff != "" {
			t.Errorf("%s: %s", suffix, diff)
		}
	}
	for _, suffix := range []string{"input.notes.items.tag.type.null", "input.who.friends.items.did.required"} {
		if _, there := found[suffix]; there {
			t.Errorf("there is a requirement %s", suffix)
		}
	}
}
