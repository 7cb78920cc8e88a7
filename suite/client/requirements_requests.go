package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/schema"
)

// credential is what a method asks its caller for.
type credential int

const (
	noCredential credential = iota
	accessCredential
	refreshCredential
	adminCredential
)

// credentialOf is the one for a method, by the last part of its name.
// Source: https://atproto.com/specs/xrpc#authentication, and the descriptions
// of the documents.
func credentialOf(method string) credential {
	switch method {
	case "refreshSession", "deleteSession":
		return refreshCredential
	case "createInviteCode", "createInviteCodes":
		return adminCredential
	case "", "createAccount", "createSession", "deleteAccount", "describeServer", "requestPasswordReset", "reserveSigningKey", "resetPassword":
		return noCredential
	}
	return accessCredential
}

// requestRequirements are derived from the documents: for each method that a
// client can be asked to call, whether its requests are right.
func requestRequirements(catalog *lexicons.Catalog, schemas *schema.Set, known members) []requirement {
	var all []requirement
	for _, method := range catalog.Methods() {
		if name := short(method.NSID); name != "" && called(name) {
			all = append(all, derived(method, name, schemas, known)...)
		}
	}
	return append(all, wireRequirements()...)
}

// called reports whether a call of the protocol is about a method.
func called(method string) bool {
	return slices.ContainsFunc(Calls(), func(c Call) bool { return slices.Contains(c.Methods, method) })
}

func derived(method *lexicons.Method, name string, schemas *schema.Set, known members) []requirement {
	pointer := func(node lexicons.Pointer) string { return string(node) }
	make := func(what, title string, level reports.Level, authority reports.Authority, source string, judge func(request, *seen) string) requirement {
		r := obligation(level, authority, "requests."+name+"."+what, title, name, source).onWire()
		r.Origin = reports.Derived
		return r.by(eachRequest(name, judge))
	}
	all := []requirement{
		make("verb", fmt.Sprintf("%s is called with %s.", name, method.Verb()), reports.Must, reports.Lexicon, pointer(method.Pointer)+"/type",
			func(q request, _ *seen) string {
				return differs("the HTTP method", q.Method, method.Verb())
			}),
	}
	if method.Input != nil {
		all = append(all,
			make("input", "The body of "+name+" is valid by its document.", reports.Must, reports.Lexicon, pointer(method.Input.Pointer),
				func(q request, _ *seen) string { return invalidInput(q, method, schemas) }),
			make("media-type", "The body of "+name+" is sent as "+method.Input.Encoding+".", reports.Must, reports.Lexicon,
				pointer(method.Input.Pointer)+"/encoding", func(q request, _ *seen) string { return otherMediaType(q, method) }),
			make("members", "The body of "+name+" has no member that no document lists.", reports.Should, reports.XRPC, specLexicon,
				func(q request, _ *seen) string { return known.unknown(q, name) }))
	} else {
		all = append(all, make("no-body", name+" is called without a body, since its document declares none.", reports.Must, reports.Lexicon,
			pointer(method.Pointer), func(q request, _ *seen) string {
				if q.BodyBytes == 0 && q.ContentLength <= 0 {
					return ""
				}
				return fmt.Sprintf("a body of %d bytes", max(int64(q.BodyBytes), q.ContentLength))
			}))
	}
	if method.Params != nil {
		all = append(all, make("parameters", "The parameters of "+name+" are valid by its document.", reports.Must, reports.Lexicon,
			pointer(method.Params.Pointer), func(q request, _ *seen) string { return invalidParameters(q, method.Params) }))
	}
	return append(all, credentials(method, name, make)...)
}

type maker func(what, title string, level reports.Level, authority reports.Authority, source string, judge func(request, *seen) string) requirement

// credentials are the requirements of what a request bears. deleteAccount is
// left out: its document and the servers disagree.
func credentials(method *lexicons.Method, name string, make maker) []requirement {
	switch credentialOf(name) {
	case accessCredential:
		return []requirement{make("credential", name+" bears the access token.", reports.Must, reports.XRPC, specAuth,
			func(q request, s *seen) string { return otherCredential(q, s, accessToken) })}
	case refreshCredential:
		level, authority, source := reports.Should, reports.Reference, specAuth
		if strings.Contains(method.Description, "refreshJwt") {
			level, authority, source = reports.Must, reports.Lexicon, string(method.Pointer)+"/description"
		} else if name == "refreshSession" {
			level, authority = reports.Must, reports.XRPC
		}
		return []requirement{make("credential", name+" bears the refresh token.", level, authority, source,
			func(q request, s *seen) string { return otherCredential(q, s, refreshToken) })}
	case adminCredential:
		return []requirement{make("credential", name+" bears the administrator's Basic credentials.", reports.Must, reports.XRPC, specAdmin,
			func(q request, _ *seen) string {
				if scheme, _, _ := strings.Cut(q.Authorization, " "); !strings.EqualFold(scheme, "Basic") {
					return "the credential is " + orNone(q.Authorization)
				}
				if q.Status == 401 {
					return "the server did not take it for the administrator's"
				}
				return ""
			})}
	}
	if name == "deleteAccount" {
		return nil
	}
	return []requirement{make("credential", name+" bears no token, since it needs none.", reports.May, reports.Security, rfcSecrets,
		func(q request, s *seen) string {
			if s.kind(q) != unknownToken {
				return "a token of the session"
			}
			return ""
		})}
}

// eachRequest judges every request of one method; judge says what is wrong, or
// nothing.
func eachRequest(method string, judge func(request, *seen) string) func(*seen) verdict {
	return func(s *seen) verdict {
		sent := false
		for _, q := range of(s.requests, method) {
			sent = true
			if wrong := judge(q, s); wrong != "" {
				return failed("a request as the document has it", wrong, q)
			}
		}
		if !sent {
			return unseen("the client did not call %s", method)
		}
		return passed()
	}
}

func differs(what, got, want string) string {
	if got == want {
		return ""
	}
	return what + " is " + got
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func otherCredential(q request, s *seen, want tokenKind) string {
	switch kind := s.kind(q); {
	case kind == want:
		return ""
	case kind == accessToken:
		return "the credential is an access token"
	case kind == refreshToken:
		return "the credential is a refresh token"
	case q.Authorization == "" && s.loggedOutBefore(q):
		return "" // the client has none left
	}
	return "the credential is " + orNone(q.Authorization) + ", not a token that the server gave out"
}

// loggedOutBefore reports whether the session was closed, or never opened,
// when a request was sent.
func (s *seen) loggedOutBefore(q request) bool {
	opened := false
	for _, one := range s.requests {
		if one.ID >= q.ID {
			break
		}
		switch short(one.NSID) {
		case "createSession", "createAccount", "refreshSession":
			opened = one.Issued != nil
			if short(one.NSID) == "refreshSession" && one.Issued == nil && one.Status/100 == 4 && one.Status != 429 {
				opened = false // refused: the session is over
			} else if one.Issued == nil {
				opened = opened || s.openedBefore(one)
			}
		case "deleteSession":
			opened = false
		}
	}
	return !opened
}

// openedBefore reports whether any session was opened before a request.
func (s *seen) openedBefore(q request) bool {
	return slices.ContainsFunc(s.requests, func(one request) bool { return one.ID < q.ID && one.Issued != nil })
}

func otherMediaType(q request, method *lexicons.Method) string {
	got, _, err := mime.ParseMediaType(q.ContentType)
	if err != nil {
		return "the Content-Type is " + orNone(q.ContentType)
	}
	return differs("the Content-Type", got, method.Input.Encoding)
}

func invalidInput(q request, method *lexicons.Method, schemas *schema.Set) string {
	switch {
	case q.ContentLength == 0:
		return "no body"
	case q.BodyBytes == 0:
		return "" // refused before the server had read it
	}
	value, ok := decoded(q.Body)
	if !ok {
		return "the body is not JSON"
	}
	if method.Input.Schema == nil {
		return ""
	}
	violations := schemas.Validate(method.Input.Schema.At(), value)
	if len(violations) == 0 {
		return ""
	}
	return violations[0].Place() + ": " + violations[0].Problem
}

// decoded reads a body of the log: JSON, or a string that says why not.
func decoded(body json.RawMessage) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil, false
	}
	text, isText := value.(string)
	return value, !isText || !strings.HasSuffix(text, " bytes]")
}

// invalidParameters says what is wrong with a query.
func invalidParameters(q request, params *lexicons.Params) string {
	given, err := url.ParseQuery(q.Query)
	if err != nil {
		return "the query can't be read"
	}
	for _, name := range params.Required {
		if !given.Has(name) {
			return "the parameter " + name + " is missing"
		}
	}
	for _, property := range params.Properties {
		for _, value := range given[property.Name] {
			if wrong := wrongParameter(property.Schema, value); wrong != "" {
				return "the parameter " + property.Name + " " + wrong
			}
		}
	}
	return ""
}

func wrongParameter(declared lexicons.Schema, value string) string {
	switch declared.(type) {
	case *lexicons.Boolean:
		if value != "true" && value != "false" {
			return "is neither true nor false"
		}
	case *lexicons.Integer:
		if !isInteger(value) {
			return "is not an integer"
		}
	}
	return ""
}

func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// members are the names that any document gives to the members of an input: a
// client of today is not wrong at a server of yesterday.
type members map[string][]string

func (m members) unknown(q request, method string) string {
	value, _ := decoded(q.Body)
	object, _ := value.(map[string]any)
	for name := range object {
		if !slices.Contains(m[method], name) {
			return "the member " + shorten(name, 60)
		}
	}
	return ""
}

// membersOf reads the documents of every embedded revision, and one more.
func membersOf(more *lexicons.Catalog) (members, error) {
	known := members{}
	catalogs := []*lexicons.Catalog{more}
	for _, revision := range lexicons.Revisions() {
		catalog, err := lexicons.LoadRevision(revision)
		if err != nil {
			return nil, err
		}
		catalogs = append(catalogs, catalog)
	}
	for _, catalog := range catalogs {
		for _, method := range catalog.Methods() {
			if object := method.Input.Object(); object != nil {
				for _, property := range object.Properties {
					known[short(method.NSID)] = append(known[short(method.NSID)], property.Name)
				}
			}
		}
	}
	return known, nil
}

// wireRequirements hold for all requests, whatever the method.
func wireRequirements() []requirement {
	return []requirement{
		must("requests.path", "A method is called at /xrpc/ and its name, at the top of the server.", "", specEndpoints).onWire().by(func(s *seen) verdict {
			for _, q := range s.requests {
				if q.NSID == "" && strings.Contains(q.Path, prefix) {
					return failed("/xrpc/ followed by the name of a method", "the path "+shorten(q.Path, 120), q)
				}
			}
			return s.sentAny()
		}),
		must("requests.integers", "Integers are sent as JSON numbers without a fraction or an exponent.", "", specData).onWire().by(func(s *seen) verdict {
			v := unseen("the client sent no number")
			for _, q := range s.requests {
				value, _ := decoded(q.Body)
				switch number, found := firstNumber(value); {
				case found && !isInteger(string(number)):
					return failed("an integer", "the number "+string(number), q)
				case found:
					v = passed()
				}
			}
			return v
		}),
		must("requests.host", "Requests name the server that they are sent to as their Host.", "",
			"https://www.rfc-editor.org/rfc/rfc9110#section-7.2").onWire().by(func(s *seen) verdict {
			for _, q := range s.requests {
				if want := strings.TrimPrefix(s.base, "http://"); q.Host != want {
					return failed("Host: "+want, "Host: "+q.Host, q)
				}
			}
			return s.sentAny()
		}),
		must("requests.scheme", "A token is sent in the Authorization header, under the scheme Bearer.", "", specAuth).onWire().by(func(s *seen) verdict {
			v := unseen("the client sent no token")
			for _, q := range s.requests {
				need := credentialOf(short(q.NSID))
				if need != accessCredential && need != refreshCredential || q.Authorization == "" {
					continue
				}
				if !strings.HasPrefix(strings.ToLower(q.Authorization), "bearer ") {
					return failed("Authorization: Bearer and the token", "Authorization: "+q.Authorization, q)
				}
				v = passed()
			}
			return v
		}),
		refusedRequirement(),
	}
}

// refusedRequirement is about what the server finds wrong with a request.
func refusedRequirement() requirement {
	return must("requests.refused", "No request of a usual course of events is refused as malformed.", "", specStatuses,
		plain, "sign-up", "app-passwords", "invites", "reset", "deletion").onWire().by(func(s *seen) verdict {
		for _, q := range s.requests {
			if q.Status == 400 && q.Error == "InvalidRequest" && q.Scenario == "" && !s.provoked(q) && !s.loggedOutBefore(q) {
				return failed("requests that the server takes", "400 InvalidRequest", q)
			}
		}
		return s.sentAny()
	})
}

// provoked reports whether a call was to be refused.
func (s *seen) provoked(q request) bool {
	for _, c := range s.calls {
		switch c.label {
		case "wrong-password", "unknown-invite", "taken-handle", "wrong-code", "update-without-code":
			if q.ID > c.from && q.ID <= c.to {
				return true
			}
		}
	}
	return false
}

func (s *seen) sentAny() verdict {
	if len(s.requests) == 0 {
		return unseen("the client sent nothing")
	}
	return passed()
}

// firstNumber finds a number of a value, one that is not an integer before any
// other.
func firstNumber(value any) (found json.Number, some bool) {
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case json.Number:
			if !some || isInteger(string(found)) {
				found, some = v, true
			}
		case map[string]any:
			for _, inner := range v {
				visit(inner)
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	visit(value)
	return found, some
}
