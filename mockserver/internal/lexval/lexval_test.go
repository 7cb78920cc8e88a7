package lexval

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/pdsconform/pdsconform/lexicons"
)

// compile makes a validator of the main definition of a document whose further
// definitions may be given as JSON members.
func compile(t testing.TB, main string, further ...string) *Validator {
	t.Helper()
	text := `{"lexicon":1,"id":"com.example.it","defs":{"holder":{"type":"object","properties":{"it":` + main + `}}`
	for _, definition := range further {
		text += "," + definition
	}
	catalog, err := lexicons.Load(fstest.MapFS{"com/example/it.json": {Data: []byte(text + "}}")}})
	if err != nil {
		t.Fatal(err)
	}
	validator, err := NewCompiler().Compile(catalog.Document("com.example.it").Definition("holder").Schema)
	if err != nil {
		t.Fatal(err)
	}
	return validator
}

// verdict is the problem of {"it": value}, seen from the value.
func verdict(t testing.TB, validator *Validator, value string) string {
	t.Helper()
	decoded, err := Decode([]byte(`{"it":` + value + `}`))
	if err != nil {
		t.Fatalf("%s: %v", value, err)
	}
	if problem := validator.Check(decoded); problem != nil {
		return strings.TrimPrefix(strings.TrimPrefix(problem.Error(), "value/it"), " ")
	}
	return ""
}

func TestTypes(t *testing.T) {
	t.Parallel()
	const cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
	for _, row := range []struct {
		schema string
		values map[string]string // JSON to problem
	}{
		{`{"type":"boolean"}`, map[string]string{"true": "", "false": "", "null": "must be a boolean", "1": "must be a boolean", `"true"`: "must be a boolean"}},
		{`{"type":"boolean","const":true}`, map[string]string{"true": "", "false": "must be true"}},
		{`{"type":"integer"}`, map[string]string{
			"1": "", "-1": "", "0": "", "-0": "", "1.0": "", "1e2": "", "1.5e1": "", "100e-2": "", "9223372036854775807": "", "0e-9999999999": "",
			"1E400": "must be an integer of 64 bits", "9223372036854775808": "must be an integer of 64 bits", "-9223372036854775809": "must be an integer of 64 bits",
			"1.5": "must be an integer", "1e-1": "must be an integer", `"1"`: "must be an integer", "null": "must be an integer", "[]": "must be an integer",
			"1.00000000000000000000001": "must be an integer", "1e-99999999999999999999": "must be an integer"}},
		{`{"type":"integer","minimum":-2,"maximum":3}`, map[string]string{
			"-2": "", "3": "", "3.0": "", "-3": "must not be less than -2", "4": "must not be greater than 3",
			"-1e30": "must not be less than -2", "1e30": "must not be greater than 3"}},
		{`{"type":"integer","maximum":9223372036854775807}`, map[string]string{
			"9223372036854775807": "", "9223372036854775808": "must not be greater than 9223372036854775807"}},
		{`{"type":"integer","enum":[1,2]}`, map[string]string{"1": "", "2.0": "", "3": "must be one of [1 2]"}},
		{`{"type":"integer","const":5}`, map[string]string{"5": "", "6": "must be 5"}},
		{`{"type":"string"}`, map[string]string{`""`: "", `"x"`: "", "1": "must be a string", "null": "must be a string", "{}": "must be a string"}},
		{`{"type":"string","minLength":2,"maxLength":3}`, map[string]string{
			`"é"`: "", `"abc"`: "", `"a"`: "must not be shorter than 2 bytes", `"éé"`: "must not be longer than 3 bytes"}},
		{`{"type":"string","minGraphemes":2,"maxGraphemes":2}`, map[string]string{
			`"👨‍👩‍👧‍👧é"`: "", `"e\u0301"`: "must not be shorter than 2 graphemes", `"abc"`: "must not be longer than 2 graphemes"}},
		{`{"type":"string","enum":["a","b"]}`, map[string]string{`"a"`: "", `"c"`: "must be one of (a|b)"}},
		{`{"type":"string","const":"a"}`, map[string]string{`"a"`: "", `"b"`: `must be "a"`}},
		{`{"type":"string","knownValues":["a"]}`, map[string]string{`"a"`: "", `"z"`: ""}},
		{`{"type":"string","format":"did"}`, map[string]string{`"did:web:a"`: "", `"admin"`: "must be a valid did"}},
		{`{"type":"bytes","minLength":1,"maxLength":2}`, map[string]string{
			`{"$bytes":"YQ"}`: "", `{"$bytes":"YQ=="}`: "", `{"$bytes":""}`: "must not be shorter than 1 bytes", `{"$bytes":"YWJj"}`: "must not be longer than 2 bytes",
			`{"$bytes":"!"}`: "must be valid base64", `{"$bytes":"YQ="}`: "must be valid base64", `{"$bytes":"Y\nQ"}`: "must be valid base64", `"YQ"`: `must be an object with the one member "$bytes"`, `{"$bytes":"YQ","x":1}`: `must be an object with the one member "$bytes"`}},
		{`{"type":"cid-link"}`, map[string]string{
			`{"$link":"` + cid + `"}`: "", `{"$link":"x"}`: "must be a valid cid", `"` + cid + `"`: `must be an object with the one member "$link"`}},
		{`{"type":"blob","accept":["image/*","text/plain"],"maxSize":10}`, map[string]string{
			blob(cid, "image/png", "10"): "", blob(cid, "text/plain", "1"): "",
			blob(cid, "text/html", "1"): "/mimeType must be one of image/*, text/plain", blob(cid, "", "1"): "/mimeType must be a media type",
			blob(cid, "image/png", "11"): "/size must not be greater than 10", blob(cid, "image/png", "0"): "/size must be a whole number above zero",
			blob("x", "image/png", "1"): "/ref must be a valid cid", `{}`: `must be an object whose "$type" is "blob"`}},
		{`{"type":"unknown"}`, map[string]string{`{"a":1}`: "", `{"$type":"blob"}`: "must be an object of no type of its own", `{"$link":""}`: "must be an object of no type of its own", "1": "must be an object", "[]": "must be an object", "null": "must be an object"}},
		{`{"type":"array","items":{"type":"integer"},"minLength":1,"maxLength":2}`, map[string]string{
			"[1]": "", "[1,2]": "", "[]": "must not have fewer than 1 elements", "[1,2,3]": "must not have more than 2 elements", "{}": "must be an array", `[1,"x"]`: "/1 must be an integer"}},
		{`{"type":"ref","ref":"#two"}`, map[string]string{
			`{"a":"x"}`: "", `{"a":"x","b":null,"c":[{"a":"y"}],"more":1}`: "", `{}`: `must have the property "a"`, `{"b":1}`: `must have the property "a"`,
			`{"a":null}`: "/a must be a string", `{"a":"x","b":1}`: "/b must be a string", `[]`: "must be an object",
			`{"a":"x","c":[{"a":"y"},{}]}`: `/c/1 must have the property "a"`}},
		{`{"type":"union","refs":["#two","#three"]}`, map[string]string{
			`{"$type":"com.example.it#two","a":"x"}`: "", `{"$type":"com.example.it#two"}`: `must have the property "a"`, `{"$type":"com.example.other"}`: "",
			`{"$type":"com.example.it#three"}`: "", `{}`: `must have a "$type" that is a string`, `{"$type":1}`: `must have a "$type" that is a string`, "1": "must be an object"}},
		{`{"type":"union","refs":["#two"],"closed":true}`, map[string]string{
			`{"$type":"com.example.it#two","a":"x"}`: "", `{"$type":"com.example.other"}`: `must have a "$type" that the union lists`,
			`{"$type":"com.example.it#two#main","a":"x"}`: `must have a "$type" without the suffix "#main"`}},
		{`{"type":"ref","ref":"#token"}`, map[string]string{`"com.example.it#token"`: "", `"token"`: "must be the token com.example.it#token", "1": "must be the token com.example.it#token"}},
	} {
		validator := compile(t, row.schema,
			`"two":{"type":"object","required":["a"],"nullable":["b"],"properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{"type":"array","items":{"type":"ref","ref":"#two"}}}}`,
			`"three":{"type":"object","properties":{}}`, `"token":{"type":"token"}`)
		for value, want := range row.values {
			if got := verdict(t, validator, value); got != want {
				t.Errorf("%s with %s: %q, want %q", row.schema, value, got, want)
			}
		}
	}
}

func blob(cid, mediaType, size string) string {
	return `{"$type":"blob","ref":{"$link":"` + cid + `"},"mimeType":"` + mediaType + `","size":` + size + `}`
}

func TestRecordIsItsObject(t *testing.T) {
	t.Parallel()
	catalog, err := lexicons.Load(fstest.MapFS{"com/example/rec.json": {Data: []byte(
		`{"lexicon":1,"id":"com.example.rec","defs":{"main":{"type":"record","key":"tid","record":{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}}}}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	validator, err := NewCompiler().Compile(catalog.Document("com.example.rec").Definition("main").Schema)
	if err != nil {
		t.Fatal(err)
	}
	if problem := validator.Check(Object{{"$type", "com.example.rec"}, {"a", int64(1)}}); problem != nil {
		t.Error(problem)
	}
	for want, object := range map[string]Object{
		`Value must have the property "a"`:              {},
		`Value must have the "$type" "com.example.rec"`: {{"a", int64(1)}},
	} {
		if problem := validator.Check(object); problem == nil || problem.In("Value") != want {
			t.Errorf("problem is %v, want %s", problem, want)
		}
	}
}

func TestMethodIsNoValue(t *testing.T) {
	t.Parallel()
	for _, schema := range []lexicons.Schema{&lexicons.Method{}, nil, &lexicons.Array{Items: &lexicons.Method{}}, &lexicons.String{Format: "odd"}} {
		if _, err := NewCompiler().Compile(schema); err == nil {
			t.Errorf("%T compiles", schema)
		}
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	validator := compile(t, `{"type":"ref","ref":"#it"}`,
		`"it":{"type":"object","required":["a"],"properties":{"a":{"type":"integer","default":3},"b":{"type":"boolean","default":false},"c":{"type":"string","default":""}}}`)
	value, _ := Decode([]byte(`{"it":{}}`))
	if problem := validator.Check(value); problem != nil {
		t.Fatal(problem)
	}
	members := Values(value.(map[string]any)["it"].(map[string]any))
	if members.Integer("a") != 3 || members["b"] != false || members["c"] != "" {
		t.Errorf("defaults are %v", members)
	}
	if problem := validator.Check(Object{{"it", Object{}}}); problem == nil {
		t.Error("an output lacks a required property, and its default hides it")
	}
}

// TestRequiredButUndescribed is a property that only "required" knows.
func TestRequiredButUndescribed(t *testing.T) {
	t.Parallel()
	rule := &objectRule{undeclared: []string{"x"}}
	if problem := rule.check(Object{}); problem == nil || problem.Error() != `value must have the property "x"` {
		t.Errorf("problem is %q", problem)
	}
	if problem := rule.check(Object{{"x", nil}}); problem != nil {
		t.Error(problem)
	}
}

// TestWholeNumbers holds the reading of digits against exact arithmetic.
func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "number")
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%s is no number", text)
		}
		got, isWhole := wholeNumber(json.Number(text))
		if isWhole != exact.IsInt() {
			t.Fatalf("%s is whole: %v", text, isWhole)
		}
		if isWhole && exact.Num().IsInt64() != (got.overflow == 0) {
			t.Fatalf("%s overflows: %d", text, got.overflow)
		}
		if isWhole && got.overflow == 0 && got.value != exact.Num().Int64() {
			t.Fatalf("%s is %d", text, got.value)
		}
	})
}

// TestAppend holds the encoder against encoding/json.
func TestAppend(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.Just("\xff\x00\u2028<&>\"\\\n\r\t\x1f"))).Draw(t, "texts")
		value := map[string]any{"list": Strings(texts), "n": json.Number("1.50"), "z": nil, "b": true, "o": map[string]any{}}
		text, err := Append(nil, value)
		if err != nil || !json.Valid(text) {
			t.Fatalf("%s: %v", text, err)
		}
		var ours, theirs any
		standard, _ := json.Marshal(value)
		if json.Unmarshal(text, &ours) != nil || json.Unmarshal(standard, &theirs) != nil {
			t.Fatal("not JSON")
		}
		again, _ := json.Marshal(ours)
		want, _ := json.Marshal(theirs)
		if string(again) != string(want) {
			t.Fatalf("%s, want %s", again, want)
		}
	})
	if _, err := Append(nil, Object{{"x", []any{struct{}{}}}}); err == nil {
		t.Error("a struct is encoded")
	}
}
