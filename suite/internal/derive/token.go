package derive

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// alter changes one character in the middle of a token's last part, where
// every bit counts: the last character of base64 may hold bits that don't.
func alter(token string) string {
	start := strings.LastIndex(token, ".") + 1
	at := start + (len(token)-start)/2
	if at >= len(token) {
		return token + "A"
	}
	replacement := byte('A')
	if token[at] == replacement {
		replacement = 'B'
	}
	return token[:at] + string(replacement) + token[at+1:]
}

// alterTail changes the last character of a token of which every bit counts: the
// one before the last, padding left aside.
func alterTail(token string) string {
	at := len(strings.TrimRight(token, "=")) - 2
	if at < 0 {
		return token + "A"
	}
	replacement := byte('A')
	if token[at] == replacement {
		replacement = 'B'
	}
	return token[:at] + string(replacement) + token[at+1:]
}

// alterCase turns capitals into small letters in the signature of a token, and the
// reverse. Which letters other tokens than JWTs are written in is not known: they
// may be such as have no letter case.
func alterCase(t *spec.Trial, token string) string {
	parsed, ok := parseJWT(token)
	if !ok {
		t.NotObserved(opaque)
	}
	altered := strings.TrimSuffix(token, parsed.signature) + strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, parsed.signature)
	if altered == token {
		t.NotObserved("the signature has no letters")
	}
	return altered
}

// jwt is a token's parts, as far as it is a JWT. Nothing needs one to be: what
// can only be tried on a JWT is not observed on other tokens.
type jwt struct {
	claims    map[string]any
	signature string
	header    string
}

func parseJWT(token string) (jwt, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return jwt{}, false
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	parsed := jwt{header: parts[0], signature: parts[2]}
	if err != nil || json.Unmarshal(claims, &parsed.claims) != nil {
		return jwt{}, false
	}
	return parsed, true
}

func (j jwt) String() string {
	claims, _ := json.Marshal(j.claims)
	return j.header + "." + base64.RawURLEncoding.EncodeToString(claims) + "." + j.signature
}

// Expiry is when a token says that it expires.
// Source: RFC 7519, section 4.1.4
func Expiry(token string) (time.Time, bool) { return timeClaim(token, "exp") }

// IssuedAt is when a token says that it was made.
// Source: RFC 7519, section 4.1.6
func IssuedAt(token string) (time.Time, bool) { return timeClaim(token, "iat") }

func timeClaim(token, name string) (time.Time, bool) {
	parsed, ok := parseJWT(token)
	seconds, isNumber := parsed.claims[name].(float64)
	if !ok || !isNumber {
		return time.Time{}, false
	}
	return time.Unix(int64(seconds), 0), true
}

const opaque = "the target's tokens are no JWTs"

// reclaim names another account in a token and keeps its signature.
func reclaim(t *spec.Trial, token string) string {
	parsed, ok := parseJWT(token)
	if !ok {
		t.NotObserved(opaque)
	}
	parsed.claims["sub"] = t.Target().NewDID()
	return parsed.String()
}

// unsign says that a token needs no signature, and leaves it out.
// Source: RFC 7519, section 6
func unsign(t *spec.Trial, token string) string {
	parsed, ok := parseJWT(token)
	if !ok {
		t.NotObserved(opaque)
	}
	parsed.header = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	parsed.signature = ""
	return parsed.String()
}

// writeJWT makes a token of the form of a JWT, of claims in JSON, that nobody
// has signed.
func writeJWT(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims)) + "." + encode(make([]byte, 32))
}

// otherAlgorithm names an algorithm of another family in the header of a token,
// and keeps its signature.
// Source: RFC 8725, section 3.1
func otherAlgorithm(t *spec.Trial, token string) string {
	parsed, ok := parseJWT(token)
	if !ok {
		t.NotObserved(opaque)
	}
	parsed.header = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`))
	return parsed.String()
}
