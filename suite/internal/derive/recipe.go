package derive

import (
	"context"
	"net/url"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Recipe makes a recipe of the document alone, with sample values and without
// a credential, for a method that nobody has written one for.
func Recipe(method *lexicons.Method) spec.Recipe {
	return spec.Recipe{
		Request: func(context.Context, *spec.Trial) xrpc.Request { return Sample(method) },
	}
}

// maxSampleDepth bounds samples of schemas that hold themselves.
const maxSampleDepth = 8

// Sample makes a request to a method of values that fit its schema and belong
// to nobody.
func Sample(method *lexicons.Method) xrpc.Request {
	if method.IsQuery() {
		return xrpc.Query(method.NSID, sampleParams(method.Params))
	}
	object := method.Input.Object()
	switch {
	case object != nil:
		input, _ := sample(object, maxSampleDepth).(map[string]any)
		return xrpc.Procedure(method.NSID, input)
	case method.Input != nil:
		return xrpc.ProcedureWithoutInput(method.NSID).WithRaw([]byte(sampleText), method.Input.Encoding)
	}
	return xrpc.ProcedureWithoutInput(method.NSID)
}

// Samples returns a function that makes a Sample for a method of a catalogue, by
// its NSID, and reports whether there is one.
func Samples(catalog *lexicons.Catalog) func(nsid string) (xrpc.Request, bool) {
	return func(nsid string) (xrpc.Request, bool) {
		method := catalog.Method(nsid)
		if method == nil {
			return xrpc.Request{}, false
		}
		return Sample(method), true
	}
}

func sampleParams(params *lexicons.Params) url.Values {
	values := url.Values{}
	if params == nil {
		return values
	}
	for _, name := range params.Required {
		values[name] = sampleParameter(params.Property(name))
	}
	return values
}
