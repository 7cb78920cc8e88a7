package schema

import (
	"strings"
	"testing"
)

func TestRefsAcrossDocuments(t *testing.T) {
	t.Parallel()
	set := compiled(t, field(`{"type":"ref","ref":"com.example.defs#view"}`), `"part":{"type":"string","format":"uri"}`, map[string]string{
		"com.example.defs": `"view":{"type":"object","required":["by"],"properties":{
			"by":{"type":"ref","ref":"#person"},"record":{"type":"ref","ref":"com.example.note"},"links":{"type":"array","items":{"type":"ref","ref":"com.example.thing#part"}}}},
			"person":{"type":"object","required":["did"],"properties":{"did":{"type":"string","format":"did"}}}`,
		"com.example.note": `"main":{"type":"record","key":"tid","record":{"type":"object","required":["text"],"properties":{"text":{"type":"string","maxLength":3}}}}`,
	})
	for value, want := range map[string]string{
		`{"by":{"did":"did:m:i"},"record":{"$type":"com.example.note","text":"abc"},"links":["https://x"]}`: "",
		`{"by":{},"record":{"$type":"com.example.note","text":"abcd"},"links":["x"]}`: "com/example/defs.json#/defs/person required," +
			"com/example/thing.json#/defs/part format,com/example/note.json#/defs/main/record/properties/text maxLengthBytes",
		`{"by":{"did":"x"},"record":{}}`: "com/example/defs.json#/defs/person/properties/did format,com/example/note.json#/defs/main required,com/example/note.json#/defs/main/record required",
		`{}`:                             "com/example/defs.json#/defs/view required",
		`"x"`:                            "com/example/defs.json#/defs/view type",
	} {
		if got := places(set, decode(t, `{"v":`+value+`}`)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", value, got, want)
		}
	}
}

// places words violations as "pointer keyword".
func places(set *Set, value any) string {
	var words []string
	for _, violation := range set.Validate(thingPointer, value) {
		words = append(words, string(violation.Pointer)+" "+violation.Keyword)
	}
	return strings.Join(words, ",")
}

func TestOutputThatIsARefOrAUnion(t *testing.T) {
	t.Parallel()
	const parts = `"part":{"type":"object","required":["x"],"properties":{"x":{"type":"integer"}}}`
	ref := compiled(t, `{"type":"ref","ref":"#part"}`, parts, nil)
	if got := places(ref, decode(t, `{}`)); got != "com/example/thing.json#/defs/part required" {
		t.Errorf("a ref: %s", got)
	}
	union := compiled(t, `{"type":"union","refs":["#part"],"closed":true}`, parts, nil)
	if got := places(union, decode(t, `{}`)); got != thingPointer+" required" {
		t.Errorf("a union: %s", got)
	}
}

// Only the output is looked at unless a method has an input: queries have
// none, and a body may be without a schema.
func TestInputIsCompiled(t *testing.T) {
	t.Parallel()
	set := compiled(t, `{"type":"object"}`, "", map[string]string{
		"com.example.put": `"main":{"type":"procedure","input":{"encoding":"application/json","schema":` + field(`{"type":"integer"}`) + `},
			"output":{"encoding":"image/png"}}`})
	const input = "com/example/put.json#/defs/main/input/schema"
	violations := set.Validate(input, decode(t, `{"v":"x"}`))
	if len(violations) != 1 || violations[0].Pointer != input+"/properties/v" {
		t.Errorf("got %v", violations)
	}
	defer func() {
		if recover() == nil {
			t.Error("a pointer that was not compiled was accepted")
		}
	}()
	set.Validate("com/example/put.json#/defs/main/output/schema", nil)
}

func TestUnions(t *testing.T) {
	t.Parallel()
	const parts = `"a":{"type":"object","required":["x"],"properties":{"x":{"type":"string"}}},
		"b":{"type":"object","required":["y"],"properties":{"y":{"type":"string"}}}`
	const refs = `"refs":["#a","#b","com.example.note"]`
	documents := map[string]string{
		"com.example.note": `"main":{"type":"record","key":"tid","record":{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}}`}
	open := compiled(t, field(`{"type":"union",`+refs+`}`), parts, documents)
	closed := compiled(t, field(`{"type":"union","closed":true,`+refs+`}`), parts, documents)
	for value, want := range map[string][2]string{ // of the open and of the closed one
		`{"$type":"com.example.thing#a","x":""}`:        {},
		`{"$type":"com.example.thing#b","y":"","x":1}`:  {},
		`{"$type":"com.example.note","text":""}`:        {},
		`{"$type":"com.example.thing#a","y":""}`:        {"/v required x", "/v required x"},
		`{"$type":"com.example.thing#a","x":1}`:         {"/v/x type", "/v/x type"},
		`{"$type":"com.example.note"}`:                  {"/v required text", "/v required text"},
		`{"$type":"com.example.thing#c"}`:               {"", "/v/$type enum"},
		`{"$type":"com.example.other","x":1}`:           {"", "/v/$type enum"},
		`{"$type":"#a","x":""}`:                         {"", "/v/$type enum"},
		`{"x":"","y":""}`:                               {"/v required $type", "/v required $type"},
		`{}`:                                            {"/v required $type", "/v required $type"},
		`{"$type":5}`:                                   {"/v/$type type", "/v/$type type"},
		`{"$type":null}`:                                {"/v/$type type", "/v/$type type"},
		`"com.example.thing#a"`:                         {"/v type", "/v type"},
		`[{"$type":"com.example.thing#a","x":""}]`:      {"/v type", "/v type"},
		`{"$type":"com.example.thing#b","x":"","y":[]}`: {"/v/y type", "/v/y type"},
	} {
		instance := decode(t, `{"v":`+value+`}`)
		if got := strings.Join(found(open, instance), ","); got != want[0] {
			t.Errorf("open, %s: violations %q, want %q", value, got, want[0])
		}
		if got := strings.Join(found(closed, instance), ","); got != want[1] {
			t.Errorf("closed, %s: violations %q, want %q", value, got, want[1])
		}
	}
}

// An open union may name no type at all.
func TestUnionWithoutRefs(t *testing.T) {
	t.Parallel()
	set := compiled(t, field(`{"type":"union","refs":[]}`), "", nil)
	for value, want := range map[string]string{`{"$type":"com.example.x"}`: "", `{}`: "/v required $type"} {
		if got := strings.Join(found(set, decode(t, `{"v":`+value+`}`)), ","); got != want {
			t.Errorf("%s: violations %q, want %q", value, got, want)
		}
	}
}

func TestRecursiveSchemas(t *testing.T) {
	t.Parallel()
	set := compiled(t, field(`{"type":"ref","ref":"#tree"}`),
		`"tree":{"type":"object","required":["name"],"nullable":["left"],"properties":{"name":{"type":"string"},
			"left":{"type":"ref","ref":"#tree"},"kids":{"type":"array","items":{"type":"union","refs":["#tree","com.example.leaf"],"closed":true}}}}`,
		map[string]string{"com.example.leaf": `"main":{"type":"object","properties":{"back":{"type":"ref","ref":"com.example.thing#tree"}}}`})
	deep := strings.Repeat(`{"name":"","left":`, 40) + `null` + strings.Repeat(`}`, 40)
	broken := strings.Repeat(`{"name":"","left":`, 40) + `5` + strings.Repeat(`}`, 40)
	for value, want := range map[string]string{
		`{"name":"","left":null,"kids":[]}`: "",
		deep:                                "",
		broken:                              "/v" + strings.Repeat("/left", 40) + " type",
		`{"name":"","kids":[{"$type":"com.example.thing#tree","name":"","kids":[{"$type":"com.example.leaf","back":{}}]}]}`: "/v/kids/0/kids/0/back required name",
		`{"name":"","kids":[{"$type":"com.example.leaf"},{"$type":"com.example.thing"}]}`:                                   "/v/kids/1/$type enum",
	} {
		if got := strings.Join(found(set, decode(t, `{"v":`+value+`}`)), ","); got != want {
			t.Errorf("%.80s: violations %q, want %q", value, got, want)
		}
	}
}

// Documents without methods are translated as well: others refer to them.
func TestEveryRevisionCompiles(t *testing.T) {
	t.Parallel()
	set := compiled(t, `{"type":"object"}`, "", map[string]string{
		"com.example.stream": `"main":{"type":"subscription","parameters":{"type":"params","properties":{"cursor":{"type":"integer"}}},
			"message":{"schema":{"type":"union","refs":["#info"]}},"errors":[{"name":"FutureCursor"}]},"info":{"type":"object"}`,
		"com.example.note": `"main":{"type":"record","key":"tid","record":{"type":"object"}}`,
		"com.example.word": `"main":{"type":"token"}`,
	})
	if got := found(set, decode(t, `{"a":1}`)); got != nil {
		t.Errorf("got %v", got)
	}
}
