package suite

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/pdsconform/pdsconform/lexicons"
)

type object = map[string]any

// fixedDocument is what drawn documents can refer to besides themselves.
const fixedDocument = `{"lexicon":1,"id":"com.example.fixed","defs":{
	"main":{"type":"record","key":"tid","record":{"type":"object","required":["text"],"properties":{"text":{"type":"string","maxGraphemes":2}}}},
	"part":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"},"more":{"type":"array","items":{"type":"ref","ref":"#part"}}}},
	"word":{"type":"token"}}}`

// documentFor draws a document with definitions of every kind, which refer to
// each other and to the fixed one.
func documentFor(t *rapid.T) object {
	d := drawer{T: t, refs: []string{"#thing", "#row", "#word", "com.example.fixed#part", "com.example.fixed", "com.example.fixed#word"},
		variants: []string{"#thing", "com.example.drawn#thing", "com.example.fixed#part", "com.example.fixed"}}
	kind := d.pick("kind of main", "object", "record", "query", "procedure")
	if kind == "object" || kind == "record" {
		d.refs = append(d.refs, "com.example.drawn")
		d.variants = append(d.variants, "com.example.drawn")
	}
	defs := object{"thing": d.object(2), "word": object{"type": "token"}, "row": d.definition(2)}
	switch kind {
	case "object":
		defs["main"] = d.object(2)
	case "record":
		defs["main"] = object{"type": "record", "key": "any", "record": d.object(2)}
	case "query":
		defs["main"] = object{"type": "query", "parameters": d.params(), "output": d.body()}
	case "procedure":
		defs["main"] = object{"type": "procedure", "input": d.body(), "output": d.body()}
	}
	return object{"lexicon": 1, "id": "com.example.drawn", "defs": defs}
}

// drawer draws schemas.
type drawer struct {
	*rapid.T
	refs, variants []string
}

func (d drawer) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(d.T, label)
}

func (d drawer) coin(label string) bool { return rapid.Bool().Draw(d.T, label) }

// maybe sets a keyword half of the time.
func (d drawer) maybe(schema object, keyword string, value func() any) {
	if d.coin("has " + keyword) {
		schema[keyword] = value()
	}
}

func (d drawer) small() any { return rapid.IntRange(0, 3).Draw(d.T, "bound") }

// definition draws what may have a name of its own.
func (d drawer) definition(depth int) object {
	switch d.pick("type", "boolean", "integer", "string", "bytes", "cid-link", "blob", "unknown", "array", "object") {
	case "boolean":
		return d.boolean()
	case "integer":
		return d.integer()
	case "string":
		return d.string()
	case "bytes":
		return d.bounded(object{"type": "bytes"})
	case "blob":
		return d.blob()
	case "cid-link":
		return object{"type": "cid-link"}
	case "unknown":
		return object{"type": "unknown"}
	case "array":
		return d.bounded(object{"type": "array", "items": d.field(depth - 1)})
	}
	return d.object(depth)
}

// field draws what may stand as a member or an element.
func (d drawer) field(depth int) object {
	switch kind := d.pick("field", "definition", "ref", "union"); {
	case kind == "union":
		return d.union()
	case kind == "ref" || depth <= 0:
		return object{"type": "ref", "ref": d.pick("ref", d.refs...)}
	}
	return d.definition(depth)
}

func (d drawer) bounded(schema object) object {
	d.maybe(schema, "minLength", d.small)
	d.maybe(schema, "maxLength", d.small)
	return schema
}

func (d drawer) boolean() object {
	schema := object{"type": "boolean"}
	d.maybe(schema, "const", func() any { return d.coin("const") })
	d.maybe(schema, "default", func() any { return d.coin("default") })
	return schema
}

func (d drawer) integer() object {
	schema := object{"type": "integer"}
	number := func() any {
		return rapid.SampledFrom([]int64{-2, -1, 0, 1, 2, 3, 1 << 53, 1<<53 + 1, -1 << 63, 1<<63 - 1}).Draw(d.T, "number")
	}
	for _, keyword := range []string{"minimum", "maximum", "default"} {
		d.maybe(schema, keyword, number)
	}
	d.maybe(schema, "enum", func() any { return []any{number(), number()} })
	if d.pick("has const", "no", "no", "yes") == "yes" {
		schema["const"] = number()
	}
	return schema
}

func (d drawer) string() object {
	schema := d.bounded(object{"type": "string"})
	text := func() any { return rapid.SampledFrom(words()).Draw(d.T, "text") }
	d.maybe(schema, "minGraphemes", d.small)
	d.maybe(schema, "maxGraphemes", d.small)
	d.maybe(schema, "knownValues", func() any { return []any{text()} })
	switch d.pick("closed by", "nothing", "nothing", "format", "enum", "const", "default") {
	case "format":
		schema["format"] = d.pick("format", lexicons.Formats()...)
	case "enum":
		schema["enum"] = []any{text(), text()}
	case "const":
		schema["const"] = text()
	case "default":
		schema["default"] = text()
	}
	return schema
}

func (d drawer) blob() object {
	schema := object{"type": "blob"}
	d.maybe(schema, "maxSize", d.small)
	d.maybe(schema, "accept", func() any {
		return []any{d.pick("pattern", "*/*", "image/*", "image/png"), d.pick("pattern", "text/*", "image/gif")}
	})
	return schema
}

func (d drawer) union() object {
	schema := object{"type": "union", "refs": rapid.SliceOfN(rapid.SampledFrom(d.variants), 1, 3).Draw(d.T, "refs")}
	d.maybe(schema, "closed", func() any { return d.coin("closed") })
	return schema
}

// memberNames are names that could be mistaken for something else on the way
// through a pointer, a URL or JSON Schema.
func memberNames() []string {
	return []string{"a", "b", "", "else", "$type", "$link", "required", "a/b", "c~d", "%25", "é", "#main"}
}

func (d drawer) object(depth int) object {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom(memberNames()), 0, 3, rapid.ID[string]).Draw(d.T, "names")
	schema := object{"type": "object"}
	properties := object{}
	for _, name := range names {
		properties[name] = d.field(depth - 1)
	}
	if len(names) > 0 || d.coin("has properties") {
		schema["properties"] = properties
	}
	for _, keyword := range []string{"required", "nullable"} {
		d.maybe(schema, keyword, func() any { return d.some(names) })
	}
	return schema
}

// some draws a part of a list.
func (d drawer) some(names []string) []string {
	part := []string{}
	for _, name := range names {
		if d.coin("takes " + name) {
			part = append(part, name)
		}
	}
	return part
}

func (d drawer) params() object {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom(memberNames()), 0, 3, rapid.ID[string]).Draw(d.T, "parameters")
	properties := object{}
	for _, name := range names {
		properties[name] = d.param()
	}
	return object{"type": "params", "required": d.some(slices.Clone(names)), "properties": properties}
}

func (d drawer) param() object {
	single := func() object {
		switch d.pick("parameter", "boolean", "integer", "string") {
		case "boolean":
			return d.boolean()
		case "integer":
			return d.integer()
		}
		return d.string()
	}
	if d.coin("is a list") {
		return d.bounded(object{"type": "array", "items": single()})
	}
	return single()
}

func (d drawer) body() object {
	body := object{"encoding": "application/json"}
	switch d.pick("body", "object", "ref", "union") {
	case "object":
		body["schema"] = d.object(2)
	case "ref":
		body["schema"] = object{"type": "ref", "ref": d.pick("ref", d.variants...)}
	case "union":
		body["schema"] = d.union()
	}
	return body
}
