package xrpc

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// escapes are characters as JSON may write any of them, several in a row since
// two can make one.
// Source: RFC 8259, section 7
var escapes = regexp.MustCompile(`(?:\\u[0-9A-Fa-f]{4})+|\\["\\/bfnrt]`)

// unescaped resolves the escapes of a text, be it JSON or what is left of it.
func unescaped(text []byte) []byte {
	return escapes.ReplaceAllFunc(text, func(escaped []byte) []byte {
		var plain string
		if json.Unmarshal(append(append([]byte{'"'}, escaped...), '"'), &plain) != nil {
			return escaped
		}
		return []byte(plain)
	})
}

// hides reports whether a body holds a secret, or the name of a member that is
// one, in a spelling in which it would not be found.
func (s *Secrets) hides(body []byte) bool {
	if !bytes.ContainsRune(body, '\\') {
		return false
	}
	plain := unescaped(body)
	return mentionsSecret(plain) && !mentionsSecret(body) || s.Replace(string(plain)) != string(plain)
}
