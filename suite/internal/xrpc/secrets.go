package xrpc

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"sort"
	"strings"
	"sync"
)

// secretMembers are the JSON members that hold secrets, with what stands in
// their place.
var secretMembers = map[string]string{
	"password":         "password",
	"token":            "mailed code", // in an answer one for a service
	"authFactorToken":  "mailed code",
	"verificationCode": "phone code",
	"accessJwt":        "access token",
	"refreshJwt":       "refresh token",
}

// IsSecret reports whether the members of that name hold secrets, in requests
// and answers of any method.
func IsSecret(member string) bool { return secretMembers[member] != "" }

// AnyText is what the suite sends where any text will do. Neither it nor what
// begins with it is a secret, even in the place of one.
const AnyText = "pdsconform"

// shortest is the length under which a secret is not looked for in texts: a
// word of three letters stands everywhere. In their own members such secrets
// are replaced all the same.
const shortest = 6

// Secrets knows the secrets of a run and replaces them in whatever is kept.
// It is safe for use by several goroutines.
type Secrets struct {
	mutex    sync.Mutex
	known    map[string]string // secret to what it is
	replacer *strings.Replacer // nil after a new secret
}

// NewSecrets makes an empty collection.
func NewSecrets() *Secrets { return &Secrets{known: map[string]string{}} }

// Add makes a secret known, in the forms in which it may turn up again: as it
// is, in base64, escaped for a URL or in JSON, and a JWT's parts each on their
// own.
func (s *Secrets) Add(secret, what string) {
	if len(secret) < shortest || strings.HasPrefix(secret, AnyText) {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, ok := s.known[secret]; ok {
		return
	}
	s.replacer = nil
	forms := []string{
		secret, strings.ToLower(secret), url.QueryEscape(secret), url.PathEscape(secret),
		base64.RawStdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
		inJSON(secret, true), inJSON(secret, false),
	}
	if parts := strings.Split(secret, "."); len(parts) == 3 {
		forms = append(forms, parts[1], parts[2])
	}
	for _, form := range forms {
		if _, ok := s.known[form]; !ok && len(form) >= shortest {
			s.known[form] = what
		}
	}
}

// inJSON is a text as it stands between the quotation marks of JSON, with or
// without what encoders escape for HTML.
func inJSON(text string, html bool) string {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(html)
	_ = encoder.Encode(text) // a string is always encoded
	return encoded.String()[1 : encoded.Len()-len("\"\n")]
}

// Replace returns the text with every known secret replaced by what it is.
func (s *Secrets) Replace(text string) string {
	if text == "" {
		return text
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.replacer == nil {
		s.replacer = s.build()
	}
	return s.replacer.Replace(text)
}

// build orders longer secrets first, so that one that holds another is
// replaced whole.
func (s *Secrets) build() *strings.Replacer {
	secrets := make([]string, 0, len(s.known))
	for secret := range s.known {
		secrets = append(secrets, secret)
	}
	sort.Slice(secrets, func(i, j int) bool {
		if len(secrets[i]) != len(secrets[j]) {
			return len(secrets[i]) > len(secrets[j])
		}
		return secrets[i] < secrets[j]
	})
	pairs := make([]string, 0, 2*len(secrets))
	for _, secret := range secrets {
		pairs = append(pairs, secret, placeholder(s.known[secret]))
	}
	return strings.NewReplacer(pairs...)
}

func placeholder(what string) string { return "[" + what + "]" }

// learnRequest makes the secrets of a request known.
func (s *Secrets) learnRequest(request Request) {
	if scheme, credential, ok := strings.Cut(request.Authorization, " "); ok {
		what := "token"
		if strings.EqualFold(scheme, "basic") {
			what = "credential"
		}
		s.Add(credential, what)
	}
	s.learnMembers(request.Input)
}

// learnResponse makes the secrets of an answer known.
func (s *Secrets) learnResponse(exchange Exchange) {
	if exchange.Succeeded() && len(exchange.Body) > 0 {
		s.learnMembers(exchange.Object())
	}
}

func (s *Secrets) learnMembers(object map[string]any) {
	for name, value := range object {
		if text, ok := value.(string); ok && secretMembers[name] != "" {
			s.Add(text, secretMembers[name])
		}
	}
}
