// Package xrpc serves the methods of a lexicon over HTTP: method, parameters,
// credentials, input, handler, output check, answer. It must not know accounts
// nor what any method does.
package xrpc

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// Options is what a Router is made of. Fallback, Before, Beyond, Style and
// Inject may be nil.
//
// A request goes to Before, then to the endpoints, those of Own included, to
// Fallback, to the endpoints of Further, and to Beyond: the first that answers
// ends it.
type Options struct {
	Catalog   *lexicons.Catalog
	Endpoints []Endpoint
	Own       []Documents // served like Endpoints, though not of Catalog
	Further   []Documents // served where nothing else is there for a method

	// Before and Beyond answer requests before and after all others; a response
	// without a status means that they don't. They tell the exchange which
	// method was called, and by whom.
	Before, Beyond func(*http.Request, *Exchange) (Response, error)

	Fallback func(*http.Request) (Response, error) // answers what no lexicon describes; a nil response means not found
	Observe  func(*Exchange)                       // called once for each request
	Defect   func(string)                          // called for each output that doesn't fit its document
	Logger   *slog.Logger
	Now      func() time.Time
	Style    *Style // how answers look, nil for the plain way

	// Inject is asked before each request which fault to inject; nil is
	// nothing, and is what it nearly always returns.
	Inject func(*http.Request) *InjectedFault
}

// Response is an answer that is ready to be written.
type Response struct {
	Status      int
	ContentType string // "" for an answer without a body
	Body        []byte
	Header      http.Header // what it has besides, or nil
	Chunked     bool        // whether the body is sent piece by piece
}

// Router is the handler of the XRPC listener.
type Router struct {
	Options
	endpoints map[string]*endpoint
	further   map[string]*endpoint
	faults    atomic.Pointer[map[string]*Faults] // nil on a sound server
	none      Faults                             // those of a sound server, which change nothing
}

// New compiles the documents. A method without an endpoint, or an endpoint
// without a method, is an error that names each.
func New(options Options) (*Router, error) {
	endpoints, err := compile(options.Catalog, options.Endpoints)
	if err != nil {
		return nil, err
	}
	router := &Router{Options: options, endpoints: endpoints, further: map[string]*endpoint{}}
	err = errors.Join(compileFurther(options.Own, router.endpoints), compileFurther(options.Further, router.further))
	return router, err
}

// Serves reports whether there is an endpoint of the server's own for a method.
func (router *Router) Serves(nsid string) bool { return router.endpoints[nsid] != nil }

// Document is the document of such a method, or nil.
func (router *Router) Document(nsid string) *lexicons.Method {
	if endpoint := router.endpoints[nsid]; endpoint != nil {
		return endpoint.method
	}
	return nil
}

// ServeHTTP answers every request, and survives every handler.
func (router *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	exchange := newExchange(router.Now(), r)
	hit := router.injected(r, exchange)
	response := router.answer(r, exchange, hit)
	router.Style.restyle(&response)
	corrupt(router.faultsFor(hit), r, exchange.NSID, &response)
	if hit != nil {
		router.change(&response, hit, exchange)
	}
	exchange.keepResponse(response, hit)
	exchange.Duration = router.Now().Sub(exchange.At)
	router.Observe(exchange)
	if _, dropped := hit.drops(response); dropped {
		hit.breakOff(w, response)
	}
	write(w, response)
}

// answer turns a panic into a response, so that one handler's fault costs one
// request.
func (router *Router) answer(r *http.Request, exchange *Exchange, hit *InjectedFault) (response Response) {
	defer func() {
		if fault := recover(); fault != nil {
			router.Logger.Error("handler panicked", "method", r.Method, "path", r.URL.Path,
				"panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
			response = router.failure(internal(), exchange)
		}
	}()
	response, err := router.dispatch(r, exchange, hit)
	if err != nil {
		return router.failure(router.known(err, r), exchange)
	}
	return response
}

// known is the error that the client sees.
func (router *Router) known(err error, r *http.Request) *Error {
	var named *Error
	if errors.As(err, &named) {
		return named
	}
	if r.Context().Err() == nil { // otherwise nobody is left to read the answer
		router.Logger.Error("handler failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	return internal()
}

func (router *Router) dispatch(r *http.Request, exchange *Exchange, hit *InjectedFault) (Response, error) {
	if r.Method == http.MethodOptions {
		return preflight(r), nil
	}
	nsid, isXRPC := strings.CutPrefix(r.URL.Path, "/xrpc/")
	var own, further *endpoint
	if isXRPC {
		if own, further = router.endpoints[nsid], router.further[nsid]; own != nil || further != nil {
			exchange.NSID = nsid
		}
	}
	if !hit.carriesOut() {
		exchange.KeepRequestBody(PeekBody(r))
		return Response{}, nil
	}
	if router.Before != nil {
		if response, err := router.Before(r, exchange); err != nil || response.Status != 0 {
			return response, err
		}
	}
	if own != nil {
		return router.call(own, r, exchange, hit)
	}
	if router.Fallback != nil {
		if response, err := router.Fallback(r); err != nil || response.Status != 0 {
			return response, err
		}
	}
	if further != nil {
		return router.call(further, r, exchange, hit)
	}
	if router.Beyond != nil {
		if response, err := router.Beyond(r, exchange); err != nil || response.Status != 0 {
			return response, err
		}
	}
	if isXRPC && nsid != "" && !strings.ContainsAny(nsid, "/#") {
		return Response{}, methodNotImplemented()
	}
	return Response{}, NotFound("Cannot " + r.Method + " " + r.URL.Path)
}

func (router *Router) call(endpoint *endpoint, r *http.Request, exchange *Exchange, hit *InjectedFault) (Response, error) {
	if router.Style != nil && router.Style.Admit != nil {
		if err := router.Style.Admit(); err != nil {
			return Response{}, err
		}
	}
	faults := router.faultsOf(endpoint, hit)
	call := &Call{NSID: endpoint.NSID, HTTP: r, input: endpoint.listedInput, output: endpoint.listedOutput}
	output, err := endpoint.serve(r.Context(), call, exchange, faults)
	if err != nil {
		return Response{}, err
	}
	if call.Answer != nil {
		return *call.Answer, nil
	}
	body, err := endpoint.encode(output, faults, router.Style)
	if err != nil {
		router.Defect(err.Error())
		router.Logger.Error("output doesn't fit its document", "problem", err)
		return Response{}, internal()
	}
	if body == nil {
		return Response{Status: http.StatusOK, Header: call.Header}, nil
	}
	response := JSON(body)
	response.Header = call.Header
	return response, nil
}

// JSON is a successful answer.
func JSON(body []byte) Response {
	return Response{Status: http.StatusOK, ContentType: "application/json; charset=utf-8", Body: body}
}

func (router *Router) failure(err *Error, exchange *Exchange) Response {
	if router.Style != nil {
		err = router.Style.Refuse(err)
	}
	return router.errorAnswer(err, exchange)
}

// errorAnswer writes an error as it is.
func (router *Router) errorAnswer(err *Error, exchange *Exchange) Response {
	exchange.Error = err.Name
	body, _ := router.Style.encode(lexval.Object{{Name: "error", Value: err.Name}, {Name: "message", Value: err.Message}})
	response := JSON(body)
	response.Status = err.Status
	return response
}
