package xrpc

import (
	"net/http"
	"strings"
)

// What is kept of an exchange that was judged, in bytes: more than evidence
// shows of it.
const (
	maxKeptBody    = 4 * maxRecorded
	maxKeptText    = 2 * maxSecret          // of a credential, a header or a member of an input
	maxKeptHeader  = 100                    // values
	maxKeptHeaders = 2 * maxRecordedHeaders // of all of them; a value is kept whole or not at all
)

// Brief is the exchange as it is kept for evidence, once it was judged: what is
// long in it is cut, so that a run holds little, whatever it was sent.
func (e Exchange) Brief() Exchange {
	e.decoded = nil
	if len(e.Body) > maxKeptBody {
		end := maxKeptBody
		for end > maxKeptBody-maxSecret && ofToken(e.Body[end-1]) {
			end-- // half a secret would not be found
		}
		e.leftOut += len(e.Body) - end
		e.Body = append([]byte(nil), e.Body[:end]...)
	}
	var leftOut int
	e.Header, leftOut = briefHeader(e.Header)
	e.headersLeftOut += leftOut
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

// Size is about how many bytes the exchange takes.
func (e Exchange) Size() int {
	size := len(e.Body) + len(e.Request.Authorization) + len(e.Request.Raw)
	for _, value := range e.Request.Input {
		text, _ := value.(string)
		size += len(text)
	}
	for _, headers := range []http.Header{e.Header, e.Request.Header} {
		for name, values := range headers {
			size += len(name)
			for _, value := range values {
				size += len(value)
			}
		}
	}
	return size
}

// briefText cuts a long text, and lets go of the rest of it.
func briefText(text string) string {
	if len(text) <= maxKeptText {
		return text
	}
	return strings.Clone(strings.ToValidUTF8(text[:maxKeptText], "")) + "…"
}

// briefHeader returns what is kept of headers, and how many values are not.
func briefHeader(header http.Header) (kept http.Header, leftOut int) {
	long, values, size := false, 0, 0
	for name, all := range header {
		values += len(all)
		long = long || len(name) > maxKeptText
		for _, value := range all {
			long = long || len(value) > maxKeptText
			size += len(name) + len(value)
		}
	}
	if !long && values <= maxKeptHeader && size <= maxKeptHeaders {
		return header, 0
	}
	kept, values, size = http.Header{}, 0, 0
	for _, name := range sortedNames(header) {
		for _, value := range header[name] {
			name, value := briefText(name), briefText(value)
			if size += len(name) + len(value); values == maxKeptHeader || size > maxKeptHeaders {
				leftOut++
				continue
			}
			values++
			kept.Add(name, strings.Clone(value))
		}
	}
	return kept, leftOut
}
