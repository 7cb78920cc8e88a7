package requests

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// redacted stands where a secret was.
const redacted = "[redacted]"

// isSecret reports whether a member or parameter of that name holds a secret:
// a password, a token, a code.
func isSecret(name string) bool {
	switch strings.ToLower(name) {
	case "password", "token", "accessjwt", "refreshjwt", "code", "codes", "invitecode", "authfactortoken", "verificationcode":
		return true
	}
	return false
}

// tokenLike finds signed tokens wherever they were put.
var tokenLike = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*`)

func redactText(text string) string {
	if !strings.Contains(text, "eyJ") {
		return text
	}
	return tokenLike.ReplaceAllString(text, redacted)
}

// redactor replaces secrets by the members that they are in, by their form, and by
// their value, wherever that turns up.
type redactor struct{ values *strings.Replacer }

func (r redactor) text(text string) string { return r.values.Replace(redactText(text)) }

// redactAuthorization leaves the scheme, where there is one.
func redactAuthorization(header string) string {
	switch scheme, _, found := strings.Cut(header, " "); {
	case header == "":
		return ""
	case found && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Basic")):
		return scheme + " " + redacted
	}
	return redacted
}

func (r redactor) query(raw string) string {
	if raw == "" {
		return ""
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil || isSecret(plain) {
			value = redacted
		}
		if strings.Contains(pair, "=") {
			pairs[i] = r.pair(name, value)
		}
	}
	return strings.Join(pairs, "&")
}

// pair hides the whole value where a secret is in it, however it is escaped.
func (r redactor) pair(name, value string) string {
	plain, err := url.QueryUnescape(value)
	if hidden := r.text(plain); err != nil || hidden != plain {
		value = redacted
	}
	return r.text(name) + "=" + value
}

// body returns a body as JSON. Of one that isn't JSON nothing but its
// length is told, since no one can say where its secrets are.
func (r redactor) body(body []byte, size int) json.RawMessage {
	if size == 0 {
		return nil
	}
	value, err := lexval.Decode(body)
	if err != nil {
		return json.RawMessage(fmt.Sprintf(`"[%d bytes]"`, size))
	}
	text, err := lexval.Append(nil, r.value(value, false))
	if err != nil {
		return nil
	}
	return text
}

// value replaces every string below a member that is a secret, and
// looks on in objects below it: what is called codes may be a list of either.
func (r redactor) value(value any, secret bool) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = r.value(inner, isSecret(name))
		}
	case []any:
		for i, inner := range v {
			v[i] = r.value(inner, secret)
		}
	case string:
		if secret {
			return redacted
		}
		return r.text(v)
	case json.Number:
		if secret {
			return redacted
		}
	}
	return value
}
