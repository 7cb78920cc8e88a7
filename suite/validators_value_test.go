package suite

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/pdsconform/pdsconform/fixtures"
	"github.com/pdsconform/pdsconform/lexicons"
)

// deepest is where values of schemas that hold themselves end.
const deepest = 4

// words are strings of several lengths, in bytes and in graphemes.
func words() []string {
	return []string{"", "a", "ab", "abc", "é", "e\u0301", "🦊", "👩‍👩‍👧", "a\n", "null", "com.example.fixed#word"}
}

// anything draws a value of any type, with no schema in mind.
func anything(t *rapid.T) any {
	return rapid.SampledFrom([]any{
		nil, false, true, json.Number("0"), json.Number("-1"), json.Number("1.5"), "", "a", " ",
		[]any{}, []any{nil}, []any{"a"}, object{}, object{"a": nil}, object{"$type": "blob"}, object{"$link": "x"}, object{"$bytes": "YQ"},
	}).Draw(t, "anything")
}

// oneIn is true once in n times, and never at the end of shrinking.
func oneIn(t *rapid.T, n int, label string) bool { return rapid.IntRange(1, n).Draw(t, label) == n }

// valueFor draws a value that fits a schema, or nearly does.
func valueFor(t *rapid.T, schema lexicons.Schema, depth int) any {
	if oneIn(t, 12, "anything instead") {
		return anything(t)
	}
	switch s := lexicons.Deref(schema).(type) {
	case *lexicons.Boolean:
		return rapid.Bool().Draw(t, "truth")
	case *lexicons.Integer:
		return numberFor(t, s)
	case *lexicons.String:
		return textFor(t, s)
	case *lexicons.Bytes:
		return bytesFor(t, s)
	case *lexicons.CIDLink:
		return linkFor(t)
	case *lexicons.Blob:
		return blobFor(t, s)
	case *lexicons.Token:
		return rapid.SampledFrom([]string{nameOf(s), nameOf(s), "#word", "com.example.fixed", ""}).Draw(t, "token")
	case *lexicons.Array:
		return listFor(t, s, depth)
	case *lexicons.Object:
		return membersFor(t, s.Properties, s.Nullable, depth)
	case *lexicons.Params:
		return membersFor(t, s.Properties, nil, depth)
	case *lexicons.Record:
		return recordFor(t, s, depth)
	case *lexicons.Union:
		return variantFor(t, s, depth)
	}
	return rapid.SampledFrom([]any{object{}, object{"a": []any{nil}}, object{"$type": "com.example.x"}, object{"$bytes": "", "$link": ""}, object{"$link": "x"}, object{"$type": "blob"}}).Draw(t, "unknown")
}

// numberFor draws what lies at bounds and beside them, in any notation.
func numberFor(t *rapid.T, s *lexicons.Integer) any {
	numbers := []json.Number{"0", "1", "-0", "1.0", "10e-1", "1E2", "1.5", "1e400", "9223372036854775807", "9223372036854775808", "-9223372036854775809"}
	for _, bound := range []*int64{s.Minimum, s.Maximum, s.Const, s.Default} {
		if bound != nil {
			numbers = append(numbers, around(*bound)...)
		}
	}
	for _, listed := range s.Enum {
		numbers = append(numbers, around(listed)...)
	}
	return rapid.SampledFrom(numbers).Draw(t, "number")
}

// around is a number and its neighbours, as far as 64 bits hold them; in front
// the number itself is more frequent than either.
func around(n int64) []json.Number {
	number := func(n int64) json.Number { text, _ := json.Marshal(n); return json.Number(text) }
	return []json.Number{number(n), number(n), number(n - 1), number(n + 1)}
}

func textFor(t *rapid.T, s *lexicons.String) string {
	var texts []string
	switch {
	case s.Format != "":
		return rapid.SampledFrom(examples(s.Format)).Draw(t, s.Format)
	case s.Const != nil:
		texts = append(texts, *s.Const)
	case s.Enum != nil:
		texts = s.Enum
	}
	if len(texts) > 0 && !oneIn(t, 3, "another text") {
		return rapid.SampledFrom(texts).Draw(t, "text")
	}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words()), 0, 3).Draw(t, "words"), "")
}

// examples are strings on whose format there is no dispute. The two readings
// are free to differ in the others: the suite lets pass what a server may
// send, and the mock refuses what a client had better not.
func examples(format string) []string {
	var texts []string
	valid, invalid := fixtures.Format(format)
	for _, example := range slices.Concat(valid, invalid) {
		if !example.Disputed {
			texts = append(texts, example.Value)
		}
	}
	return texts
}

func bytesFor(t *rapid.T, s *lexicons.Bytes) any {
	raw := make([]byte, rapid.SampledFrom(lengths(s.MinLength, s.MaxLength)).Draw(t, "bytes"))
	texts := []string{base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw), "YR", "a", "=", "YQ=", "YQ===", "Y Q", "Y\nQ", "-_-_"}
	value := object{"$bytes": rapid.SampledFrom(slices.Insert(texts, 0, texts[:2]...)).Draw(t, "base64")}
	return corrupted(t, value)
}

// lengths are what lies at bounds and beside them.
func lengths(least, most *int) []int {
	found := []int{0, 1, 2}
	for _, bound := range []*int{least, most} {
		if bound != nil {
			found = append(found, max(*bound-1, 0), *bound, *bound, *bound+1)
		}
	}
	return found
}

func linkFor(t *rapid.T) any {
	return corrupted(t, object{"$link": rapid.SampledFrom(examples(lexicons.FormatCID)).Draw(t, "cid")})
}

func blobFor(t *rapid.T, s *lexicons.Blob) any {
	size := json.Number("1")
	if s.MaxSize != nil {
		size = rapid.SampledFrom(around(int64(*s.MaxSize))).Draw(t, "size")
	}
	types := []string{"image/png", "image/png", "image/gif", "text/plain", "imagery/png", "image", ""}
	cids, _ := fixtures.Format(lexicons.FormatCID)
	return corrupted(t, object{"$type": "blob", "size": size, "ref": corrupted(t, object{"$link": cids[0].Value}),
		"mimeType": rapid.SampledFrom(types).Draw(t, "media type")})
}

// corrupted lacks a member, has one of another type, or has one more, now and
// then.
func corrupted(t *rapid.T, value object) any {
	if !oneIn(t, 4, "corrupted") {
		return value
	}
	names := make([]string, 0, len(value))
	for name := range value {
		names = append(names, name)
	}
	slices.Sort(names)
	name := rapid.SampledFrom(append(names, "more", "$type")).Draw(t, "corrupted member")
	if rapid.Bool().Draw(t, "absent") {
		delete(value, name)
	} else {
		value[name] = anything(t)
	}
	return value
}

func listFor(t *rapid.T, s *lexicons.Array, depth int) any {
	list := []any{}
	if depth <= 0 {
		return list
	}
	for range rapid.SampledFrom(lengths(s.MinLength, s.MaxLength)).Draw(t, "elements") {
		list = append(list, valueFor(t, s.Items, depth-1))
	}
	return list
}

func membersFor(t *rapid.T, properties []lexicons.Property, nullable []string, depth int) any {
	value := object{}
	for _, property := range properties {
		switch {
		case depth <= 0 || oneIn(t, 6, "absent"):
		case slices.Contains(nullable, property.Name) && oneIn(t, 3, "null"):
			value[property.Name] = nil
		default:
			value[property.Name] = valueFor(t, property.Schema, depth-1)
		}
	}
	if oneIn(t, 8, "one more") {
		value["more"] = anything(t)
	}
	return value
}

func recordFor(t *rapid.T, s *lexicons.Record, depth int) any {
	value, _ := valueFor(t, s.Record, depth).(object)
	return typed(t, value, nameOf(s))
}

func variantFor(t *rapid.T, s *lexicons.Union, depth int) any {
	value := object{}
	name := "com.example.elsewhere"
	if len(s.Targets) > 0 {
		target := rapid.SampledFrom(s.Targets).Draw(t, "variant")
		name = nameOf(target)
		value, _ = valueFor(t, target, depth).(object)
	}
	return typed(t, value, name)
}

// typed says of an object what it is, or nearly so. A nil object becomes one
// without other members.
func typed(t *rapid.T, value object, name string) any {
	if value == nil {
		value = object{}
	}
	names := []any{name, name, name, name, "com.example.elsewhere#thing", name + "#main", strings.TrimPrefix(name, "com.example.drawn"), "", nil, json.Number("1")}
	if named := rapid.SampledFrom(append(names, "absent")).Draw(t, "$type"); named != "absent" {
		value["$type"] = named
	}
	return value
}

// nameOf is how "$type" and tokens call a definition.
func nameOf(schema lexicons.Schema) string {
	path, pointer, _ := strings.Cut(string(schema.At()), "#/defs/")
	nsid := strings.ReplaceAll(strings.TrimSuffix(path, ".json"), "/", ".")
	return strings.TrimSuffix(nsid+"#"+pointer, "#main")
}
