package xrpc

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
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

// What is remembered of secrets, in bytes: of one, and of all. A longer one is
// known by its beginning, and hidden as far as it goes on in letters of a token.
const (
	maxSecret  = 4 << 10
	maxSecrets = 32 << 20
)

// Secrets knows the secrets of a run and replaces them in whatever is kept.
// It is safe for use by several goroutines.
type Secrets struct {
	mutex sync.RWMutex
	known map[string]*alike // by their first letters
	size  int               // bytes of all
}

// alike are secrets that begin in the same way.
type alike struct {
	lengths []int             // longest first, so that one that holds another is replaced whole
	what    map[string]string // secret to what it is
}

// NewSecrets makes an empty collection.
func NewSecrets() *Secrets { return &Secrets{known: map[string]*alike{}} }

// Add makes a secret known, in the forms in which it may turn up again: as it
// is, in base64, escaped for a URL or in JSON, and a JWT's parts each on their
// own.
func (s *Secrets) Add(secret, what string) {
	if len(secret) < shortest || strings.HasPrefix(secret, AnyText) {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.knows(secret) {
		return
	}
	forms := []string{secret, strings.ToLower(secret)}
	if len(secret) <= maxSecret { // whoever escapes a longer one is not a server that we know
		forms = append(forms, url.QueryEscape(secret), url.PathEscape(secret),
			base64.RawStdEncoding.EncodeToString([]byte(secret)),
			base64.RawURLEncoding.EncodeToString([]byte(secret)),
			inJSON(secret, true), inJSON(secret, false))
	}
	if parts := strings.SplitN(secret, ".", 4); len(parts) == 3 {
		forms = append(forms, parts[1], parts[2])
	}
	for _, form := range forms {
		s.learn(form, what)
	}
}

// stored is what is remembered of a secret.
func stored(secret string) string { return secret[:min(len(secret), maxSecret)] }

func (s *Secrets) knows(secret string) bool {
	group := s.known[secret[:shortest]]
	return group != nil && group.what[stored(secret)] != ""
}

// learn remembers one form of a secret. The caller holds the mutex.
func (s *Secrets) learn(form, what string) {
	if len(form) < shortest || s.knows(form) || s.size > maxSecrets {
		return
	}
	form = strings.Clone(stored(form)) // lets go of what it is a part of
	group := s.known[form[:shortest]]
	if group == nil {
		group = &alike{what: map[string]string{}}
		s.known[form[:shortest]] = group
	}
	s.size += len(form)
	group.what[form] = what
	if at, there := slices.BinarySearchFunc(group.lengths, len(form), func(a, b int) int { return b - a }); !there {
		group.lengths = slices.Insert(group.lengths, at, len(form))
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
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	var replaced strings.Builder
	copied := 0
	for at := 0; at+shortest <= len(text); {
		length, what := s.at(text[at:])
		if length == 0 {
			at++
			continue
		}
		replaced.WriteString(text[copied:at])
		replaced.WriteString(placeholder(what))
		at += length
		copied = at
	}
	if copied == 0 {
		return text
	}
	replaced.WriteString(text[copied:])
	return replaced.String()
}

// In says of what kinds the secrets are that stand in a text, each kind once.
func (s *Secrets) In(text string) []string {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	var kinds []string
	for at := 0; at+shortest <= len(text); at++ {
		if length, what := s.at(text[at:]); length > 0 {
			if !slices.Contains(kinds, what) {
				kinds = append(kinds, what)
			}
			at += length - 1
		}
	}
	return kinds
}

// at is the length of the secret with which a text begins, 0 for none, and what
// it is.
func (s *Secrets) at(text string) (length int, what string) {
	group := s.known[text[:shortest]]
	if group == nil {
		return 0, ""
	}
	for _, length := range group.lengths {
		if length > len(text) {
			continue
		}
		if what := group.what[text[:length]]; what != "" {
			for length >= maxSecret && length < len(text) && ofToken(text[length]) {
				length++
			}
			return length, what
		}
	}
	return 0, ""
}

// ofToken reports whether a byte may stand in a token.
// Source: RFC 6750, section 2.1
func ofToken(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || strings.IndexByte("-._~+/=", b) >= 0
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
