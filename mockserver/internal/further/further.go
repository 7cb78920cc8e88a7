package further

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/answers"
	"github.com/pdsconform/pdsconform/mockserver/internal/example"
	"github.com/pdsconform/pdsconform/mockserver/internal/forward"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// HeaderAnsweredBy marks what is not the server's own: its value is one of
// answer, fallback and example.
const HeaderAnsweredBy = "X-Pdsconform-Answered-By"

// Config is what Methods are made of.
type Config struct {
	Core     *pds.Server
	Document func(nsid string) *lexicons.Method // of methods that the server has a handler for, or nil
	Serves   func(nsid string) bool             // whether it has one
	Catalogs Catalogs
	Seed     uint64 // of examples; 0 stands for one that nobody can foresee
	Domain   string // that handles of examples end in, with a leading dot
	Logger   *slog.Logger

	Fallback       http.Handler // nil where there is none
	KeepCredential bool         // whether Fallback gets the Authorization header
}

// Methods answers what the server itself does not. It is safe for use by several
// goroutines.
type Methods struct {
	Config
	answers atomic.Pointer[answers.Set]
}

// New returns what answers by examples, until it is given answers.
func New(config Config) *Methods {
	if config.Seed == 0 && len(config.Catalogs) > 0 {
		config.Seed = binary.BigEndian.Uint64(config.Core.Entropy.Bytes(8)) // without a seed nothing is there to keep in step
	}
	return &Methods{Config: config}
}

// SetAnswers replaces all answers. One that is no good is an error that begins
// with its place in the list and the field, and changes nothing.
func (m *Methods) SetAnswers(given []answers.Answer) error {
	set, err := answers.Compile(given, answers.Server{Method: m.document, Serves: m.Serves, Sample: m.sample})
	if err == nil {
		m.answers.Store(set)
	}
	return err
}

// Answers are those that were given.
func (m *Methods) Answers() []answers.Answer { return m.answers.Load().Given() }

// Names are the methods that documents or answers are there for.
func (m *Methods) Names() []string {
	var names []string
	for _, catalog := range m.Catalogs {
		for _, method := range catalog.Methods() {
			names = append(names, method.NSID)
		}
	}
	for _, answer := range m.Answers() {
		names = append(names, answer.Method)
	}
	return names
}

// document is what is known of a method, whoever serves it.
func (m *Methods) document(nsid string) *lexicons.Method {
	if method := m.Document(nsid); method != nil {
		return method
	}
	return m.Catalogs.Method(nsid)
}

// sample is a call of somebody who is logged in.
func (m *Methods) sample(method *lexicons.Method) answers.Values {
	source := m.source("")
	values := answers.Values{
		DID: source.DID, Handle: source.Handle, Email: "caller@example.com", Method: method.NSID,
		Now: answers.Instant{Time: m.Core.Clock.Now()}, Params: source.Params(method.Params), Input: map[string]any{},
	}
	if method.Input != nil && method.Input.Schema != nil {
		if made, ok := source.Of(method.Input.Schema); ok {
			if text, err := lexval.Append(nil, made); err == nil {
				values.Input, _ = lexval.Decode(text) // it is JSON
			}
		}
	}
	return values
}

// source makes examples about an account; "" stands for somebody made up.
func (m *Methods) source(did string) example.Source {
	source := example.Source{Seed: m.Seed, DID: "did:plc:example2example2example2", Handle: "example" + m.Domain}
	if account, found := m.Core.Store.Account(did); found {
		source.DID, source.Handle = account.DID, account.Handle
	}
	return source
}

// Documents are the methods of the further documents, for the router.
func (m *Methods) Documents() []xrpc.Documents {
	var all []xrpc.Documents
	for _, catalog := range m.Catalogs {
		documents := xrpc.Documents{Catalog: catalog}
		for _, method := range catalog.Methods() {
			endpoint := xrpc.Endpoint{
				NSID:      method.NSID,
				Authorize: func(r *http.Request) (xrpc.Caller, error) { return m.admit(r, method.NSID, anyAnswer) },
				Handle: func(_ context.Context, call *xrpc.Call) (lexval.Object, error) {
					return m.serve(call, method)
				},
			}
			if method.Input != nil && method.Input.Encoding != "application/json" {
				endpoint.MaxBody = pds.BlobUploadLimit
			}
			documents.Endpoints = append(documents.Endpoints, endpoint)
		}
		all = append(all, documents)
	}
	return all
}

func anyAnswer(answers.Answer) bool    { return true }
func overriding(a answers.Answer) bool { return a.Override }

// admit returns who calls a method. Where it asks for credentials and none are
// there, it is nobody if answers of that kind are for everybody.
func (m *Methods) admit(r *http.Request, nsid string, of func(answers.Answer) bool) (xrpc.Caller, error) {
	rule := m.Core.Rule(nsid)
	if rule.Takes == 0 {
		rule = pds.FurtherRule(nsid)
	}
	public := func(a answers.Answer) bool { return a.Public && of(a) }
	if rule.Takes == pds.NoCredentials || r.Header.Get("Authorization") == "" && m.answers.Load().Has(nsid, public) {
		return m.Core.AdmitAny(r)
	}
	return m.Core.Admit(r, rule)
}

// serve answers a call that its document allows: by an answer, the fallback or
// an example.
func (m *Methods) serve(call *xrpc.Call, method *lexicons.Method) (lexval.Object, error) {
	response, err := m.answered(call.HTTP, call.NSID, call.Caller, call.Body, anyAnswer)
	if err == nil && response.Status == 0 {
		body := call.Body
		if body == nil {
			body = []byte{}
		}
		response, err = m.forwarded(call.HTTP, body, call.Caller)
	}
	if err != nil {
		return nil, err
	}
	if response.Status != 0 {
		call.Answer = &response
		return nil, nil
	}
	mark := http.Header{HeaderAnsweredBy: {"example"}}
	if method.Output != nil && method.Output.Schema == nil {
		media, body := example.Raw(method.Output)
		call.Answer = &xrpc.Response{Status: http.StatusOK, ContentType: media, Body: body, Header: mark}
		return nil, nil
	}
	call.Header = mark
	return m.example(call, method)
}

// example makes the output that the document of a method describes.
func (m *Methods) example(call *xrpc.Call, method *lexicons.Method) (lexval.Object, error) {
	if method.Output == nil {
		return nil, nil
	}
	source := m.source(call.Caller.DID)
	source.LastPage = call.Params.String("cursor") != ""
	made, ok := source.Of(method.Output.Schema)
	output, isObject := made.(lexval.Object)
	if !ok || !isObject {
		return nil, &xrpc.Error{
			Status: http.StatusNotImplemented, Name: "MethodNotImplemented",
			Message: "No example could be made from the document of " + method.NSID + ": give an answer for it",
		}
	}
	return output, nil
}

// answered returns the first answer for a call that fulfils a condition; a
// response without a status where there is none.
func (m *Methods) answered(r *http.Request, nsid string, caller xrpc.Caller, body []byte, of func(answers.Answer) bool) (xrpc.Response, error) {
	set := m.answers.Load()
	if !set.Has(nsid, of) {
		return xrpc.Response{}, nil
	}
	account, _ := m.Core.Store.Account(caller.DID)
	call := answers.Call{Method: nsid, Query: r.URL.Query(), Is: func(name string) bool {
		named, found := m.Core.Find(name)
		return found && caller.DID != "" && named.DID == caller.DID
	}}
	if len(body) > 0 {
		call.Input, _ = lexval.Decode(body) // of what isn't JSON nothing can be said
	}
	found := set.Find(call, of)
	if found == nil {
		return xrpc.Response{}, nil
	}
	values := answers.Values{
		DID: caller.DID, Handle: account.Handle, Email: account.Email, Method: nsid,
		Now: answers.Instant{Time: m.Core.Clock.Now()}, Params: map[string]any{}, Input: call.Input,
	}
	for name, texts := range call.Query {
		if values.Params[name] = any(texts); len(texts) == 1 {
			values.Params[name] = texts[0]
		}
	}
	rendered, err := found.Render(values)
	if err != nil {
		m.Logger.Error("an answer can't be given", "method", nsid, "problem", err)
		return xrpc.Response{}, &xrpc.Error{Status: http.StatusInternalServerError, Name: "InternalServerError", Message: "The answer for " + nsid + ": " + err.Error()}
	}
	rendered.Header.Set(HeaderAnsweredBy, "answer")
	return xrpc.Response{Status: rendered.Status, ContentType: rendered.Media, Body: rendered.Body, Header: rendered.Header}, nil
}

// Before answers what overrides the server itself.
func (m *Methods) Before(r *http.Request, exchange *xrpc.Exchange) (xrpc.Response, error) {
	set := m.answers.Load()
	if set == nil {
		return xrpc.Response{}, nil
	}
	nsid, isXRPC := strings.CutPrefix(r.URL.Path, "/xrpc/")
	if !isXRPC || !set.Has(nsid, overriding) {
		return xrpc.Response{}, nil
	}
	return m.withoutDocument(r, exchange, nsid, overriding)
}

// Beyond answers what nothing else does: by answers for methods without a
// document, and by the fallback.
func (m *Methods) Beyond(r *http.Request, exchange *xrpc.Exchange) (xrpc.Response, error) {
	nsid, isXRPC := strings.CutPrefix(r.URL.Path, "/xrpc/")
	if isXRPC && m.answers.Load().Has(nsid, anyAnswer) {
		response, err := m.withoutDocument(r, exchange, nsid, anyAnswer)
		if err != nil || response.Status != 0 {
			return response, err
		}
	}
	if m.Fallback == nil {
		return xrpc.Response{}, nil
	}
	caller, err := m.Core.AdmitAny(r)
	if isXRPC {
		if exchange.NSID, exchange.Caller = nsid, caller.DID; err != nil {
			return xrpc.Response{}, err
		}
	}
	return m.forwarded(r, nil, caller)
}

// withoutDocument answers a call whose parameters and input nothing describes.
func (m *Methods) withoutDocument(r *http.Request, exchange *xrpc.Exchange, nsid string, of func(answers.Answer) bool) (xrpc.Response, error) {
	exchange.NSID = nsid
	caller, err := m.admit(r, nsid, of)
	if err != nil {
		return xrpc.Response{}, err
	}
	exchange.Caller = caller.DID
	body := xrpc.PeekBody(r)
	if unread(r, body) && !m.answers.Load().Has(nsid, func(a answers.Answer) bool { return a.Unchecked && of(a) }) {
		return xrpc.Response{}, xrpc.InvalidRequest("The request body is not valid JSON, as its Content-Type says")
	}
	response, err := m.answered(r, nsid, caller, body, of)
	if response.Status != 0 {
		exchange.KeepRequestBody(body)
	}
	return response, err
}

// unread reports whether a body says of itself that it is JSON, and is none: which
// every server refuses, whatever the method.
// Source: https://atproto.com/specs/xrpc#lexicon-http-endpoints
func unread(r *http.Request, body []byte) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || err != nil || media != "application/json" {
		return false
	}
	_, invalid := lexval.Decode(body)
	return invalid != nil
}

// forwarded asks the fallback; a response without a status where there is none,
// or where it doesn't serve that.
func (m *Methods) forwarded(r *http.Request, body []byte, caller xrpc.Caller) (xrpc.Response, error) {
	if m.Fallback == nil {
		return xrpc.Response{}, nil
	}
	account, _ := m.Core.Store.Account(caller.DID)
	answer, err := forward.To(m.Fallback, r, body, forward.Caller{DID: caller.DID, Handle: account.Handle, Scope: caller.Scope}, m.KeepCredential)
	switch {
	case errors.Is(err, forward.ErrTooLarge):
		return xrpc.Response{}, &xrpc.Error{Status: http.StatusBadGateway, Name: "UpstreamFailure", Message: "The answer of the fallback is too large"}
	case err != nil:
		return xrpc.Response{}, &xrpc.Error{Status: http.StatusBadGateway, Name: "UpstreamFailure", Message: "The fallback broke its answer off"}
	case answer == nil:
		return xrpc.Response{}, nil
	}
	response := xrpc.Response{Status: answer.Status, ContentType: answer.Header.Get("Content-Type"), Body: answer.Body, Header: answer.Header}
	response.Header.Set(HeaderAnsweredBy, "fallback")
	return response, nil
}
