package xrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// attempt is one call that is served with faults.
type attempt struct {
	*endpoint
	*Faults
	call     *Call
	lapsed   bool // no refusal of the handler counts
	forgiven bool // no refusal counts
	salvaged bool // the input is what was left of one
}

// answerWrongly does what Router.call does, with faults.
func (e *endpoint) answerWrongly(r *http.Request, exchange *Exchange, faults *Faults, style *Style) (Response, error) {
	a := &attempt{endpoint: e, Faults: faults, call: &Call{NSID: e.NSID, HTTP: r}}
	output, err := a.serve(r.Context(), r, exchange)
	if err != nil {
		return Response{}, err
	}
	if output == nil {
		return Response{Status: http.StatusOK}, nil
	}
	var value any = output
	for _, change := range a.Output {
		value = change(value)
	}
	body, err := style.encode(value)
	if err != nil {
		return Response{}, err
	}
	return JSON(body), nil
}

// serve has the steps of endpoint.serve. What is an error at the end and is to
// be a success becomes the plainest one that the document allows.
func (a *attempt) serve(ctx context.Context, r *http.Request, exchange *Exchange) (lexval.Object, error) {
	err := a.admit(r, exchange)
	admitted := err == nil
	var output lexval.Object
	if admitted {
		answer := a.handle
		for _, replace := range a.Handle {
			answer = replace(answer)
		}
		output, err = answer(ctx, a.call)
	}
	var refusal *Error
	if errors.As(err, &refusal) {
		for _, replace := range a.Refuse {
			if refusal = replace(refusal); refusal == nil {
				return a.sample(), nil
			}
		}
		err = refusal
	}
	if err != nil && (a.forgiven || a.lapsed && admitted) {
		return a.sample(), nil
	}
	return output, err
}

// admit is everything before the handler.
func (a *attempt) admit(r *http.Request, exchange *Exchange) error {
	if err := a.checkVerb(r.Method); err != nil {
		if a.forgiven = a.AnyVerb; !a.forgiven {
			return a.formal(err)
		}
	}
	if !a.AuthorizeLast {
		if err := a.authorize(r, exchange); err != nil {
			return err
		}
	}
	if err := a.takeInput(r, exchange); err != nil {
		return a.formal(err)
	}
	if a.AuthorizeLast {
		return a.authorize(r, exchange)
	}
	return nil
}

func (a *attempt) authorize(r *http.Request, exchange *Exchange) error {
	if a.endpoint.Authorize == nil {
		return nil
	}
	caller, err := a.endpoint.Authorize(r)
	for _, look := range a.Authorize {
		caller, err = look(r, caller, err)
	}
	a.lapsed = a.lapsed || caller.Lapsed
	a.call.Caller, exchange.Caller = caller, caller.DID
	return err
}

// formal is the error of a request whose form is wrong.
func (a *attempt) formal(err error) error {
	if a.Crashes {
		return internal()
	}
	return err
}

func (a *attempt) takeInput(r *http.Request, exchange *Exchange) error {
	if a.AnyMedia && a.method.Input != nil {
		header := r.Header.Get("Content-Type")
		if media, _ := mediaType(header); !accepts(a.method.Input.Encoding, media) {
			r.Header.Set("Content-Type", a.method.Input.Encoding)
			a.lapsed = true
		}
	}
	body, err := a.readInput(r, exchange)
	if err != nil && a.AnyJSON && len(body.raw) > 0 {
		body.value, err = salvage(body.raw), nil
		a.salvaged, a.lapsed = true, true
	}
	if err != nil {
		return err
	}
	var problem *lexval.Problem
	if a.call.Params, problem = a.params.Decode(r.URL.RawQuery); problem != nil {
		return InvalidRequest(problem.In("Error: Params"))
	}
	if a.ClosedParams {
		if name := a.unknownParam(r.URL.Query()); name != "" {
			return InvalidRequest("Error: Params must not have " + name)
		}
	}
	return a.takeValue(r, body)
}

func (a *attempt) takeValue(r *http.Request, body input) (err error) {
	members, isObject := body.value.(map[string]any)
	if a.ClosedInput && a.method.Input != nil {
		if name := a.unknownProperty(members); name != "" {
			return InvalidRequest("Input must not have " + name)
		}
	}
	if _, given := members[a.Demanded]; a.Demanded != "" && !given && !r.URL.Query().Has(a.Demanded) {
		return InvalidRequest("Request must have the property \"" + a.Demanded + "\"")
	}
	a.call.Input, err = a.checkInput(r, body)
	if err == nil || !isObject {
		return err
	}
	if a.salvaged || a.Input.Take(members) {
		a.call.Input, a.lapsed, err = members, true, nil
	}
	return err
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

func (a *attempt) unknownParam(query url.Values) string {
	for name := range query {
		if a.method.Params == nil || a.method.Params.Property(name) == nil {
			return name
		}
	}
	return ""
}

func (a *attempt) unknownProperty(members map[string]any) string {
	object := a.method.Input.Object()
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
