package schema

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/lexicons"
)

// awkwardNames are member names that something on the way escapes: JSON
// pointers, URLs, or the quotation of names in messages.
var awkwardNames = []string{
	`plain`, `it's`, `'`, `''`, `','`, `', '`, `a, b`, `a: b`, `say "x"`, `"`, `\`, `\'`, `\"`, `\n`, "line\nbreak", "\x00", "\u00a0",
	`a/b`, `a~b`, `~1`, `~0`, `50%`, `%41`, `ü`, `テスト`, `🦊`, `a b`, `a#b`, `a?b`, `a+b`, `a&b=c`, ``, `.`, `else`, `properties`, `items`, `defs`,
}

// awkward is an object schema with every awkward name, each of a type.
func awkward(t *testing.T, schema string) string {
	t.Helper()
	names, err := json.Marshal(awkwardNames)
	if err != nil {
		t.Fatal(err)
	}
	properties := map[string]json.RawMessage{}
	for _, name := range awkwardNames {
		properties[name] = json.RawMessage(schema)
	}
	encoded, err := json.Marshal(properties)
	if err != nil {
		t.Fatal(err)
	}
	return `{"type":"object","required":` + string(names) + `,"nullable":` + string(names) + `,"properties":` + string(encoded) + `}`
}

func escaped(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

func TestAbsentMembersAreNamed(t *testing.T) {
	t.Parallel()
	set := compiled(t, awkward(t, `{"type":"string"}`), "", nil)
	var got []string
	for _, violation := range set.Validate(thingPointer, decode(t, `{}`)) {
		if violation.Keyword != "required" || violation.Pointer != thingPointer || violation.Instance != "" {
			t.Errorf("got %+v", violation)
		}
		got = append(got, violation.Property)
	}
	want := slices.Sorted(slices.Values(awkwardNames))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// Whatever its name, a member is found in the value and in the lexicon.
func TestPlacesOfAwkwardNames(t *testing.T) {
	t.Parallel()
	const inner = `{"type":"object","properties":{"else":{"type":"array","items":{"type":"integer"}}}}`
	catalog := loaded(t, awkward(t, inner), "", nil)
	set, err := Compile(catalog)
	if err != nil {
		t.Fatal(err)
	}
	known := map[lexicons.Pointer]bool{}
	lexicons.Walk(catalog.Method(thing).Output.Schema, func(schema lexicons.Schema) { known[schema.At()] = true })
	value := map[string]any{"": nil}
	names := slices.DeleteFunc(slices.Clone(awkwardNames), func(name string) bool { return name == "" }) // the library leaves it out of places
	for _, name := range names {
		value[name] = decode(t, `{"else":[0,"x"]}`)
	}
	got := map[string]lexicons.Pointer{}
	for _, violation := range set.Validate(thingPointer, value) {
		if !known[violation.Pointer] {
			t.Errorf("no node of the lexicon is at %s", violation.Pointer)
		}
		got[violation.Instance] = violation.Pointer
	}
	want := map[string]lexicons.Pointer{}
	for _, name := range names {
		want["/"+escaped(name)+"/else/1"] = lexicons.Pointer(thingPointer + "/properties/" + escaped(name) + "/properties/else/items")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestAwkwardDefinitions(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "50%", "%41", "it's", `say "x"`, "a/b", "a~b", "ü", "properties", "else", "a?b"} {
		reference, err := json.Marshal("#" + name)
		if err != nil {
			t.Fatal(err)
		}
		key, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		set := compiled(t, field(`{"type":"ref","ref":`+string(reference)+`}`),
			string(key)+`:{"type":"object","properties":{"else":{"type":"integer"}}}`, nil)
		want := "com/example/thing.json#/defs/" + escaped(name) + "/properties/else type"
		if got := places(set, decode(t, `{"v":{"else":"x"}}`)); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

// The whole of a violation, with words that make sense to a reader.
func TestViolationIsWorded(t *testing.T) {
	t.Parallel()
	set := compiled(t, `{"type":"object","required":["a","b"],"properties":{"a":{"type":"string","maxLength":2},"b":{"type":"string"}}}`, "", nil)
	want := []Violation{
		{Pointer: thingPointer, Keyword: "required", Property: "b", Problem: `lacks the member "b"`},
		{Pointer: thingPointer + "/properties/a", Keyword: "maxLengthBytes", Instance: "/a", Problem: "is 3 long, at most 2 is allowed"},
	}
	got := set.Validate(thingPointer, decode(t, `{"a":"abc"}`))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("violations (-want +got):\n%s", diff)
	}
	if got[0].Place() != "the body" || got[1].Place() != "/a" {
		t.Errorf("places %q and %q", got[0].Place(), got[1].Place())
	}
	whole := set.Validate(thingPointer, decode(t, `[]`))
	if len(whole) != 1 || whole[0].Pointer != thingPointer || whole[0].Keyword != "type" || whole[0].Instance != "" {
		t.Errorf("a body of another type: %+v", whole)
	}
}

// The library reports in the order of maps; a report has one order.
func TestOrderIsDetermined(t *testing.T) {
	t.Parallel()
	const output = `{"type":"object","required":["z","y"],"properties":{
		"e":{"type":"string","maxLength":1,"maxGraphemes":1,"format":"did","enum":["x"]},
		"d":{"type":"array","items":{"type":"integer"}},"c":{"type":"object","required":["m","l"],"properties":{"l":{"type":"string"},"m":{"type":"string"}}},
		"b":{"type":"boolean"},"a":{"type":"string"},"y":{"type":"string"},"z":{"type":"string"}}}`
	value := decode(t, `{"a":1,"b":1,"c":{},"d":["x",1,"y"],"e":"abc"}`)
	want := compiled(t, output, "", nil).Validate(thingPointer, value)
	var places []string
	for _, violation := range want {
		places = append(places, violation.Instance+" "+violation.Keyword+" "+violation.Property)
	}
	expected := []string{" required y", " required z", "/a type ", "/b type ", "/c required l", "/c required m",
		"/d/0 type ", "/d/2 type ", "/e enum ", "/e format ", "/e maxGraphemes ", "/e maxLengthBytes "}
	if diff := cmp.Diff(expected, places); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	for range 8 {
		if diff := cmp.Diff(want, compiled(t, output, "", nil).Validate(thingPointer, value)); diff != "" {
			t.Fatalf("another order (-want +got):\n%s", diff)
		}
	}
}

// What is no JSON value is a fault of the suite, and never valid.
func TestValueThatIsNoJSON(t *testing.T) {
	t.Parallel()
	set := compiled(t, field(`{"type":"string"}`), "", nil)
	defer func() {
		if recover() == nil {
			t.Error("a value that is no JSON was taken for valid")
		}
	}()
	set.Validate(thingPointer, map[string]any{"v": struct{}{}})
}

func TestSetServesGoroutines(t *testing.T) {
	t.Parallel()
	set := compiled(t, field(`{"type":"string","format":"did","maxLength":9}`), "", nil)
	value := decode(t, `{"v":"not a did at all"}`)
	results := make(chan int)
	for range 8 {
		go func() { results <- len(set.Validate(thingPointer, value)) }()
	}
	for range 8 {
		if got := <-results; got != 2 {
			t.Errorf("%d violations, want 2", got)
		}
	}
}
