package xrpc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// serve takes one call through all steps; the first that fails answers.
func (e *endpoint) serve(ctx context.Context, r *http.Request, exchange *Exchange) (lexval.Object, error) {
	if err := e.checkVerb(r.Method); err != nil {
		return nil, err
	}
	call := &Call{NSID: e.NSID, HTTP: r}
	if e.Authorize != nil && !e.AuthorizeLast {
		if err := e.authorize(call, exchange); err != nil {
			return nil, err
		}
	}
	body, err := e.readInput(r, exchange)
	if err != nil {
		return nil, err
	}
	var problem *lexval.Problem
	if call.Params, problem = e.params.Decode(r.URL.RawQuery); problem != nil {
		return nil, InvalidRequest(problem.In("Error: Params"))
	}
	if call.Input, err = e.checkInput(r, body); err != nil {
		return nil, err
	}
	if e.AuthorizeLast {
		if err := e.authorize(call, exchange); err != nil {
			return nil, err
		}
	}
	return e.handle(ctx, call)
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
	return output, nil
}

func (e *endpoint) authorize(call *Call, exchange *Exchange) (err error) {
	if call.Caller, err = e.Authorize(call.HTTP); err == nil {
		exchange.Caller = call.Caller.DID
	}
	return err
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
	if body.raw, err = readBody(r); err != nil {
		return body, err
	}
	exchange.keepRequestBody(body.raw)
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

// encode holds an output against the lexicon and makes JSON of it. An error is
// a defect of the mock.
func (e *endpoint) encode(output lexval.Object, style *Style) ([]byte, error) {
	if e.method.Output == nil {
		return nil, nil
	}
	if e.output != nil {
		if problem := e.output.Check(output); problem != nil {
			return nil, fmt.Errorf("%s: %s", e.NSID, problem.In("Output"))
		}
	}
	return style.encode(output)
}
