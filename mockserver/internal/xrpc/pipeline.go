package xrpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// passage is one call on its way through the stages: route, credentials,
// parameters and input, handler, output check. Faults change what a stage does;
// without any each does what the document says.
type passage struct {
	*endpoint
	*Faults
	call     *Call
	exchange *Exchange
	lapsed   bool // no refusal of the handler counts
	forgiven bool // no refusal counts
	salvaged bool // the input is what was left of one
}

// serve takes a call through all stages; the first that fails answers. What is
// an error at the end, and is to be a success by a fault, becomes the plainest
// one that the document allows.
func (e *endpoint) serve(ctx context.Context, call *Call, exchange *Exchange, faults *Faults) (lexval.Object, error) {
	p := passage{endpoint: e, Faults: faults, call: call, exchange: exchange}
	err := p.admit()
	admitted := err == nil
	var output lexval.Object
	if admitted {
		output, err = p.carryOut(ctx)
	}
	if err == nil {
		return output, nil
	}
	var refusal *Error
	if errors.As(err, &refusal) {
		for _, replace := range p.Refuse {
			if refusal = replace(refusal); refusal == nil {
				return p.sample(), nil
			}
		}
		err = refusal
	}
	if p.forgiven || p.lapsed && admitted {
		return p.sample(), nil
	}
	return output, err
}

// admit is everything before the handler.
func (p *passage) admit() error {
	if err := p.checkVerb(p.call.HTTP.Method); err != nil {
		if p.forgiven = p.AnyVerb; !p.forgiven {
			return p.formal(err)
		}
	}
	if !p.AuthorizeLast {
		if err := p.authorize(); err != nil {
			return err
		}
	}
	if err := p.takeInput(); err != nil {
		return p.formal(err)
	}
	if p.AuthorizeLast {
		return p.authorize()
	}
	return nil
}

// formal is the error of a request whose form is wrong.
func (p *passage) formal(err error) error {
	if p.Crashes {
		return internal()
	}
	return err
}

func (p *passage) authorize() error {
	if p.endpoint.Authorize == nil {
		return nil
	}
	caller, err := p.endpoint.Authorize(p.call.HTTP)
	for _, look := range p.Authorize {
		caller, err = look(p.call.HTTP, caller, err)
	}
	p.lapsed = p.lapsed || caller.Lapsed
	if p.call.Caller = caller; err == nil {
		p.exchange.Caller = caller.DID
	}
	return err
}

func (p *passage) takeInput() error {
	r := p.call.HTTP
	if p.AnyMedia && p.method.Input != nil {
		header := r.Header.Get("Content-Type")
		if media, _ := mediaType(header); !accepts(p.method.Input.Encoding, media) {
			r.Header.Set("Content-Type", p.method.Input.Encoding)
			p.lapsed = true
		}
	}
	body, err := p.readInput(r, p.exchange)
	p.call.Body, p.call.Media = body.raw, body.media
	for _, look := range p.Read {
		if failed := look(body.raw); failed != nil {
			return failed
		}
	}
	if err != nil && p.AnyJSON && len(body.raw) > 0 {
		body.value, err = salvage(body.raw), nil
		p.salvaged, p.lapsed = true, true
	}
	if err != nil {
		return err
	}
	var problem *lexval.Problem
	if p.call.Params, problem = p.params.Decode(r.URL.RawQuery); problem != nil {
		if !p.Params.Take(p.call.Params) {
			return InvalidRequest(problem.In("Error: Params"))
		}
		p.lapsed = true
	}
	if p.ClosedParams {
		if name := p.unknownParam(r.URL.Query()); name != "" {
			return InvalidRequest("Error: Params must not have " + name)
		}
	}
	return p.takeValue(body)
}

func (p *passage) takeValue(body input) (err error) {
	members, isObject := body.value.(map[string]any)
	if p.ClosedInput && p.method.Input != nil {
		if name := p.unknownProperty(members); name != "" {
			return InvalidRequest("Input must not have " + name)
		}
	}
	if p.Demanded != "" {
		if _, given := members[p.Demanded]; !given && !p.call.HTTP.URL.Query().Has(p.Demanded) {
			return InvalidRequest("Request must have the property \"" + p.Demanded + "\"")
		}
	}
	p.call.Input, err = p.checkInput(p.call.HTTP, body)
	if err == nil || !isObject {
		return err
	}
	if p.salvaged || p.Input.Take(members) {
		p.call.Input, p.lapsed, err = members, true, nil
	}
	return err
}

// carryOut calls the handler, or what faults have put around it.
func (p *passage) carryOut(ctx context.Context) (lexval.Object, error) {
	if len(p.Handle) == 0 {
		return p.handle(ctx, p.call)
	}
	answer := p.handle
	for _, replace := range p.Handle {
		answer = replace(answer)
	}
	return answer(ctx, p.call)
}

// handle calls the handler, which may be one for the documents of several
// revisions: it gets no input that the document lacks, and no output nor name
// of an error is sent that the document lacks.
func (e *endpoint) handle(ctx context.Context, call *Call) (lexval.Object, error) {
	e.listedInput.Only(map[string]any(call.Input))
	output, err := e.Handle(ctx, call)
	if refusal := new(Error); err != nil && errors.As(err, &refusal) {
		return nil, refusal.in(e.method)
	}
	if output == nil || err != nil || e.method.Output == nil {
		return nil, err
	}
	output, _ = e.listedOutput.Only(output, e.Keeps...).(lexval.Object)
	return append(output, e.Unwritten...), nil
}

// checkVerb lets HEAD pass where GET does.
// Source: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2
func (e *endpoint) checkVerb(verb string) error {
	want := e.method.Verb()
	if verb == want || verb == http.MethodHead && want == http.MethodGet {
		return nil
	}
	return InvalidRequest("Incorrect HTTP method (" + verb + ") expected " + want)
}

// input is a body on its way through the checks.
type input struct {
	raw   []byte
	media string
	value any // the decoded JSON, where it is JSON
}

// readInput reads and parses the body of a procedure, be one expected or not.
func (e *endpoint) readInput(r *http.Request, exchange *Exchange) (body input, err error) {
	if e.method.IsQuery() {
		return body, nil
	}
	if body.raw, err = readBody(r, cmp.Or(e.MaxBody, MaxBody)); err != nil {
		return body, err
	}
	exchange.KeepRequestBody(body.raw)
	var charset string
	body.media, charset = mediaType(r.Header.Get("Content-Type"))
	if body.media != jsonType || len(body.raw) == 0 {
		return body, nil
	}
	if charset != "" && charset != "utf-8" && charset != "utf8" {
		return body, unsupportedMediaType("Unsupported charset: " + charset)
	}
	if body.value, err = lexval.Decode(body.raw); err != nil {
		return body, InvalidRequest("The request body is no valid JSON object: " + err.Error())
	}
	return body, nil
}

// checkInput holds a body against what the lexicon declares: whether there is
// one at all, its media type, its schema.
func (e *endpoint) checkInput(r *http.Request, body input) (lexval.Values, error) {
	declared := e.method.Input
	switch {
	case declared == nil && hasBody(r):
		return nil, InvalidRequest("A request body was provided when none was expected")
	case declared == nil:
		return nil, nil
	case len(body.raw) == 0 && body.media == jsonType && e.needsNothing():
		return lexval.Values{}, nil
	case len(body.raw) == 0:
		return nil, InvalidRequest("A request body is expected but none was provided")
	case body.media == "":
		return nil, InvalidRequest("Request encoding (Content-Type) required but not provided")
	case !accepts(declared.Encoding, body.media):
		return nil, InvalidRequest("Wrong request encoding (Content-Type): " + body.media)
	case e.input == nil:
		return nil, nil
	}
	return e.checkSchema(body.value)
}

// needsNothing reports whether the input is an object of which no member is
// required: no body at all is then as good as an empty object.
func (e *endpoint) needsNothing() bool {
	object := e.method.Input.Object()
	return object != nil && len(object.Required) == 0
}

// checkSchema reads an array as an object without members, so that the answer
// says which property is missing.
func (e *endpoint) checkSchema(value any) (lexval.Values, error) {
	members, isObject := value.(map[string]any)
	if !isObject {
		members = map[string]any{}
	}
	if problem := e.input.Check(members); problem != nil {
		return nil, InvalidRequest(problem.In("Input"))
	}
	if !isObject {
		return nil, InvalidRequest("Input must be an object")
	}
	return members, nil
}

func accepts(pattern, media string) bool {
	if pattern == media || pattern == "*/*" {
		return true
	}
	prefix, wild := strings.CutSuffix(pattern, "/*")
	return wild && strings.HasPrefix(media, prefix+"/")
}

// encode holds an output against the lexicon and makes JSON of it; one that
// faults have changed is encoded as it is. An error is a schema violation of the
// mock.
func (e *endpoint) encode(output lexval.Object, faults *Faults, style *Style) ([]byte, error) {
	switch {
	case output == nil && faults.active, e.method.Output == nil && !faults.active:
		return nil, nil
	case faults.active:
		var value any = output
		for _, change := range faults.Output {
			value = change(value)
		}
		return style.encode(value)
	}
	if e.output != nil {
		if problem := e.output.Check(output); problem != nil {
			return nil, fmt.Errorf("%s: %s", e.NSID, problem.In("Output"))
		}
	}
	return style.encode(output)
}
