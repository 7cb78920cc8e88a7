package xrpc

import "net/http"

// Error is what a handler answers with instead of a value. The client sees all
// of it.
type Error struct {
	Status  int
	Name    string
	Message string
}

// Error returns name and message.
func (e *Error) Error() string { return e.Name + ": " + e.Message }

// Fail returns the error of a name that a lexicon declares: status 400.
func Fail(name, message string) *Error { return &Error{http.StatusBadRequest, name, message} }

// InvalidRequest is the error of a request that isn't what the lexicon or the
// server's rules ask for.
func InvalidRequest(message string) *Error { return Fail("InvalidRequest", message) }

// InvalidToken is the error of a token that is there and no good.
func InvalidToken(message string) *Error { return Fail("InvalidToken", message) }

// ExpiredToken is the error of a token that was good once. Clients look for
// its name to know that they have to refresh.
func ExpiredToken(message string) *Error { return Fail("ExpiredToken", message) }

// AuthenticationRequired is the error of credentials that are missing or wrong.
func AuthenticationRequired(message string) *Error {
	return &Error{http.StatusUnauthorized, "AuthenticationRequired", message}
}

// AccountTakedown is the error of an account that was taken down.
func AccountTakedown() *Error {
	return &Error{http.StatusUnauthorized, "AccountTakedown", "Account has been taken down"}
}

// NotFound is the error of a path that leads nowhere.
func NotFound(message string) *Error { return &Error{http.StatusNotFound, "NotFound", message} }

func methodNotImplemented() *Error {
	return &Error{http.StatusNotImplemented, "MethodNotImplemented", "Method Not Implemented"}
}

func payloadTooLarge() *Error {
	return &Error{http.StatusRequestEntityTooLarge, "PayloadTooLarge", "Request entity too large"}
}

func unsupportedMediaType(message string) *Error {
	return &Error{http.StatusUnsupportedMediaType, "InvalidRequest", message}
}

// internal hides every detail: those are in the log.
func internal() *Error {
	return &Error{http.StatusInternalServerError, "InternalServerError", "Internal Server Error"}
}
