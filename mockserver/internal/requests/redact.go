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

func redactQuery(raw string) string {
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
			pairs[i] = redactText(name + "=" + value)
		}
	}
	return strings.Join(pairs, "&")
}

// redactBody returns a body as JSON. Of one that isn't JSON nothing but its
// length is told, since no one can say where its secrets are.
func redactBody(body []byte, size int) json.RawMessage {
	if size == 0 {
		return nil
	}
	value, err := lexval.Decode(body)
	if err != nil {
		return json.RawMessage(fmt.Sprintf(`"[%d bytes]"`, size))
	}
	text, err := lexval.Append(nil, redactValue(value, false))
	if err != nil {
		return nil
	}
	return text
}

// redactValue replaces every string below a member that is a secret, and
// looks on in objects below it: what is called codes may be a list of either.
func redactValue(value any, secret bool) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = redactValue(inner, isSecret(name))
		}
	case []any:
		for i, inner := range v {
			v[i] = redactValue(inner, secret)
		}
	case string:
		if secret {
			return redacted
		}
		return redactText(v)
	case json.Number:
		if secret {
			return redacted
		}
	}
	return value
}
