package mockserver_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/quartz"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
)

const fuzzedAdmin, fuzzedPassword = "pass-of-the-admin", "pass-of-the-account"

// complaints keeps the lines that a server logs of its own faults.
type complaints struct {
	slog.Handler
	lines []string
}

// Enabled leaves out the line that each request has.
func (c *complaints) Enabled(_ context.Context, level slog.Level) bool { return level > slog.LevelInfo }

// Handle keeps a line.
func (c *complaints) Handle(_ context.Context, record slog.Record) error {
	line := record.Message
	record.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	c.lines = append(c.lines, line)
	return nil
}

// bench is a server that is the same before each request.
type bench struct {
	*mockserver.Server
	log *complaints
}

func newBench(f *testing.F) *bench {
	log := &complaints{}
	return &bench{mockserver.RunT(f, mockserver.Options{
		Seed: 1, AdminPassword: fuzzedAdmin, Clock: quartz.NewMock(f).WithLogger(quartz.NoOpLogger), Logger: slog.New(log),
	}), log}
}

// renew leaves the server with one account, and returns its DID and tokens.
func (b *bench) renew(tb testing.TB) (did, access, refresh string) {
	tb.Helper()
	b.Reset()
	b.log.lines = nil
	body := strings.NewReader(`{"handle":"alice.test","email":"alice@example.com","password":"` + fuzzedPassword + `"}`)
	request := httptest.NewRequest(http.MethodPost, "/xrpc/com.atproto.server.createAccount", body)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	b.Handler().ServeHTTP(recorder, request)
	var account struct{ DID, AccessJWT, RefreshJWT string }
	if err := json.Unmarshal(recorder.Body.Bytes(), &account); err != nil || account.DID == "" {
		tb.Fatalf("sign up: %d %s", recorder.Code, recorder.Body)
	}
	return account.DID, account.AccessJWT, account.RefreshJWT
}

// fuzzedRequests are heads and bodies of requests: each method with what it
// asks for, and what lies beside methods.
func fuzzedRequests(did, access, refresh string) map[string]string {
	post := func(method, more string) string {
		return "POST /xrpc/com.atproto.server." + method + " HTTP/1.1\r\nHost: x" + more
	}
	get := func(method, more string) string {
		return "GET /xrpc/com.atproto.server." + method + " HTTP/1.1\r\nHost: x" + more
	}
	const inJSON = "\r\nContent-Type: application/json"
	withAccess, withRefresh := "\r\nAuthorization: Bearer "+access, "\r\nAuthorization: Bearer "+refresh
	asAdmin := "\r\nAuthorization: " + basic("admin:"+fuzzedAdmin)
	return map[string]string{
		post("createAccount", inJSON):                                                   `{"handle":"bob.test","email":"bob@example.com","password":"12345678","inviteCode":"x","recoveryKey":"did:key:z"}`,
		post("createSession", inJSON):                                                   `{"identifier":"alice.test","password":"` + fuzzedPassword + `"}`,
		post("refreshSession", withRefresh):                                             "",
		post("deleteSession", withRefresh):                                              "",
		get("getSession", withAccess):                                                   "",
		get("describeServer", ""):                                                       "",
		get("listAppPasswords", withAccess):                                             "",
		post("createAppPassword", withAccess+inJSON):                                    `{"name":"phone"}`,
		post("revokeAppPassword", withAccess+inJSON):                                    `{"name":"phone"}`,
		post("createInviteCode", asAdmin+inJSON):                                        `{"useCount":1,"forAccount":"` + did + `"}`,
		post("createInviteCodes", asAdmin+inJSON):                                       `{"codeCount":2,"useCount":1,"forAccounts":["` + did + `"]}`,
		post("requestPasswordReset", inJSON):                                            `{"email":"alice@example.com"}`,
		post("resetPassword", inJSON):                                                   `{"token":"aaaaa-bbbbb","password":"12345678"}`,
		post("requestAccountDelete", withAccess):                                        "",
		post("deleteAccount", inJSON):                                                   `{"did":"` + did + `","password":"` + fuzzedPassword + `","token":"aaaaa-bbbbb"}`,
		get("getAccountInviteCodes?includeUsed=false&createAvailable=true", withAccess): "",

		post("createSession", inJSON+"; charset=utf-16"):                                     `{}`,
		post("createSession", inJSON+"\r\nContent-Encoding: gzip"):                           "\x1f\x8b\x08\x00",
		post("createSession", inJSON+"\r\nTransfer-Encoding: chunked"):                       "2\r\n{}\r\n0\r\n\r\n",
		post("createInviteCodes", asAdmin+inJSON+"\r\nX-Forwarded-For: 1.2.3.4"):             `{"codeCount":1e400,"useCount":-0.0}`,
		get("getAccountInviteCodes?includeUsed[]=%zz&&=&createAvailable", withAccess):        "",
		"GET / HTTP/1.1\r\nHost: x":                                                          "",
		"GET /xrpc/_health HTTP/1.1\r\nHost: x":                                              "",
		"HEAD /xrpc/com.example.other HTTP/1.0":                                              "",
		"OPTIONS /xrpc/ HTTP/1.1\r\nHost: x\r\nOrigin: http://o":                             "",
		"GET /" + did + " HTTP/1.1\r\nHost: x":                                               "",
		"GET /.well-known/atproto-did HTTP/1.1\r\nHost: alice.test":                          "",
		"GET /xrpc/com.atproto.identity.resolveHandle?handle=alice.test HTTP/1.1\r\nHost: x": "",
		"BREW http://x:1/xrpc/../a%2Fb HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %%%":      "x",
	}
}

// FuzzRouter sends requests to a server with one account. Each is answered, a
// refusal by an error of the protocol's form that no fault of the server's
// lies behind, and no answer holds a password that the request doesn't.
func FuzzRouter(f *testing.F) {
	server := newBench(f)
	for head, body := range fuzzedRequests(server.renew(f)) {
		f.Add(head, []byte(body))
	}
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, head string, body []byte) {
		text := fmt.Sprintf("%s\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body)
		request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return // net/http refuses it before the router
		}
		server.renew(t)
		recorder := httptest.NewRecorder()
		method := catalog.Method(strings.TrimPrefix(request.URL.Path, "/xrpc/"))
		server.Handler().ServeHTTP(recorder, request)

		if lines := append(server.OutputDefects(), server.log.lines...); len(lines) > 0 {
			t.Errorf("the server's own fault: %v", lines)
		}
		for _, secret := range []string{fuzzedAdmin, fuzzedPassword} {
			if bytes.Contains(recorder.Body.Bytes(), []byte(secret)) && !strings.Contains(text, secret) {
				t.Errorf("the answer holds a secret: %s", recorder.Body)
			}
		}
		switch status := recorder.Code; {
		case status == http.StatusNotImplemented && method != nil, status > http.StatusNotImplemented, status == http.StatusInternalServerError, status < http.StatusOK:
			t.Errorf("status is %d", status)
		case status >= http.StatusBadRequest:
			isErrorEnvelope(t, recorder)
		}
	})
}

// errorName is the form of an error's name.
// Source: https://atproto.com/specs/xrpc#error-responses
var errorName = regexp.MustCompile(`^[A-Z][A-Za-z]+$`)

func isErrorEnvelope(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	var envelope struct{ Error, Message string }
	decoder := json.NewDecoder(bytes.NewReader(answer.Body.Bytes()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&envelope); err != nil || !errorName.MatchString(envelope.Error) || envelope.Message == "" {
		t.Errorf("no error of the protocol's form: %v in %s", err, answer.Body)
	}
	if got := answer.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("an error has the media type %q", got)
	}
}
