package xrpc

import (
	"net/http"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Error is what a handler answers with instead of a value. The client sees all
// of it.
type Error struct {
	Status  int
	Name    string
	Message string

	declared bool // whether the name is for a document to declare
}

// Error returns name and message.
func (e *Error) Error() string { return e.Name + ": " + e.Message }

// Fail returns the error of a name that a lexicon declares: status 400. Where
// the document of the called method doesn't declare it, the answer is an
// InvalidRequest with the same message.
func Fail(name, message string) *Error { return FailWith(http.StatusBadRequest, name, message) }

// FailWith is Fail with another status.
func FailWith(status int, name, message string) *Error {
	return &Error{Status: status, Name: name, Message: message, declared: true}
}

// in returns the error as a method answers it.
func (e *Error) in(method *lexicons.Method) *Error {
	if !e.declared || slices.ContainsFunc(method.Errors, func(d lexicons.Error) bool { return d.Name == e.Name }) {
		return e
	}
	return InvalidRequest(e.Message)
}

func badRequest(name, message string) *Error {
	return &Error{Status: http.StatusBadRequest, Name: name, Message: message}
}

// InvalidRequest is the error of a request that isn't what the lexicon or the
// server's rules ask for.
func InvalidRequest(message string) *Error { return badRequest("InvalidRequest", message) }

// InvalidToken is the error of a token that is there and no good.
func InvalidToken(message string) *Error { return badRequest("InvalidToken", message) }

// ExpiredToken is the error of a token that was good once. Clients look for
// its name to know that they have to refresh.
func ExpiredToken(message string) *Error { return badRequest("ExpiredToken", message) }

// AuthenticationRequired is the error of credentials that are missing or wrong.
func AuthenticationRequired(message string) *Error {
	return &Error{Status: http.StatusUnauthorized, Name: "AuthenticationRequired", Message: message}
}

// AccountTakedown is the error of an account that was taken down.
func AccountTakedown() *Error {
	return &Error{Status: http.StatusUnauthorized, Name: "AccountTakedown", Message: "Account has been taken down"}
}

// NotFound is the error of a path that leads nowhere.
func NotFound(message string) *Error {
	return &Error{Status: http.StatusNotFound, Name: "NotFound", Message: message}
}

func methodNotImplemented() *Error {
	return &Error{Status: http.StatusNotImplemented, Name: "MethodNotImplemented", Message: "Method Not Implemented"}
}

func payloadTooLarge() *Error {
	return &Error{Status: http.StatusRequestEntityTooLarge, Name: "PayloadTooLarge", Message: "Request entity too large"}
}

func unsupportedMediaType(message string) *Error {
	return &Error{Status: http.StatusUnsupportedMediaType, Name: "InvalidRequest", Message: message}
}

// internal hides every detail: those are in the log.
func internal() *Error {
	return &Error{Status: http.StatusInternalServerError, Name: "InternalServerError", Message: "Internal Server Error"}
}
