package derive

import (
	"context"
	"net/url"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Recipe makes a recipe of the document alone, with sample values, for a method
// that nobody has written one for. Who may call it the document doesn't say:
// each credential at hand is tried, and none where none is taken.
func Recipe(method *lexicons.Method) spec.Recipe {
	return spec.Recipe{
		Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
			for _, authorization := range credentialsAtHand(ctx, t, method.NSID) {
				if taken(ctx, t, method, authorization) {
					return Sample(method).WithAuthorization(authorization)
				}
			}
			return Sample(method)
		},
	}
}

// credentialsAtHand are none at first, then those of an account and of the
// admin.
func credentialsAtHand(ctx context.Context, t *spec.Trial, nsid string) []string {
	found := []string{""}
	if t.Target().Missing(target.Login) == nil {
		t.Attempt(ctx, func(ctx context.Context, t *spec.Trial) {
			made := impersonatedSession(ctx, t)
			found = append(found, "Bearer "+made.Access, "Bearer "+made.Refresh)
		})
	}
	if t.Target().Missing(target.Admin) == nil {
		found = append(found, t.Target().AsAdmin(xrpc.ProcedureWithoutInput(nsid)).Authorization)
	}
	return found
}

// taken reports whether a credential opens a method, asked once in a run.
func taken(ctx context.Context, t *spec.Trial, method *lexicons.Method, authorization string) bool {
	return spec.Once(ctx, t, "taken "+method.NSID+" "+authorization, func(ctx context.Context, t *spec.Trial) bool {
		return t.Do(ctx, Sample(method).WithAuthorization(authorization)).Succeeded()
	})
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
