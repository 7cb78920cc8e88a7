package lexval

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Params reads the parameters of a method from a query string. It is safe for
// use by several goroutines.
type Params struct {
	fields []paramField
	object *objectRule
}

type paramField struct {
	name   string
	schema lexicons.Schema
}

// CompileParams compiles the parameters of a method; nil stands for none.
func (c *Compiler) CompileParams(schema *lexicons.Params) (*Params, error) {
	if schema == nil {
		return &Params{object: &objectRule{}}, nil
	}
	compiled, err := c.object(schema.Properties, schema.Required, nil)
	if err != nil {
		return nil, err
	}
	params := &Params{object: compiled.(*objectRule)}
	for _, property := range schema.Properties {
		params.fields = append(params.fields, paramField{property.Name, lexicons.Deref(property.Schema)})
	}
	return params, nil
}

// Decode reads what the lexicon declares and ignores the rest. A boolean is
// never ill-formed: it is true where its text is "true" and stands alone. An
// empty text counts as absent, and absent parameters have their defaults.
func (p *Params) Decode(rawQuery string) (Values, *Problem) {
	values := Values{}
	if len(p.fields) == 0 {
		return values, nil
	}
	query := parseQuery(rawQuery)
	for _, field := range p.fields {
		if value, present := field.read(query[field.name]); present {
			values[field.name] = value
		}
	}
	return values, p.object.check(map[string]any(values))
}

// parseQuery differs from net/url in that nothing is an error: a bad escape
// stands for itself. A bracket after a name marks a list, as "name[]".
func parseQuery(raw string) map[string][]string {
	query := map[string][]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, text, _ := strings.Cut(pair, "=")
		name, bracket, isList := strings.Cut(unescape(name), "[")
		if isList && strings.HasSuffix(bracket, "]") && len(query[name]) == 0 {
			query[name] = append(query[name], "") // so that the text doesn't stand alone
		}
		query[name] = append(query[name], unescape(text))
	}
	return query
}

func unescape(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

func (f paramField) read(texts []string) (value any, present bool) {
	if len(texts) == 0 || len(texts) == 1 && texts[0] == "" {
		return nil, false
	}
	if array, ok := f.schema.(*lexicons.Array); ok {
		return readList(lexicons.Deref(array.Items), texts), true
	}
	if _, ok := f.schema.(*lexicons.Boolean); ok {
		return len(texts) == 1 && texts[0] == "true", true
	}
	if len(texts) > 1 {
		return Strings(texts), true // a list where one is wanted: the check says so
	}
	return readOne(f.schema, texts[0]), true
}

func readList(items lexicons.Schema, texts []string) []any {
	list := make([]any, 0, len(texts))
	for _, text := range texts {
		if text != "" {
			list = append(list, readOne(items, text))
		}
	}
	return list
}

var integerText = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// readOne reads a single text; one that isn't of the type stays a string, for
// the check to refuse.
func readOne(schema lexicons.Schema, text string) any {
	switch schema.(type) {
	case *lexicons.Boolean:
		return text == "true"
	case *lexicons.Integer:
		if integerText.MatchString(text) {
			return json.Number(text)
		}
	case *lexicons.Unknown:
		return map[string]any{"text": text} // anything goes, and a text is no object
	}
	return text
}
