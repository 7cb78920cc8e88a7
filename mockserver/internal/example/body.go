package example

import (
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// Raw is the example of an output without a schema: its media type, and bytes
// that a reader of that type can read.
func Raw(output *lexicons.Body) (media string, body []byte) {
	media = mediaOf(output.Encoding)
	switch {
	case media == "application/vnd.ipld.car":
		return media, emptyArchive()
	case strings.HasSuffix(media, "json"):
		return media, []byte("{}")
	case media == "application/jsonl":
		return media, []byte("{}\n")
	}
	return media, []byte("example\n")
}

// emptyArchive is a CAR of version 1 without roots and blocks.
// Source: https://ipld.io/specs/transport/car/carv1
func emptyArchive() []byte {
	const header = "\xa2eroots\x80gversion\x01"
	return append([]byte{byte(len(header))}, header...)
}

// Params are values of all parameters, as they stand in a query: texts, or
// lists of them.
func (s Source) Params(params *lexicons.Params) map[string]any {
	values := map[string]any{}
	if params == nil {
		return values
	}
	for _, property := range params.Properties {
		value, made := s.Of(property.Schema)
		if list, isList := value.([]any); isList {
			texts := []string{}
			for _, item := range list {
				texts = append(texts, plain(item))
			}
			values[property.Name] = texts
		} else if made {
			values[property.Name] = plain(value)
		}
	}
	return values
}

// plain is a value as text.
func plain(value any) string {
	if text, isText := value.(string); isText {
		return text
	}
	text, _ := lexval.Append(nil, value) // what examples are made of always has a form
	return string(text)
}
