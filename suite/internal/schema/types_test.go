package schema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	recordCID = "bafyreib5xi33wcdr5xx3sw3gkuji3pqzejjc6f56btiqrhxx3vc4tow42e"
	blobCID   = "bafkreieswl5fqaujlayx4qel3bhm7jypl3rvweqzshn4emwetulggu3qrm"
)

// TestFields holds values of one member against each type that a member can
// have. A violation is told by its keyword, and lies at /v or below.
func TestFields(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		schema string
		values map[string]string // JSON to what is violated, empty for nothing
	}{
		"boolean": {`{"type":"boolean"}`, map[string]string{
			`true`: "", `false`: "", `"true"`: "/v type", `1`: "/v type", `null`: "/v type"}},
		"boolean const": {`{"type":"boolean","const":false}`, map[string]string{`false`: "", `true`: "/v const"}},
		"integer": {`{"type":"integer"}`, map[string]string{
			`0`: "", `-7`: "", `1.0`: "", `1e2`: "", `9007199254740993`: "", `9223372036854775807`: "",
			`1.5`: "/v type", `1e-1`: "/v type", `"1"`: "/v type", `true`: "/v type", `null`: "/v type", `[]`: "/v type"}},
		"integer bounds": {`{"type":"integer","minimum":-1,"maximum":9007199254740993}`, map[string]string{
			`-1`: "", `9007199254740993`: "", `9007199254740992`: "", `-2`: "/v minimum", `9007199254740994`: "/v maximum"}},
		"integer enum":  {`{"type":"integer","enum":[1,3]}`, map[string]string{`1`: "", `3.0`: "", `2`: "/v enum"}},
		"integer const": {`{"type":"integer","const":7}`, map[string]string{`7`: "", `8`: "/v const"}},
		"string": {`{"type":"string"}`, map[string]string{
			`""`: "", `"x"`: "", `1`: "/v type", `null`: "/v type", `{}`: "/v type", `["x"]`: "/v type"}},
		"string enum":         {`{"type":"string","enum":["a","b"]}`, map[string]string{`"a"`: "", `"A"`: "/v enum"}},
		"string const":        {`{"type":"string","const":"a"}`, map[string]string{`"a"`: "", `"b"`: "/v const"}},
		"string known values": {`{"type":"string","knownValues":["a"]}`, map[string]string{`"a"`: "", `"b"`: "", `1`: "/v type"}},
		"string bytes": {`{"type":"string","minLength":2,"maxLength":4}`, map[string]string{
			`"ab"`: "", `"abcd"`: "", `"ä"`: "", `"ää"`: "", `"🦊"`: "", `"a"`: "/v minLengthBytes", `"ääa"`: "/v maxLengthBytes", `"🦊🦊"`: "/v maxLengthBytes"}},
		"string graphemes": {`{"type":"string","minGraphemes":2,"maxGraphemes":3}`, map[string]string{
			`"ab"`: "", `"👩‍👩‍👧‍👦🇩🇪e\u0301"`: "", `"👩‍👩‍👧‍👦"`: "/v minGraphemes", `"abcd"`: "/v maxGraphemes"}},
		"string both bounds": {`{"type":"string","maxLength":3,"maxGraphemes":2}`, map[string]string{
			`"ab"`: "", `"abc"`: "/v maxGraphemes", `"ää"`: "/v maxLengthBytes", `"abcd"`: "/v maxGraphemes,/v maxLengthBytes"}},
		"string format": {`{"type":"string","format":"did"}`, map[string]string{
			`"did:plc:f4c5mbpkxzvk43733fc24dx4"`: "", `"alice.test"`: "/v format", `5`: "/v type"}},
		"bytes": {`{"type":"bytes"}`, map[string]string{
			`{"$bytes":"aGVsbG8"}`: "", `{"$bytes":"aGVsbG8="}`: "", `{"$bytes":""}`: "", `{}`: "/v required $bytes", `"aGVsbG8"`: "/v type",
			`{"$bytes":5}`: "/v/$bytes type", `{"$bytes":"a-b_"}`: "/v/$bytes format", `{"$bytes":"aGVs\nbG8"}`: "/v/$bytes format",
			`{"$bytes":"="}`: "/v/$bytes format", `{"$bytes":"a"}`: "/v/$bytes format", `{"$bytes":"aGVsbG8=="}`: "/v/$bytes format"}},
		"bytes bounds": {`{"type":"bytes","minLength":2,"maxLength":3}`, map[string]string{
			`{"$bytes":"YWI"}`: "", `{"$bytes":"YWI="}`: "", `{"$bytes":"YWJj"}`: "",
			`{"$bytes":"YQ=="}`: "/v/$bytes minDecodedLength", `{"$bytes":"YWJjZA"}`: "/v/$bytes maxDecodedLength"}},
		"cid-link": {`{"type":"cid-link"}`, map[string]string{
			`{"$link":"` + recordCID + `"}`: "", `"` + recordCID + `"`: "/v type", `{}`: "/v required $link",
			`{"$link":"x"}`: "/v/$link format", `{"$link":"` + recordCID + `","x":1}`: "/v maxProperties", `{"$link":null}`: "/v/$link type"}},
		"blob": {`{"type":"blob","accept":["image/*","text/plain"],"maxSize":10}`, map[string]string{
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"image/png","size":10}`:  "",
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"text/plain","size":1}`:  "",
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"text/html","size":1}`:   "/v/mimeType acceptMediaTypes",
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"imagery/png","size":1}`: "/v/mimeType acceptMediaTypes",
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"image/png","size":11}`:  "/v/size maximum",
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"image/png","size":0}`:   "/v/size minimum",
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"","size":1}`:            "/v/mimeType acceptMediaTypes,/v/mimeType minLength",
			`{"$type":"blub","ref":{"$link":"` + blobCID + `"},"mimeType":"image/png","size":1}`:   "/v/$type const",
			`{"$type":"blob","ref":"` + blobCID + `","mimeType":"image/png","size":1}`:             "/v/ref type",
			`{}`: "/v required $type,/v required mimeType,/v required ref,/v required size", `"x"`: "/v type"}},
		"blob of any kind": {`{"type":"blob"}`, map[string]string{
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"application/x","size":99999999999}`: ""}},
		"blob that accepts all": {`{"type":"blob","accept":["*/*"]}`, map[string]string{
			`{"$type":"blob","ref":{"$link":"` + blobCID + `"},"mimeType":"application/x","size":1}`: ""}},
		"unknown": {`{"type":"unknown"}`, map[string]string{`{}`: "", `{"a":[null]}`: "", `{"$type":"com.example.x"}`: "", `{"$link":1,"$bytes":2}`: "",
			`{"$type":"blob"}`: "/v not", `{"$link":"x"}`: "/v not", `{"$bytes":""}`: "/v not", `[]`: "/v type", `"x"`: "/v type", `null`: "/v type"}},
		"array": {`{"type":"array","items":{"type":"integer"}}`, map[string]string{
			`[]`: "", `[1,2]`: "", `[1,"2",null]`: "/v/1 type,/v/2 type", `{}`: "/v type", `null`: "/v type"}},
		"array bounds": {`{"type":"array","items":{"type":"integer"},"minLength":1,"maxLength":2}`, map[string]string{
			`[1]`: "", `[1,2]`: "", `[]`: "/v minItems", `[1,2,3]`: "/v maxItems"}},
		"object": {`{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"integer"}}}`, map[string]string{
			`{"a":""}`: "", `{"a":"","b":1,"more":null}`: "", `{}`: "/v required a", `{"b":"1"}`: "/v required a,/v/b type",
			`{"a":null}`: "/v/a type", `[]`: "/v type"}},
		"optional is not nullable": {`{"type":"object","properties":{"a":{"type":"string"}}}`, map[string]string{`{}`: "", `{"a":null}`: "/v/a type"}},
		"token by ref":             {`{"type":"ref","ref":"#word"}`, map[string]string{`"com.example.thing#word"`: "", `"word"`: "/v const", `{}`: "/v type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := compiled(t, field(test.schema), `"word":{"type":"token"}`, nil)
			for value, want := range test.values {
				got := strings.Join(found(set, decode(t, `{"v":`+value+`}`)), ",")
				if got != want {
					t.Errorf("%s: violations %q, want %q", value, got, want)
				}
			}
			if got := found(set, decode(t, `{}`)); got != nil {
				t.Errorf("an absent optional member: %v", got)
			}
		})
	}
}

// TestNullable gives each type the null that it then may be, and checks that
// what is not null is held against the type all the same.
func TestNullable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ schema, valid, invalid, want string }{
		"boolean":  {`{"type":"boolean"}`, `true`, `1`, "/v type"},
		"integer":  {`{"type":"integer","const":1}`, `1`, `2`, "/v const"},
		"string":   {`{"type":"string","enum":["a"],"minLength":1}`, `"a"`, `"b"`, "/v enum"},
		"bytes":    {`{"type":"bytes"}`, `{"$bytes":""}`, `{"$bytes":1}`, "/v/$bytes type"},
		"cid-link": {`{"type":"cid-link"}`, `{"$link":"` + recordCID + `"}`, `{}`, "/v required $link"},
		"array":    {`{"type":"array","items":{"type":"string"}}`, `["a"]`, `[1]`, "/v/0 type"},
		"object":   {`{"type":"object","properties":{"else":{"type":"string"}}}`, `{"else":"a"}`, `{"else":1}`, "/v/else type"},
		"ref":      {`{"type":"ref","ref":"#part"}`, `{"x":1}`, `{"x":"1"}`, "/v/x type"},
		"union":    {`{"type":"union","refs":["#part"]}`, `{"$type":"com.example.thing#part"}`, `{}`, "/v required $type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := compiled(t, `{"type":"object","nullable":["v"],"properties":{"v":`+test.schema+`}}`,
				`"part":{"type":"object","properties":{"x":{"type":"integer"}}}`, nil)
			for value, want := range map[string]string{`null`: "", test.valid: "", test.invalid: test.want} {
				if got := strings.Join(found(set, decode(t, `{"v":`+value+`}`)), ","); got != want {
					t.Errorf("%s: violations %q, want %q", value, got, want)
				}
			}
		})
	}
}

// TestRequiredNullable tells the absent from the null.
func TestRequiredNullable(t *testing.T) {
	t.Parallel()
	set := compiled(t, `{"type":"object","required":["v"],"nullable":["v"],"properties":{"v":{"type":"string"}}}`, "", nil)
	if got := found(set, decode(t, `{"v":null}`)); got != nil {
		t.Errorf("null: %v", got)
	}
	if diff := cmp.Diff([]string{" required v"}, found(set, decode(t, `{}`))); diff != "" {
		t.Errorf("absent (-want +got):\n%s", diff)
	}
}

// TestHugeNumbers gives numbers on which the library breaks down by itself.
func TestHugeNumbers(t *testing.T) {
	t.Parallel()
	set := compiled(t, `{"type":"object","properties":{
		"any":{"type":"integer"},"most":{"type":"integer","maximum":9},"least":{"type":"integer","minimum":0},
		"one":{"type":"integer","enum":[1]},"text":{"type":"string"}}}`, "", nil)
	for text, want := range map[string]string{
		`{"any":1e9999999}`:                        "/any maximum",
		`{"any":1E+99999999999999999999999}`:       "/any maximum",
		`{"any":0e9999999}`:                        "",
		`{"any":1e-9999999}`:                       "/any type",
		`{"any":1.5e-99999999999999999999}`:        "/any type",
		`{"most":1e9999999,"least":-1e9999999}`:    "/least minimum,/most maximum",
		`{"most":-1e9999999,"least":1e9999999}`:    "/least maximum,/most minimum",
		`{"one":1e9999999}`:                        "/one enum,/one maximum",
		`{"text":1e9999999}`:                       "/text type",
		`{"more":[{"deep":1e9999999}],"any":2e10}`: "",
	} {
		value := decode(t, text)
		if got := strings.Join(found(set, value), ","); got != want {
			t.Errorf("%s: violations %q, want %q", text, got, want)
		}
		if diff := cmp.Diff(decode(t, text), value); diff != "" {
			t.Errorf("%s: the value was changed:\n%s", text, diff)
		}
	}
}
