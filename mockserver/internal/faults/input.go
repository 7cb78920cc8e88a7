package faults

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// inputDefects are requests that a method ought to refuse, or to take.
func inputDefects(method *lexicons.Method) []defect {
	all := []defect{
		about(method, "input", "server-error", "answers ill-formed requests with status 500",
			func(f *xrpc.Faults) { f.Crashes = true }),
		about(method, "input", "connection-dropped", "hangs up where a request is to be refused",
			onError(func(*xrpc.Response) { panic(http.ErrAbortHandler) })),
	}
	if method.IsQuery() {
		all = append(all, paramDefects(method)...)
	}
	if method.Input == nil {
		return all
	}
	all = append(all, about(method, "input", "media-type-unchecked", "takes any media type for the one that it declares",
		func(f *xrpc.Faults) { f.AnyMedia = true }))
	if method.Input.Schema == nil {
		return all
	}
	all = append(all,
		about(method, "input", "malformed-accepted", "takes JSON that is broken",
			func(f *xrpc.Faults) { f.AnyJSON = true }),
		about(method, "input", "extra-refused", "refuses properties that it does not know",
			func(f *xrpc.Faults) { f.ClosedInput = true }))
	for _, place := range placesOf(method.Input.Schema, true) {
		all = append(all, place.omissions(method)...)
	}
	return all
}

// paramDefects are those of the parameters.
func paramDefects(method *lexicons.Method) []defect {
	all := []defect{
		about(method, "input", "unknown-parameter-refused", "refuses parameters that it does not know",
			func(f *xrpc.Faults) { f.ClosedParams = true }),
		about(method, "input", "unknown-parameter-server-error", "answers parameters that it does not know with status 500",
			onQuery(func(query url.Values) bool {
				for name := range query {
					if method.Params == nil || method.Params.Property(name) == nil {
						return true
					}
				}
				return false
			})),
	}
	if method.Params == nil {
		return all
	}
	all = append(all, about(method, "input", "escape-server-error", "answers a malformed escape in the query with status 500",
		func(f *xrpc.Faults) {
			onAnswer(func(r *http.Request, response *xrpc.Response) {
				if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
					response.Status = http.StatusInternalServerError
				}
			})(f)
		}))
	all = append(all, uncheckedParams(method)...)
	for _, property := range method.Params.Properties {
		name := property.Name
		if !method.Params.Requires(name) {
			all = append(all, demanded(method, name))
		}
		if _, isList := lexicons.Deref(property.Schema).(*lexicons.Array); !isList {
			all = append(all, about(method, "input", name+".doubled-server-error", "answers two values of "+name+" with status 500",
				onQuery(func(query url.Values) bool { return len(query[name]) > 1 })))
		}
		if _, isTruth := lexicons.Deref(property.Schema).(*lexicons.Boolean); isTruth {
			all = append(all, about(method, "input", name+".type-server-error", "answers "+name+" of another type with status 500",
				onQuery(func(query url.Values) bool {
					return query.Has(name) && query.Get(name) != "true" && query.Get(name) != "false"
				})))
		}
	}
	return all
}

// uncheckedParams are the checks of parameters that can be forgotten. Every text
// is a string, and servers differ in what they make of one that is no boolean.
func uncheckedParams(method *lexicons.Method) []defect {
	var all []defect
	for _, property := range method.Params.Properties {
		schema := lexicons.Deref(property.Schema)
		p := place{[]string{property.Name}, property.Schema.At(), schema, method.Params.Requires(property.Name)}
		for _, d := range p.unchecked(method, func(f *xrpc.Faults) *lexval.Omissions { return &f.Params }) {
			if _, isNumber := schema.(*lexicons.Integer); isNumber || !strings.HasSuffix(d.ID, ".type-unchecked") {
				all = append(all, d)
			}
		}
	}
	return all
}

func demanded(method *lexicons.Method, name string) defect {
	return about(method, "input", name+".demanded", "can't do without "+name, func(f *xrpc.Faults) { f.Demanded = name })
}

// onQuery crashes where the parameters are such.
func onQuery(crashes func(url.Values) bool) func(*xrpc.Faults) {
	return func(f *xrpc.Faults) {
		f.Answer = append(f.Answer, func(r *http.Request, response *xrpc.Response) {
			if crashes(r.URL.Query()) {
				response.Status = http.StatusInternalServerError
			}
		})
	}
}

// omissions are the checks of an input that can be forgotten at a place.
func (p place) omissions(method *lexicons.Method) []defect {
	all := p.unchecked(method, func(f *xrpc.Faults) *lexval.Omissions { return &f.Input })
	if len(p.path) > 1 {
		return all
	}
	if p.required && hasDefault(p.schema) {
		all = append(all, about(method, "input", p.name()+".absence-server-error", "answers an input without "+p.name()+" with status 500",
			func(f *xrpc.Faults) { f.Demanded, f.Crashes = p.name(), true }))
	}
	if !p.required {
		all = append(all, demanded(method, p.name()))
	}
	return all
}

// unchecked are the keywords that nobody looks at: each by itself, all by what
// the schema of the place says.
func (p place) unchecked(method *lexicons.Method, omissions func(*xrpc.Faults) *lexval.Omissions) []defect {
	var all []defect
	add := func(name, description string, at lexicons.Pointer, keyword string) {
		all = append(all, about(method, "input", p.name()+"."+name, description,
			func(f *xrpc.Faults) { omissions(f).Miss(at, keyword) }))
	}
	if p.required && !hasDefault(p.schema) {
		add("absence-unchecked", "takes an input without "+p.name(), p.at, "required")
	}
	if p.schema == nil { // its document is not at hand
		return all
	}
	add("type-unchecked", "takes "+p.name()+" of any type", p.schema.At(), "type")
	if text, isText := p.schema.(*lexicons.String); isText && text.Format != "" {
		add("format-unchecked", "takes "+p.name()+" that is no "+text.Format, text.At(), "format")
	}
	for _, keyword := range boundsOf(p.schema) {
		add(dashed(keyword)+"-unchecked", "takes "+p.name()+" beyond its "+keyword, p.schema.At(), keyword)
	}
	return all
}

// hasDefault reports whether an absent value is as good as a present one.
func hasDefault(schema lexicons.Schema) bool {
	switch s := schema.(type) {
	case *lexicons.Boolean:
		return s.Default != nil
	case *lexicons.Integer:
		return s.Default != nil
	case *lexicons.String:
		return s.Default != nil
	}
	return false
}

// methodDefects are those of the verb.
func methodDefects(method *lexicons.Method) []defect {
	return []defect{
		about(method, "method", "any-verb", "answers every HTTP verb with success", func(f *xrpc.Faults) { f.AnyVerb = true }),
		about(method, "method", "not-served", "is not there", func(f *xrpc.Faults) {
			f.Answer = append(f.Answer, func(_ *http.Request, response *xrpc.Response) {
				*response = xrpc.JSON([]byte(`{"error":"MethodNotImplemented","message":"Method Not Implemented"}`))
				response.Status = http.StatusNotImplemented
			})
		}),
	}
}
