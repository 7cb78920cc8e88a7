package xrpc

import (
	"encoding/json"
	"net/http"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// Style is how answers look where documents leave that open. Outputs are held
// against their documents before any of it.
type Style struct {
	ExtraFields bool                // members that no document lists
	Reversed    bool                // the order of members
	Spaced      bool                // white space wherever JSON allows it
	Escaped     bool                // every character of a string
	Chunked     bool                // bodies without a length
	NoContent   bool                // success without a body is 204
	HTMLLimits  bool                // 429 has a page for people
	Closing     bool                // the connection, after each answer
	MediaType   string              // of JSON, "" for the usual one
	Headers     func(http.Header)   // adds some, or nil
	Refuse      func(*Error) *Error // replaces every error
	Admit       func() error        // refuses calls before anything looks at them, or nil
}

// encode makes JSON of a value; nil is the plain style.
func (style *Style) encode(value any) ([]byte, error) {
	if style == nil {
		return lexval.Append(make([]byte, 0, 512), value)
	}
	text, err := lexval.Append(nil, style.rebuild(value))
	if err != nil {
		return nil, err
	}
	return style.rewrite(text), nil
}

// extra are members of all types, and some that are of none. There is no number
// with a fraction among them: the data model of the protocol has none.
// Source: https://atproto.com/specs/data-model
func extra() []lexval.Member {
	return []lexval.Member{
		{Name: "extraNull"},
		{Name: "extraNumber", Value: json.Number("-9007199254740991")},
		{Name: "extraList", Value: []any{int64(1), "two", nil, []any{}, lexval.Object{}}},
		{Name: "extraObject", Value: lexval.Object{{Name: "$type", Value: "com.example.odd#thing"}, {Name: "", Value: true}}},
		{Name: "extra \"name\" 🤷", Value: "\u2028\u0000\U0001F937"},
	}
}

// rebuild returns a copy with the members as the style wants them.
func (style *Style) rebuild(value any) any {
	switch v := value.(type) {
	case lexval.Object:
		object := make(lexval.Object, 0, len(v)+5)
		for _, member := range v {
			object = append(object, lexval.Member{Name: member.Name, Value: style.rebuild(member.Value)})
		}
		if style.ExtraFields {
			object = slices.Concat(extra(), object)
		}
		if style.Reversed {
			slices.Reverse(object)
		}
		return object
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			list = append(list, style.rebuild(item))
		}
		return list
	}
	return value
}

const space = "\r\n\t "

// rewrite changes the text of JSON that has no white space, and not what it
// means.
func (style *Style) rewrite(text []byte) []byte {
	if !style.Spaced && !style.Escaped {
		return text
	}
	blank := ""
	if style.Spaced {
		blank = space
	}
	written := append(make([]byte, 0, 4*len(text)), blank...)
	for i := 0; i < len(text); {
		if text[i] == '"' {
			end := endOfString(text, i)
			written = append(written, style.string(text[i:end])...)
			i = end
			continue
		}
		switch text[i] {
		case '{', '[', ',', ':':
			written = append(append(written, text[i]), blank...)
		case '}', ']':
			written = append(append(written, blank...), text[i])
		default:
			written = append(written, text[i])
		}
		i++
	}
	return append(written, blank...)
}

// endOfString is the place after the closing quote.
func endOfString(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// string writes a string of JSON anew.
func (style *Style) string(quoted []byte) []byte {
	if !style.Escaped {
		return quoted
	}
	var plain string
	if json.Unmarshal(quoted, &plain) != nil {
		return quoted
	}
	const digits = "0123456789ABCDEF"
	written := []byte{'"'}
	for _, r := range plain {
		units := [2]rune{r}
		n := 1
		if r > 0xffff && utf8.ValidRune(r) {
			units[0], units[1] = utf16.EncodeRune(r)
			n = 2
		}
		for _, unit := range units[:n] {
			written = append(written, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
		}
	}
	return append(written, '"')
}

// restyle gives a response the style; nil leaves it as it is.
func (style *Style) restyle(response *Response) {
	if style == nil {
		return
	}
	if style.MediaType != "" && response.ContentType == jsonUTF8[0] {
		response.ContentType = style.MediaType
	}
	response.Chunked = style.Chunked
	response.Header = response.Header.Clone()
	if response.Header == nil {
		response.Header = http.Header{}
	}
	if response.Status == http.StatusTooManyRequests {
		style.limited(response)
	}
	if style.NoContent && response.Status == http.StatusOK && len(response.Body) == 0 {
		response.Status = http.StatusNoContent
	}
	if style.Closing {
		response.Header.Set("Connection", "close")
	}
	if style.Headers != nil {
		style.Headers(response.Header)
	}
}

// limited says when to come again, and perhaps as proxies do.
func (style *Style) limited(response *Response) {
	if response.Header.Get("Retry-After") == "" {
		response.Header.Set("Retry-After", "1")
	}
	if style.HTMLLimits {
		response.ContentType, response.Body = "text/html", []byte("<html><h1>429 Too Many Requests</h1></html>")
	}
}

// writeInChunks lets the first half of a body go before the rest is there.
func writeInChunks(w http.ResponseWriter, body []byte) {
	if flusher, ok := w.(http.Flusher); ok {
		_, _ = w.Write(body[:len(body)/2]) // the client may be gone
		flusher.Flush()
		body = body[len(body)/2:]
	}
	_, _ = w.Write(body)
}
