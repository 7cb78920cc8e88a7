package derive

import (
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

const inputPointer = "com/example/thing.json#/defs/main/input/schema"

// definitionsForSamples are what the types below refer to.
const definitionsForSamples = `,"word":{"type":"token"},
	"part":{"type":"object","required":["x"],"properties":{"x":{"type":"integer","minimum":5},"y":{"type":"string"}}},
	"tree":{"type":"object","required":["left"],"properties":{"left":{"type":"array","items":{"type":"ref","ref":"#tree"}}}}`

// everyType is one schema of each type, and more where bounds play a part.
func everyType() map[string]string {
	types := map[string]string{
		"boolean":            `{"type":"boolean"}`,
		"boolean const":      `{"type":"boolean","const":false}`,
		"integer":            `{"type":"integer"}`,
		"integer minimum":    `{"type":"integer","minimum":7}`,
		"integer maximum":    `{"type":"integer","maximum":-7}`,
		"integer range":      `{"type":"integer","minimum":-9,"maximum":-7}`,
		"integer enum":       `{"type":"integer","enum":[4,5]}`,
		"integer const":      `{"type":"integer","const":4}`,
		"integer default":    `{"type":"integer","minimum":2,"default":3}`,
		"string":             `{"type":"string"}`,
		"string shortest":    `{"type":"string","minLength":40}`,
		"string longest":     `{"type":"string","maxLength":3}`,
		"string empty":       `{"type":"string","maxLength":0}`,
		"string graphemes":   `{"type":"string","minGraphemes":40}`,
		"string few":         `{"type":"string","maxGraphemes":3}`,
		"string both":        `{"type":"string","minLength":4,"maxLength":300,"minGraphemes":2,"maxGraphemes":4}`,
		"string enum":        `{"type":"string","enum":["a","b"]}`,
		"string const":       `{"type":"string","const":"a"}`,
		"string default":     `{"type":"string","default":"a"}`,
		"string known":       `{"type":"string","knownValues":["a","b"]}`,
		"bytes":              `{"type":"bytes"}`,
		"bytes shortest":     `{"type":"bytes","minLength":5,"maxLength":6}`,
		"cid-link":           `{"type":"cid-link"}`,
		"blob":               `{"type":"blob"}`,
		"blob accept":        `{"type":"blob","accept":["image/*"],"maxSize":1}`,
		"blob accept exact":  `{"type":"blob","accept":["text/plain","image/png"],"maxSize":10}`,
		"blob accept all":    `{"type":"blob","accept":["*/*"]}`,
		"unknown":            `{"type":"unknown"}`,
		"array":              `{"type":"array","items":{"type":"string"}}`,
		"array shortest":     `{"type":"array","items":{"type":"integer"},"minLength":3}`,
		"array longest":      `{"type":"array","items":{"type":"integer"},"maxLength":0}`,
		"array of arrays":    `{"type":"array","items":{"type":"array","minLength":1,"items":{"type":"boolean"}}}`,
		"object":             `{"type":"object","required":["a"],"properties":{"a":{"type":"ref","ref":"#part"},"b":{"type":"blob"}}}`,
		"ref":                `{"type":"ref","ref":"#part"}`,
		"ref to a token":     `{"type":"ref","ref":"#word"}`,
		"ref to itself":      `{"type":"ref","ref":"#tree"}`,
		"union":              `{"type":"union","refs":["#part"]}`,
		"closed union":       `{"type":"union","refs":["#part","#tree"],"closed":true}`,
		"union of nothing":   `{"type":"union","refs":[]}`,
		"array of cid-links": `{"type":"array","minLength":1,"items":{"type":"cid-link"}}`,
	}
	for _, format := range lexicons.Formats() {
		types["string "+format] = `{"type":"string","format":"` + format + `"}`
	}
	return types
}

// TestSamplesFitTheirSchema holds samples against the schema that answers are
// held against.
func TestSamplesFitTheirSchema(t *testing.T) {
	t.Parallel()
	for name, text := range everyType() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalog := loaded(t, procedure(`"v":`+text)+definitionsForSamples)
			request := Sample(catalog.Method(invented))
			if request.Input["v"] == nil {
				t.Errorf("the required member is absent: %v", request.Input)
			}
			for _, violation := range compiled(t, catalog).Validate(inputPointer, decoded(t, request.Input)) {
				t.Errorf("%s: %s %s", request.Body(), violation.Place(), violation.Problem)
			}
		})
	}
}

// TestWrongValuesAreWrong holds values that a target has to refuse against the
// schema, and those that are not among them too.
func TestWrongValuesAreWrong(t *testing.T) {
	t.Parallel()
	for name, text := range everyType() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalog := loaded(t, procedure(`"v":`+text)+definitionsForSamples)
			set := compiled(t, catalog)
			input := catalog.Method(invented).Input.Object()
			wrong := wrongValues(input.Property("v"))
			if len(wrong) < 5 {
				t.Errorf("only %d wrong values", len(wrong))
			}
			for _, value := range wrong {
				if set.Validate(inputPointer, decoded(t, map[string]any{"v": value.value})) == nil {
					t.Errorf("%s fits the schema", value.words)
				}
				if value.name == "" || value.words == "" {
					t.Errorf("%+v has no name", value)
				}
			}
			if sameType := sample(input.Property("v"), maxSampleDepth); len(typeWords(input.Property("v"))) == 0 || sameType == nil {
				t.Error("a type without a word or a sample")
			}
		})
	}
}

// TestSampleParams asks for the required parameters, and for no other.
func TestSampleParams(t *testing.T) {
	t.Parallel()
	catalog := loaded(t, `"main":{"type":"query","parameters":{"type":"params","required":["b","i","s","d","list","least","none"],"properties":{
		"b":{"type":"boolean"},"i":{"type":"integer"},"s":{"type":"string"},"d":{"type":"string","format":"did"},
		"list":{"type":"array","items":{"type":"string","format":"handle"}},"least":{"type":"integer","minimum":10},
		"none":{"type":"boolean","const":false},"optional":{"type":"string"}}}}`)
	request := Sample(catalog.Method(invented))
	want := xrpc.Query(invented, map[string][]string{
		"b": {"true"}, "i": {"1"}, "s": {"pdsconform"}, "d": {sampleFormats()["did"]}, "list": {"pdsconform.test"}, "least": {"10"}, "none": {"false"},
	})
	if request.Path() != want.Path() || request.Verb != want.Verb {
		t.Errorf("%s %s,\nwant %s", request.Verb, request.Path(), want.Path())
	}
}

func TestSampleOfBodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ definition, body, mediaType string }{
		"no input":  {`"main":{"type":"procedure"}`, "", ""},
		"no schema": {`"main":{"type":"procedure","input":{"encoding":"image/png"}}`, "pdsconform", "image/png"},
		"any media": {`"main":{"type":"procedure","input":{"encoding":"*/*"}}`, "pdsconform", "*/*"},
		"optional":  {`"main":{"type":"procedure","input":{"encoding":"application/json","schema":{"type":"object","properties":{"a":{"type":"string"}}}}}`, "{}", "application/json"},
		"no params": {`"main":{"type":"query"}`, "", ""},
		"ref":       {`"main":{"type":"procedure","input":{"encoding":"application/json","schema":{"type":"ref","ref":"#p"}}},"p":{"type":"object","required":["a"],"properties":{"a":{"type":"boolean"}}}`, `{"a":true}`, "application/json"},
	} {
		request := Sample(loaded(t, test.definition).Method(invented))
		if got := string(request.Body()); got != test.body || request.ContentType != test.mediaType {
			t.Errorf("%s: %q as %q, want %q as %q", name, got, request.ContentType, test.body, test.mediaType)
		}
	}
}
