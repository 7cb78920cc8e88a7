// Package forward hands requests to a handler of the user's own, and takes its
// answers back. It must not know accounts, nor what the mock serves by itself.
package forward

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// Headers that tell the handler whom a credential stood for. What a client sends
// in them never arrives.
const (
	HeaderDID    = "X-Pdsconform-Did"
	HeaderHandle = "X-Pdsconform-Handle"
	HeaderScope  = "X-Pdsconform-Scope"
)

// headerForwarded tells a mock that a request comes from the fallback of one, to
// which it must not go again.
const headerForwarded = "X-Pdsconform-Forwarded"

// looping is the answer to a request that has come round.
func looping() *Answer {
	return &Answer{
		http.StatusLoopDetected, http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		[]byte(`{"error":"LoopDetected","message":"The fallback leads to a mock that has this one for a fallback"}`),
	}
}

// Caller is whom the credential of a request stood for; the zero value is
// nobody.
type Caller struct{ DID, Handle, Scope string }

// MaxAnswer is how many bytes an answer may have: it is held as a whole.
const MaxAnswer = 32 << 20

// ErrTooLarge is the error of an answer that is longer.
var ErrTooLarge = errors.New("the answer of the fallback is too large")

// Answer is what the handler answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// To hands a request to a handler, with the caller in its headers, and returns
// the answer; nil where the handler says that it doesn't serve that: by 501, or
// by a 404 that no method could answer with. body is what the request's body is
// now; nil leaves the request's own. A panic of the handler is its status 500.
func To(handler http.Handler, r *http.Request, body []byte, caller Caller, keepCredential bool) (*Answer, error) {
	if r.Header.Get(headerForwarded) != "" {
		return looping(), nil
	}
	sent := r.Clone(r.Context())
	sent.Header.Set(headerForwarded, "1")
	for name, value := range map[string]string{HeaderDID: caller.DID, HeaderHandle: caller.Handle, HeaderScope: caller.Scope} {
		if sent.Header.Del(name); value != "" {
			sent.Header.Set(name, value)
		}
	}
	if !keepCredential {
		sent.Header.Del("Authorization")
		sent.Header.Del("DPoP")
	}
	if body != nil {
		sent.Body, sent.ContentLength, sent.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
		sent.Header.Del("Content-Encoding") // it was taken off
		sent.Header.Del("Content-Length")
	}
	recorder := &recorder{header: http.Header{}}
	if err := recorder.record(handler, sent); err != nil {
		return nil, err
	}
	answer := &Answer{cmp.Or(recorder.status, http.StatusOK), recorder.header, recorder.body.Bytes()}
	if answer.declines() {
		return nil, nil
	}
	for _, name := range []string{"Connection", "Content-Length", "Date", "Trailer", "Transfer-Encoding"} {
		answer.Header.Del(name) // of a connection that is not the client's
	}
	return answer, nil
}

// declines reports whether an answer says that there is nothing to serve it.
func (a *Answer) declines() bool {
	if a.Status != http.StatusNotFound && a.Status != http.StatusNotImplemented {
		return false
	}
	var envelope struct{ Error any }
	_ = json.Unmarshal(a.Body, &envelope) // of what isn't JSON nothing is known
	name, _ := envelope.Error.(string)
	return name == "" || name == "MethodNotImplemented"
}

// recorder keeps an answer.
type recorder struct {
	header   http.Header
	status   int
	body     bytes.Buffer
	tooLarge bool
}

// record has the handler answer. A handler that gives up, as a proxy does whose
// connection breaks, is an error.
func (r *recorder) record(handler http.Handler, request *http.Request) (err error) {
	defer func() {
		switch fault := recover(); {
		case r.tooLarge:
			err = ErrTooLarge
		case fault == http.ErrAbortHandler: //nolint:errorlint // as net/http compares it
			err = http.ErrAbortHandler
		case fault != nil:
			panic(fault)
		}
	}()
	handler.ServeHTTP(r, request)
	return nil
}

// Header is the header of the answer.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader keeps the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
}

// Write adds to the body, or fails where that becomes too long.
func (r *recorder) Write(text []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	if r.tooLarge = r.tooLarge || r.body.Len()+len(text) > MaxAnswer; r.tooLarge {
		return 0, ErrTooLarge
	}
	return r.body.Write(text)
}

// timeout is how long a fallback may take until it begins to answer.
const timeout = 30 * time.Second

// NewProxy returns a handler that forwards to a base URL. A server that can't be
// reached is status 502, UpstreamFailure.
func NewProxy(base string) (http.Handler, error) {
	target, err := url.Parse(base)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" || target.RawQuery != "" || target.User != nil {
		return nil, errors.New("must be http:// or https:// and a host")
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
		},
		ErrorLog: log.New(io.Discard, "", 0), // the error handler tells
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte(`{"error":"UpstreamFailure","message":"The fallback ` + strings.ReplaceAll(target.Redacted(), `"`, "") + ` did not answer"}`))
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		proxy.ServeHTTP(w, r.WithContext(ctx))
	}), nil
}
