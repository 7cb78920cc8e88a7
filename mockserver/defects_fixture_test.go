package mockserver_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
)

// fixture is a sound server with everything on it that a call could need;
// defects come after that.
type fixture struct {
	*client
	code                 string // an invite code of many uses
	alice, bob, down     session
	app                  session // alice, by app password
	appPassword, guest   string
	resetCode, deletion  string
	expiredCode, expired string  // codes of bob, out of date
	stale                session // alice a day ago
}

func newFixture(t testing.TB, logger ...*slog.Logger) *fixture {
	t.Helper()
	options := mockserver.Options{
		InviteRequired: true, InviteInterval: day,
		Links: mockserver.Links{PrivacyPolicy: "https://pds.example/privacy", TermsOfService: "https://pds.example/terms"},
	}
	if len(logger) > 0 {
		options.Logger = logger[0]
	}
	s := &fixture{client: start(t, options)}
	s.code = s.admin("createInviteCode", object{"useCount": 1000}).ok().text("code")
	s.alice, s.bob, s.down = s.signUpWith("alice", s.code), s.signUpWith("bobby", s.code), s.signUpWith("downy", s.code)
	s.stale = s.alice
	s.requestCodes(s.bob, &s.expiredCode, &s.expired)
	advance(t, s.server, day+time.Minute)
	s.again(&s.alice)
	s.again(&s.bob)
	s.again(&s.down)
	s.server.Takedown(s.down.did, true)
	earned := s.get("getAccountInviteCodes", s.alice.access).ok().list("codes")[0].(object)["code"].(string)
	s.guest = s.signUpWith("guest-1", earned).did
	s.appPassword, s.app = s.client.appPassword(s.alice, "phone")
	s.requestCodes(s.alice, &s.resetCode, &s.deletion)
	return s
}

func (s *fixture) requestCodes(of session, reset, deletion *string) {
	s.Helper()
	s.post("requestPasswordReset", "", object{"email": of.email}).ok()
	*reset = s.mailToken(of.email)
	s.post("requestAccountDelete", of.access, nil).ok()
	*deletion = s.mailToken(of.email)
}

// again logs an account in once more.
func (s *fixture) again(of *session) {
	s.Helper()
	a := s.logIn(of.handle, of.password).ok()
	of.access, of.refresh = a.text("accessJwt"), a.text("refreshJwt")
}

func (s *fixture) have(t testing.TB, ids ...string) *fixture {
	t.Helper()
	if err := s.server.SetDefects(ids...); err != nil {
		t.Fatal(err)
	}
	return s
}

// request is a call that can be corrupted in one way.
type request struct {
	verb, method, query, authorization, media string
	body                                      string
	input                                     object
}

func bearer(token string) string { return "Bearer " + token }

// valid is a call that succeeds, with an answer as full as can be.
func (s *fixture) valid(method string) request {
	r := request{verb: http.MethodPost, method: method, media: "application/json"}
	switch method {
	case "createAccount":
		r.input = object{"handle": "novel.test", "email": "novel@example.com", "password": "novel password", "inviteCode": s.code}
	case "createAppPassword":
		r.authorization, r.input = bearer(s.alice.access), object{"name": "tablet"}
	case "createInviteCode":
		r.authorization, r.input = basic("admin:admin-pass"), object{"useCount": 3}
	case "createInviteCodes":
		r.authorization, r.input = basic("admin:admin-pass"), object{"useCount": 3, "codeCount": 2, "forAccounts": []any{s.bob.did}}
	case "createSession":
		r.input = object{"identifier": s.alice.handle, "password": s.alice.password}
	case "deleteAccount":
		r.input = object{"did": s.alice.did, "password": s.alice.password, "token": s.deletion}
	case "requestPasswordReset":
		r.input = object{"email": s.alice.email}
	case "resetPassword":
		r.input = object{"token": s.resetCode, "password": "other password"}
	case "revokeAppPassword":
		r.authorization, r.input = bearer(s.alice.access), object{"name": "phone"}
	case "deleteSession", "refreshSession":
		r.authorization = bearer(s.alice.refresh)
	case "requestAccountDelete":
		r.authorization = bearer(s.alice.access)
	case "getAccountInviteCodes", "getSession", "listAppPasswords":
		r.verb, r.authorization = http.MethodGet, bearer(s.alice.access)
	case "describeServer":
		r.verb = http.MethodGet
	default:
		s.Fatalf("no request for %s", method)
	}
	return r
}

// make sends a request, with further headers by name and value.
func (s *fixture) make(r request, headers ...string) answer {
	s.Helper()
	if r.authorization != "" {
		headers = append(headers, "Authorization", r.authorization)
	}
	if r.input != nil && r.body == "" {
		text, err := json.Marshal(r.input)
		if err != nil {
			s.Fatal(err)
		}
		r.body = string(text)
	}
	if r.body == "" {
		return s.send(r.verb, "/xrpc/com.atproto.server."+r.method+r.query, nil, headers...)
	}
	if r.media != "" {
		headers = append(headers, "Content-Type", r.media)
	}
	return s.send(r.verb, "/xrpc/com.atproto.server."+r.method+r.query, strings.NewReader(r.body), headers...)
}

// empty is a call that is answered with an empty list.
func (s *fixture) empty(method string) request {
	r := s.valid(method)
	switch method {
	case "createInviteCodes":
		r.input["forAccounts"] = []any{}
	case "listAppPasswords":
		r.authorization = bearer(s.bob.access)
	case "getAccountInviteCodes":
		r.authorization, r.query = bearer(s.bob.access), "?createAvailable=false"
	default:
		s.Fatalf("no list of %s is ever empty", method)
	}
	return r
}

// refused is a call that must get an error: declared by the method, or any.
func (s *fixture) refused(method, name string) request {
	r := s.valid(method)
	switch method + "." + name {
	case "createAccount.InvalidHandle":
		r.input["handle"] = "ab.test"
	case "createAccount.InvalidPassword":
		r.input["password"] = "short"
	case "createAccount.InvalidInviteCode":
		r.input["inviteCode"] = "bogus"
	case "createAccount.HandleNotAvailable":
		r.input["handle"] = s.bob.handle
	case "createAccount.UnsupportedDomain":
		r.input["handle"] = "novel.example.com"
	case "createSession.AccountTakedown":
		r.input = object{"identifier": s.down.handle, "password": s.down.password}
	case "createAppPassword.AccountTakedown", "listAppPasswords.AccountTakedown":
		r.authorization = bearer(s.down.access)
	case "refreshSession.AccountTakedown":
		r.authorization = bearer(s.down.refresh)
	case "deleteAccount.ExpiredToken":
		r.input = object{"did": s.bob.did, "password": s.bob.password, "token": s.expired}
	case "resetPassword.ExpiredToken":
		r.input["token"] = s.expiredCode
	case "deleteAccount.InvalidToken", "resetPassword.InvalidToken":
		r.input["token"] = "bogus"
	default:
		s.Fatalf("no request that gets %s from %s", name, method)
	}
	return r
}

// shape is the form of an answer: what a client can see of it, less the
// values that differ from one server to the next.
func (a answer) shape() string {
	if a.status == 0 {
		return "no answer"
	}
	var value any
	text := fmt.Sprint(a.status, " ", a.header.Get("Content-Type"), " ", a.text("error"))
	if len(a.body) == 0 {
		return text
	}
	if err := json.Unmarshal(a.body, &value); err != nil {
		return text + " no JSON"
	}
	return text + " " + shapeOf(value)
}

var kinds = []struct {
	name string
	form *regexp.Regexp
}{
	{"did", regexp.MustCompile(`^did:[a-z]+:.+$`)},
	{"handle", regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)},
	{"datetime", regexp.MustCompile(`^\d{4}-\d\d-\d\dT[\d:.]+Z$`)},
	{"string", regexp.MustCompile(`(?s)`)},
}

func shapeOf(value any) string {
	switch v := value.(type) {
	case map[string]any:
		var members []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			members = append(members, name+":"+shapeOf(v[name]))
		}
		return "{" + strings.Join(members, " ") + "}"
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		return "[" + shapeOf(v[0]) + "]"
	case string:
		for _, kind := range kinds {
			if kind.form.MatchString(v) {
				return kind.name
			}
		}
	}
	return fmt.Sprintf("%T", value)
}

// methodsOf lists the short names of all methods.
func methodsOf(t testing.TB) map[string]*lexicons.Method {
	t.Helper()
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]*lexicons.Method{}
	for _, document := range catalog.Documents() {
		if method := catalog.Method(document.ID); method != nil {
			methods[strings.TrimPrefix(document.ID, "com.atproto.server.")] = method
		}
	}
	return methods
}
