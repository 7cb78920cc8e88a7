package client

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

func otherMediaType(q request, method *lexicons.Method) string {
	got, _, err := mime.ParseMediaType(q.ContentType)
	if err != nil {
		return "the Content-Type is " + orNone(q.ContentType)
	}
	return differs("the Content-Type", got, method.Input.Encoding)
}

func invalidInput(q request, method *lexicons.Method, schemas *schema.Set) string {
	switch {
	case q.ContentLength == 0:
		return "no body"
	case q.BodyBytes == 0:
		return "" // refused before the server had read it
	}
	value, ok := decoded(q.Body)
	if !ok {
		return "the body is not JSON"
	}
	if method.Input.Schema == nil {
		return ""
	}
	violations := schemas.Validate(method.Input.Schema.At(), value)
	if len(violations) == 0 {
		return ""
	}
	return violations[0].Place() + ": " + violations[0].Problem
}

// decoded reads a body of the log: JSON, or a string that says why not.
func decoded(body json.RawMessage) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil, false
	}
	text, isText := value.(string)
	return value, !isText || !strings.HasSuffix(text, " bytes]")
}

// invalidParameters says what is wrong with a query.
func invalidParameters(q request, params *lexicons.Params) string {
	given, err := url.ParseQuery(q.Query)
	if err != nil {
		return "the query can't be read"
	}
	for _, name := range params.Required {
		if !given.Has(name) {
			return "the parameter " + name + " is missing"
		}
	}
	for _, property := range params.Properties {
		for _, value := range given[property.Name] {
			if wrong := wrongParameter(property.Schema, value); wrong != "" {
				return "the parameter " + property.Name + " " + wrong
			}
		}
	}
	return ""
}

func wrongParameter(declared lexicons.Schema, value string) string {
	switch declared.(type) {
	case *lexicons.Boolean:
		if value != "true" && value != "false" {
			return "is neither true nor false"
		}
	case *lexicons.Integer:
		if !isInteger(value) {
			return "is not an integer"
		}
	}
	return ""
}

func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// members are the names that any document gives to the members of an input: a
// client of today is not wrong at a server of yesterday.
type members map[string][]string

func (m members) unknown(q request, method string) string {
	value, _ := decoded(q.Body)
	object, _ := value.(map[string]any)
	for name := range object {
		if !slices.Contains(m[method], name) {
			return "the member " + shorten(name, 60)
		}
	}
	return ""
}

// membersOf reads the documents of every embedded revision, and one more.
func membersOf(more *lexicons.Catalog) (members, error) {
	known := members{}
	catalogs := []*lexicons.Catalog{more}
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			return nil, err
		}
		catalogs = append(catalogs, catalog)
	}
	for _, catalog := range catalogs {
		for _, method := range catalog.Methods() {
			if object := method.Input.Object(); object != nil {
				for _, property := range object.Properties {
					known[short(method.NSID)] = append(known[short(method.NSID)], property.Name)
				}
			}
		}
	}
	return known, nil
}
