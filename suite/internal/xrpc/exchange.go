package xrpc

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"
)

// Exchange is a request and what came back.
type Exchange struct {
	Request  Request
	Status   int
	Header   http.Header
	Body     []byte
	Err      error // why there is no complete answer, nil where there is one
	Duration time.Duration

	leftOut        int // bytes of the body that Brief has cut
	headersLeftOut int // values of headers that Brief has dropped

	decoded *decoded // shared by all copies, nil where the body is decoded each time
}

// Answered reports whether a complete answer came back.
func (e Exchange) Answered() bool { return e.Err == nil }

// Succeeded reports whether the answer has a status of the 2xx class.
func (e Exchange) Succeeded() bool { return e.Err == nil && e.Status/100 == 2 }

// Refused reports whether the answer blames the client: the 4xx class.
func (e Exchange) Refused() bool { return e.Err == nil && e.Status/100 == 4 }

// RateLimited reports whether the answer says that too much was asked.
func (e Exchange) RateLimited() bool { return e.Err == nil && e.Status == http.StatusTooManyRequests }

// MediaType is the answer's media type without parameters, in lower case;
// empty where the header is absent or no media type.
func (e Exchange) MediaType() string {
	mediaType, _, err := mime.ParseMediaType(e.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return mediaType
}

// decoded is what a body holds, once somebody has asked for it: a long one takes
// time.
type decoded struct {
	once  sync.Once
	value any
	err   error
}

// WithBody is the exchange with another body in its place.
func (e Exchange) WithBody(body []byte) Exchange {
	e.Body, e.decoded = body, nil
	return e
}

// JSON decodes the body, numbers as json.Number. Text after the value is an
// error. All who ask share what is returned, and leave it as it is.
func (e Exchange) JSON() (any, error) {
	if e.decoded == nil {
		return e.decode()
	}
	e.decoded.once.Do(func() { e.decoded.value, e.decoded.err = e.decode() })
	return e.decoded.value, e.decoded.err
}

func (e Exchange) decode() (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(e.Body))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errTrailingText
	}
	return decoded, nil
}

// Object decodes the body as a JSON object; anything else is an empty object.
func (e Exchange) Object() map[string]any {
	decoded, _ := e.JSON()
	object, _ := decoded.(map[string]any)
	return object
}

// String returns a string member of the body's object, empty where there is
// none.
func (e Exchange) String(name string) string {
	text, _ := e.Object()[name].(string)
	return text
}

// ErrorName is the name of the error that the answer reports, empty where the
// body has none.
// Source: https://atproto.com/specs/xrpc#error-responses
func (e Exchange) ErrorName() string { return e.String("error") }
