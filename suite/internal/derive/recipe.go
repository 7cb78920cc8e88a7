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
		return xrpc.ProcedureWithoutInput(method.NSID).WithRaw([]byte("pdsconform"), method.Input.Encoding)
	}
	return xrpc.ProcedureWithoutInput(method.NSID)
}

func sampleParams(params *lexicons.Params) url.Values {
	values := url.Values{}
	if params == nil {
		return values
	}
	for _, name := range params.Required {
		switch s := params.Property(name).(type) {
		case *lexicons.Boolean:
			values.Set(name, "true")
		case *lexicons.Integer:
			values.Set(name, "1")
		case *lexicons.String:
			values.Set(name, sampleString(s))
		}
	}
	return values
}
