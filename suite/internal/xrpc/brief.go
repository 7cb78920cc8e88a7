package xrpc

import (
	"net/http"
	"strings"
)

// What is kept of an exchange that was judged, in bytes: more than evidence
// shows of it.
const (
	maxKeptBody   = 4 * maxRecorded
	maxKeptText   = 2 * maxSecret // of a credential, a header or a member of an input
	maxKeptHeader = 100           // values
)

// Brief is the exchange as it is kept for evidence, once it was judged: what is
// long in it is cut, so that a run holds little, whatever it was sent.
func (e Exchange) Brief() Exchange {
	if len(e.Body) > maxKeptBody {
		end := maxKeptBody
		for end > maxKeptBody-maxSecret && ofToken(e.Body[end-1]) {
			end-- // half a secret would not be found
		}
		e.leftOut += len(e.Body) - end
		e.Body = append([]byte(nil), e.Body[:end]...)
	}
	e.Header = briefHeader(e.Header)
	e.Request.Authorization = briefText(e.Request.Authorization)
	if len(e.Request.Raw) > maxKeptBody {
		e.Request.Raw = append([]byte(nil), e.Request.Raw[:maxKeptBody]...)
	}
	for name, value := range e.Request.Input {
		if text, ok := value.(string); ok && len(text) > maxKeptText {
			e.Request = e.Request.With(name, briefText(text))
		}
	}
	return e
}

// briefText cuts a long text, and lets go of the rest of it.
func briefText(text string) string {
	if len(text) <= maxKeptText {
		return text
	}
	return strings.Clone(strings.ToValidUTF8(text[:maxKeptText], "")) + "…"
}

func briefHeader(header http.Header) http.Header {
	long, values := false, 0
	for name, all := range header {
		values += len(all)
		long = long || len(name) > maxKeptText
		for _, value := range all {
			long = long || len(value) > maxKeptText
		}
	}
	if !long && values <= maxKeptHeader {
		return header
	}
	kept := http.Header{}
	values = 0
	for _, name := range sortedNames(header) {
		for _, value := range header[name] {
			if values++; values <= maxKeptHeader {
				kept.Add(briefText(name), briefText(value))
			}
		}
	}
	return kept
}
