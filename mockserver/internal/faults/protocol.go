package faults

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// protocolDefects are those of no single method.
func protocolDefects() []defect {
	return []defect{
		onProtocol("unknown-method.success", "methods that don't exist succeed", onUnknownMethod(func(response *xrpc.Response) {
			*response = xrpc.JSON([]byte("{}"))
		})),
		onProtocol("unknown-method.server-error", "methods that don't exist are status 500", onUnknownMethod(func(response *xrpc.Response) {
			response.Status = http.StatusInternalServerError
		})),
		onProtocol("unknown-method.html", "methods that don't exist are answered with HTML", onUnknownMethod(GatewayPage)),
		onProtocol("unknown-method.nameless", "methods that don't exist are answered without an error name", onUnknownMethod(namelessError)),
		onProtocol("unknown-method.redirect", "methods that don't exist lead to the start page", onUnknownMethod(func(response *xrpc.Response) {
			*response = xrpc.Response{Status: http.StatusFound, Header: http.Header{"Location": {"/"}}}
		})),
		onProtocol("errors.status-200", "errors are sent with status 200", onAnswer(func(_ *http.Request, response *xrpc.Response) {
			if response.Status >= http.StatusBadRequest {
				response.Status = http.StatusOK
			}
		})),
		onProtocol("errors.media-type", "errors are called text/plain", onError(func(response *xrpc.Response) {
			response.ContentType = "text/plain; charset=utf-8"
		})),
		onProtocol("errors.name-of-wrong-type", "the names of errors are numbers", onError(func(response *xrpc.Response) {
			response.Body = []byte(`{"error":400,"message":"Bad Request"}`)
		})),
		onProtocol("errors.message-of-wrong-type", "the messages of errors are objects", onError(messageOfWrongType)),
		onProtocol("errors.malformed", "errors are no complete JSON", onError(breakOff)),
		onProtocol("errors.empty", "errors have no body", onError(func(response *xrpc.Response) {
			response.Body, response.ContentType = nil, ""
		})),
		onProtocol("cors.missing", "pages of other origins can't read answers", onAnswer(func(_ *http.Request, response *xrpc.Response) {
			response.Header = response.Header.Clone()
			if response.Header == nil {
				response.Header = http.Header{}
			}
			response.Header["Access-Control-Allow-Origin"] = nil
		})),
		onProtocol("preflight.refused", "OPTIONS is refused", onAnswer(func(r *http.Request, response *xrpc.Response) {
			if r.Method == http.MethodOptions {
				*response = xrpc.JSON([]byte(`{"error":"InvalidRequest","message":"Incorrect HTTP method"}`))
				response.Status = http.StatusBadRequest
			}
		})),
		onProtocol("head.server-error", "HEAD is status 500", onAnswer(func(r *http.Request, response *xrpc.Response) {
			if r.Method == http.MethodHead {
				response.Status = http.StatusInternalServerError
			}
		})),
		onProtocol("oversized.server-error", "requests that are too large are status 500", onAnswer(func(_ *http.Request, response *xrpc.Response) {
			if response.Status == http.StatusRequestEntityTooLarge {
				response.Status = http.StatusInternalServerError
			}
		})),
		onProtocol("long-header.server-error", "requests with a long header are status 500", onAnswer(func(r *http.Request, response *xrpc.Response) {
			for _, values := range r.Header {
				if len(values[0]) > longHeader {
					response.Status = http.StatusInternalServerError
				}
			}
		})),
		onProtocol("path-below-method.served", "paths that go on behind a method's name are served", onAnswer(func(r *http.Request, response *xrpc.Response) {
			if strings.Count(r.URL.Path, "/") > 2 && response.Status == http.StatusNotFound {
				*response = xrpc.JSON([]byte("{}"))
			}
		})),
		onProtocol("charset.refused", "a media type with a charset is refused", onAnswer(func(r *http.Request, response *xrpc.Response) {
			if strings.Contains(r.Header.Get("Content-Type"), "charset") && response.Status < http.StatusBadRequest {
				*response = xrpc.JSON([]byte(`{"error":"InvalidRequest","message":"Wrong request encoding"}`))
				response.Status = http.StatusBadRequest
			}
		})),
		onProtocol("redirect", "every success leads elsewhere", onAnswer(func(r *http.Request, response *xrpc.Response) {
			if response.Status == http.StatusOK && strings.HasPrefix(r.URL.Path, "/xrpc/") {
				response.Status, response.Header = http.StatusFound, http.Header{"Location": {"/"}}
			}
		})),
	}
}

func onProtocol(name, description string, apply func(*xrpc.Faults)) defect {
	return defect{
		Defect: Defect{ID: "protocol." + name, Facet: "protocol", Description: description},
		apply:  func(_ *server, p *plan) { apply(p.on("")) },
	}
}

func onAnswer(change func(*http.Request, *xrpc.Response)) func(*xrpc.Faults) {
	return func(f *xrpc.Faults) { f.Answer = append(f.Answer, change) }
}

func onUnknownMethod(change func(*xrpc.Response)) func(*xrpc.Faults) {
	return onAnswer(func(_ *http.Request, response *xrpc.Response) {
		if response.Status == http.StatusNotImplemented {
			change(response)
		}
	})
}

// messageOfWrongType keeps the name.
func messageOfWrongType(response *xrpc.Response) {
	name, _, _ := strings.Cut(string(response.Body), `,"message":`)
	response.Body = []byte(name + `,"message":{"text":"see the log"}}`)
}

// GatewayPage replaces a body by the page that a proxy shows to people.
func GatewayPage(response *xrpc.Response) {
	title := cmp.Or(http.StatusText(response.Status), "Error")
	response.ContentType = "text/html; charset=utf-8"
	response.Body = []byte("<!doctype html>\n<html><head><title>" + title + "</title></head>\n<body><h1>" + title +
		"</h1><hr>gateway</body></html>\n")
}
