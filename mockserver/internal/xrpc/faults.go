package xrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// Handler is what answers a call: an output, nil where none is declared, or
// an *Error.
type Handler = func(context.Context, *Call) (lexval.Object, error)

// Faults is what is wrong with the way in which one method is served, stage by
// stage. The zero value is a method with which nothing is wrong. A request
// that gets through by a fault only is a lapse: it is answered with success,
// whatever the handler makes of it.
type Faults struct {
	AnyVerb      bool             // every verb is good
	AnyMedia     bool             // every media type is taken for JSON
	AnyJSON      bool             // malformed JSON is taken for what can be made of it
	ClosedInput  bool             // input properties that the document lacks are refused
	ClosedParams bool             // as are parameters
	Demanded     string           // an input property or parameter that is taken for required
	Crashes      bool             // every refusal of a request's form is status 500
	Input        lexval.Omissions // what is not checked in an input
	Params       lexval.Omissions // and in parameters

	active bool // set by Prepare: a server without faults has none that are

	// Read looks at a body as it came, before anything else does; an error is
	// the answer.
	Read []func(body []byte) error
	// Authorize has another look at a caller, each after the one before.
	Authorize []func(*http.Request, Caller, error) (Caller, error)
	// Handle replaces the handler, which each gets and may call.
	Handle []func(Handler) Handler
	// Refuse replaces errors; nil stands for success.
	Refuse []func(*Error) *Error
	// Output replaces what is encoded.
	Output []func(any) any
	// Answer changes what is written, successes and errors.
	Answer []func(*http.Request, *Response)
}

// SetFaults makes the router serve methods wrongly: those by whose NSID there
// are faults. Those under "" corrupt every answer. Nil makes it sound again.
// Outputs are not held against their documents as long as there are faults.
func (router *Router) SetFaults(faults map[string]*Faults) error {
	if faults == nil {
		router.faults.Store(nil)
		return nil
	}
	if err := router.Prepare(faults); err != nil {
		return err
	}
	router.faults.Store(&faults)
	return nil
}

// Prepare makes faults ready for the use in an InjectedFault, which replaces
// those that the router has.
func (router *Router) Prepare(faults map[string]*Faults) error {
	for _, endpoints := range []map[string]*endpoint{router.further, router.endpoints} { // what both have, the server's own answer
		for nsid, endpoint := range endpoints {
			if faults[nsid] == nil {
				faults[nsid] = &Faults{}
			}
			faults[nsid].active = true
			if err := faults[nsid].compile(endpoint); err != nil {
				return err
			}
		}
	}
	return nil
}

// faultsOf is what is wrong with the way in which a method is served; where
// nothing is, it is the faults that change nothing.
func (router *Router) faultsOf(endpoint *endpoint, hit *InjectedFault) *Faults {
	if faults := router.faultsFor(hit)[endpoint.NSID]; faults != nil {
		return faults
	}
	return &router.none
}

// faultsFor is what is wrong with the way in which a request is served, nil
// for nothing.
func (router *Router) faultsFor(hit *InjectedFault) map[string]*Faults {
	if hit != nil && hit.Faults != nil {
		return hit.Faults
	}
	if faults := router.faults.Load(); faults != nil {
		return *faults
	}
	return nil
}

func (f *Faults) compile(e *endpoint) error {
	if e.method.Params != nil {
		if err := f.Params.Compile(e.method.Params); err != nil {
			return err
		}
	}
	if e.method.Input == nil || e.method.Input.Schema == nil {
		return nil
	}
	return f.Input.Compile(e.method.Input.Schema)
}

// corrupt is the last stage of every answer.
func corrupt(faults map[string]*Faults, r *http.Request, nsid string, response *Response) {
	if faults == nil {
		return
	}
	for _, of := range []string{nsid, ""} {
		if faults[of] == nil {
			continue
		}
		for _, change := range faults[of].Answer {
			change(r, response)
		}
		if nsid == "" {
			return
		}
	}
}

// salvage returns the members before the first thing that is wrong.
func salvage(text []byte) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	members := map[string]any{}
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return members
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			break
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			break
		}
		if text, isName := name.(string); isName {
			members[text] = value
		}
	}
	return members
}

func (e *endpoint) unknownParam(query url.Values) string {
	for name := range query {
		if e.method.Params == nil || e.method.Params.Property(name) == nil {
			return name
		}
	}
	return ""
}

func (e *endpoint) unknownProperty(members map[string]any) string {
	object := e.method.Input.Object()
	for name := range members {
		if object != nil && object.Property(name) == nil {
			return name
		}
	}
	return ""
}

// sample is the plainest output that the document allows, nil where it
// declares none.
func (e *endpoint) sample() lexval.Object {
	if e.method.Output == nil || e.method.Output.Schema == nil {
		return nil
	}
	output, _ := lexval.Sample(e.method.Output.Schema).(lexval.Object)
	return output
}
