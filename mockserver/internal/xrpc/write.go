package xrpc

import (
	"net/http"
	"strconv"
)

// Header values that every answer has, shared by all: net/http only reads them.
var (
	anyOrigin     = []string{"*"}
	jsonUTF8      = []string{"application/json; charset=utf-8"}
	preflightVary = []string{"Access-Control-Request-Headers"}
)

// write is the one place that writes to a client.
func write(w http.ResponseWriter, response Response) {
	header := head(w, response)
	if response.Chunked && len(response.Body) > 0 {
		w.WriteHeader(response.Status)
		writeInChunks(w, response.Body)
		return
	}
	if len(response.Body) >= 2048 { // of shorter ones net/http tells the length itself
		header["Content-Length"] = []string{strconv.Itoa(len(response.Body))}
	}
	w.WriteHeader(response.Status)
	_, _ = w.Write(response.Body) // the client may be gone
}

// head sets the headers of a response, but for its length.
func head(w http.ResponseWriter, response Response) http.Header {
	header := w.Header()
	header["Access-Control-Allow-Origin"] = anyOrigin
	for name, values := range response.Header {
		header[name] = values
	}
	if response.ContentType == jsonUTF8[0] {
		header["Content-Type"] = jsonUTF8
	} else if response.ContentType != "" {
		header["Content-Type"] = []string{response.ContentType}
	}
	return header
}

// preflight answers any OPTIONS request the same way, with an Origin or
// without, and names every verb, as the real server does; other answers are for
// any origin whether one asked or not, and expose no headers. A library that
// follows the standard more closely (rs/cors) answers none of that to a request
// without an Origin, and tells each preflight only of the verb it asked about.
func preflight(r *http.Request) Response {
	header := http.Header{
		"Access-Control-Allow-Methods": {"GET,HEAD,PUT,PATCH,POST,DELETE"},
		"Vary":                         preflightVary,
	}
	if asked := r.Header.Values("Access-Control-Request-Headers"); len(asked) > 0 {
		header["Access-Control-Allow-Headers"] = asked
	}
	return Response{Status: http.StatusNoContent, Header: header}
}
