// Package xrpc speaks XRPC over HTTP to the server under test and keeps what
// was said.
//
// It must not know what an answer ought to be: it neither judges nor retries a
// verdict, and it knows no method by name.
package xrpc

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
)

// PathPrefix is where methods live on a server.
// Source: https://atproto.com/specs/xrpc#lexicon-http-endpoints
const PathPrefix = "/xrpc/"

// Request is one call of a method. The zero value of each field means "none".
// Requests are values: the With methods return changed copies, so that a case
// can break one thing of a request that is known to succeed.
type Request struct {
	NSID          string
	Verb          string // HTTP method
	Query         url.Values
	RawQuery      string         // sent after Query as it is
	RawPath       string         // sent in the place of NSID and query as it is
	Header        http.Header    // besides those that the other fields imply
	Authorization string         // the header's value
	Input         map[string]any // sent as JSON with ContentType
	Raw           []byte         // sent in place of Input where not nil
	ContentType   string         // sent where there is a body, and not empty
	Chunked       bool           // the body is sent without saying its length
	SmallNames    bool           // the names of headers are sent in small letters
}

// Query asks for a query with the given parameters.
func Query(nsid string, parameters url.Values) Request {
	return Request{NSID: nsid, Verb: http.MethodGet, Query: parameters}
}

// Procedure calls a procedure that takes JSON.
func Procedure(nsid string, input map[string]any) Request {
	return Request{NSID: nsid, Verb: http.MethodPost, Input: input, ContentType: "application/json"}
}

// ProcedureWithoutInput calls a procedure that takes no body: none is sent,
// nor a Content-Type.
func ProcedureWithoutInput(nsid string) Request {
	return Request{NSID: nsid, Verb: http.MethodPost}
}

// WithBearer sends a token as the credential.
func (r Request) WithBearer(token string) Request {
	r.Authorization = "Bearer " + token
	return r
}

// WithBasic sends a user name and a password as the credential.
func (r Request) WithBasic(user, password string) Request {
	r.Authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	return r
}

// WithAuthorization sends any value as the Authorization header; empty sends
// none.
func (r Request) WithAuthorization(value string) Request {
	r.Authorization = value
	return r
}

// With sets one property of the input.
func (r Request) With(property string, value any) Request {
	r.Input = maps.Clone(r.Input)
	if r.Input == nil {
		r.Input = map[string]any{}
	}
	r.Input[property] = value
	return r
}

// Without drops one property of the input.
func (r Request) Without(property string) Request {
	r.Input = maps.Clone(r.Input)
	delete(r.Input, property)
	return r
}

// WithRaw sends a body as it is, under a media type that may be empty.
func (r Request) WithRaw(body []byte, contentType string) Request {
	r.Raw, r.ContentType = body, contentType
	return r
}

// WithoutBody sends neither body nor Content-Type.
func (r Request) WithoutBody() Request {
	r.Input, r.Raw, r.ContentType = nil, nil, ""
	return r
}

// uncut is the context of a request that is under way: one that may change
// something isn't cut off.
// Source: RFC 9110, section 9.2.1
func (r Request) uncut(ctx context.Context) context.Context {
	switch r.Verb {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// WithVerb uses another HTTP method.
func (r Request) WithVerb(verb string) Request {
	r.Verb = verb
	return r
}

// WithParameter sets one query parameter.
func (r Request) WithParameter(name, value string) Request {
	query := url.Values{}
	maps.Copy(query, r.Query)
	query.Set(name, value)
	r.Query = query
	return r
}

// WithRawQuery sends a text as part of the query that need not be well-formed.
func (r Request) WithRawQuery(text string) Request {
	r.RawQuery = text
	return r
}

// WithRawPath sends a text behind PathPrefix that need not be well-formed. NSID stays
// what the request is about.
func (r Request) WithRawPath(text string) Request {
	r.RawPath = text
	return r
}

// InChunks sends the body in chunks, so that nothing tells its length before.
func (r Request) InChunks() Request {
	r.Chunked = true
	return r
}

// WithSmallNames sends the names of headers in small letters, as HTTP/2 does.
func (r Request) WithSmallNames() Request {
	r.SmallNames = true
	return r
}

// WithHeader sets one header.
func (r Request) WithHeader(name, value string) Request {
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set(name, value)
	r.Header = header
	return r
}

// Body returns the bytes that are sent, nil for none.
func (r Request) Body() []byte {
	if r.Raw != nil || r.Input == nil {
		return r.Raw
	}
	body, err := json.Marshal(r.Input)
	if err != nil {
		panic("xrpc: an input that is no JSON: " + err.Error()) // a fault of the suite
	}
	return body
}

// Path returns the request's path and query.
func (r Request) Path() string {
	if r.RawPath != "" {
		return PathPrefix + r.RawPath
	}
	path, query := PathPrefix+r.NSID, r.Query.Encode()
	if query != "" && r.RawQuery != "" {
		query += "&"
	}
	if query += r.RawQuery; query != "" {
		path += "?" + query
	}
	return path
}
