package scenario

import (
	"bytes"
	"cmp"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Bodies lists what Scenario.Body can be.
func Bodies() []string { return []string{BodyEmpty, BodyTruncated, BodyMalformed, BodyHTML, BodyText} }

// Drops lists what Scenario.Drop can be.
func Drops() []string {
	return []string{DropAtOnce, DropBeforeAnswer, DropAfterHeaders, DropMidBody}
}

func drops() map[string]xrpc.Drop {
	return map[string]xrpc.Drop{
		DropAtOnce: xrpc.DropAtOnce, DropBeforeAnswer: xrpc.DropBeforeAnswer,
		DropAfterHeaders: xrpc.DropAfterHeaders, DropMidBody: xrpc.DropMidBody,
	}
}

// corruptions are what makes the bodies.
func corruptions() map[string]func(*xrpc.Response) {
	return map[string]func(*xrpc.Response){
		BodyEmpty: func(response *xrpc.Response) {
			response.Body = nil
			nameJSON(response)
		},
		BodyTruncated: func(response *xrpc.Response) {
			response.Body = response.Body[:len(response.Body)/2]
			nameJSON(response)
		},
		BodyMalformed: func(response *xrpc.Response) {
			whole, _ := bytes.CutSuffix(response.Body, []byte("}"))
			response.Body = append(bytes.Clone(whole), ",}"...)
			nameJSON(response)
		},
		BodyHTML: faults.GatewayPage,
		BodyText: func(response *xrpc.Response) {
			response.ContentType = "text/plain; charset=utf-8"
			response.Body = []byte(statusText(response.Status) + "\n")
		},
	}
}

// nameJSON gives an answer that has no body by itself the media type of those
// that have one.
func nameJSON(response *xrpc.Response) {
	if response.ContentType == "" {
		response.ContentType = "application/json; charset=utf-8"
	}
}

// statusText is the reason of a status, for those that have one.
func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "Error"
}

// refusal is the error that a scenario answers with. The names that statuses
// have are those that clients of the protocol know them by.
// Source: https://atproto.com/specs/xrpc#error-responses
func (c Scenario) refusal() *xrpc.Error {
	refusal := &xrpc.Error{Status: cmp.Or(c.Status, http.StatusBadRequest), Name: c.Error, Message: c.Message}
	if refusal.Name == "" {
		refusal.Name = map[int]string{
			http.StatusBadRequest: "InvalidRequest", http.StatusUnauthorized: "AuthenticationRequired",
			http.StatusForbidden:             "Forbidden",
			http.StatusRequestEntityTooLarge: "PayloadTooLarge", http.StatusTooManyRequests: "RateLimitExceeded",
			http.StatusInternalServerError: "InternalServerError", http.StatusNotImplemented: "MethodNotImplemented",
			http.StatusBadGateway: "UpstreamFailure", http.StatusServiceUnavailable: "NotEnoughResources",
			http.StatusGatewayTimeout: "UpstreamTimeout",
		}[refusal.Status]
	}
	if refusal.Name == "" {
		refusal.Name = strings.Map(onlyLetters, statusText(refusal.Status))
	}
	if refusal.Message == "" {
		refusal.Message = statusText(refusal.Status)
	}
	return refusal
}

// onlyLetters leaves nothing of what is none.
func onlyLetters(r rune) rune {
	if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
		return r
	}
	return -1
}

// header is nil where the scenario sets none.
func (c Scenario) header() http.Header {
	if len(c.Headers) == 0 {
		return nil
	}
	header := http.Header{}
	for name, value := range c.Headers {
		header.Set(name, value)
	}
	return header
}
