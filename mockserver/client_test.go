package mockserver_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// object is a JSON object to send or one that came.
type object = map[string]any

// client talks to one server and fails its test where HTTP itself does.
type client struct {
	testing.TB
	server *mockserver.Server
	http   *http.Client

	meeting *rendezvous // the server's clock, unless the test brought its own
}

func newClient(t testing.TB, server *mockserver.Server) *client {
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{TB: t, server: server, http: &http.Client{Transport: transport}}
}

// start runs a server and a client for a test.
func start(t testing.TB, options ...mockserver.Options) *client {
	t.Helper()
	var chosen mockserver.Options
	if len(options) > 0 {
		chosen = options[0]
	}
	var meeting *rendezvous
	if chosen.Clock == nil {
		meeting = newRendezvous(t)
		chosen.Clock = meeting
	}
	c := newClient(t, mockserver.RunT(t, chosen))
	c.meeting = meeting
	return c
}

// answer is a response that has been read.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
	closed bool // the connection, after it
}

// object decodes the body; one that is no JSON object is an empty one.
func (a answer) object() object {
	var members object
	_ = json.Unmarshal(a.body, &members)
	return members
}

func (a answer) text(name string) string {
	text, _ := a.object()[name].(string)
	return text
}

func (a answer) list(name string) []any {
	list, _ := a.object()[name].([]any)
	return list
}

// ok fails the test unless the status is 200, or 204 of an answer without a body.
func (a answer) ok() answer {
	a.t.Helper()
	if a.status != http.StatusOK && (a.status != http.StatusNoContent || len(a.body) > 0) {
		a.t.Fatalf("answer is %d %s, want 200", a.status, a.body)
	}
	return a
}

// is fails the test unless the answer is the error of that status, name and,
// where it isn't empty, message.
func (a answer) is(status int, name, message string) {
	a.t.Helper()
	if a.status != status || a.text("error") != name || message != "" && a.text("message") != message {
		a.t.Fatalf("answer is %d %s, want %d %s %q", a.status, a.body, status, name, message)
	}
	if got := a.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		a.t.Fatalf("error has Content-Type %q", got)
	}
}

// send is the general form of a request: path from the root, headers in pairs.
func (c *client) send(verb, path string, body io.Reader, headers ...string) answer {
	c.Helper()
	return c.sendTo(c.server.URL, verb, path, body, headers...)
}

func (c *client) sendTo(base, verb, path string, body io.Reader, headers ...string) answer {
	c.Helper()
	request, err := http.NewRequestWithContext(context.Background(), verb, base+path, body)
	if err != nil {
		c.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Add(headers[i], headers[i+1])
	}
	return c.do(request)
}

func (c *client) do(request *http.Request) answer {
	c.Helper()
	response, err := c.http.Do(request)
	if err != nil {
		c.Fatal(err)
	}
	return read(c.TB, response)
}

func read(t testing.TB, response *http.Response) answer {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{t, response.StatusCode, response.Header, body, response.Close}
}

// get calls a query of com.atproto.server; bearer may be empty.
func (c *client) get(method, bearer string) answer {
	c.Helper()
	return c.send(http.MethodGet, "/xrpc/com.atproto.server."+method, nil, authorization(bearer)...)
}

// post calls a procedure of com.atproto.server; a nil input sends no body.
func (c *client) post(method, bearer string, input object) answer {
	c.Helper()
	headers := authorization(bearer)
	if input == nil {
		return c.send(http.MethodPost, "/xrpc/com.atproto.server."+method, nil, headers...)
	}
	text, err := json.Marshal(input)
	if err != nil {
		c.Fatal(err)
	}
	return c.send(http.MethodPost, "/xrpc/com.atproto.server."+method, bytes.NewReader(text),
		append(headers, "Content-Type", "application/json")...)
}

// admin is post with the administrator's credentials.
func (c *client) admin(method string, input object) answer {
	c.Helper()
	text, err := json.Marshal(input)
	if err != nil {
		c.Fatal(err)
	}
	return c.send(http.MethodPost, "/xrpc/com.atproto.server."+method, bytes.NewReader(text),
		"Content-Type", "application/json", "Authorization", basic("admin:admin-pass"))
}

func authorization(bearer string) []string {
	if bearer == "" {
		return nil
	}
	return []string{"Authorization", "Bearer " + bearer}
}

func basic(credentials string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
}

// session is an account with the tokens of its first session.
type session struct{ did, handle, email, password, access, refresh string }

// signUp creates <name>.test through the front door.
func (c *client) signUp(name string) session {
	c.Helper()
	return c.signUpWith(name, "")
}

func (c *client) signUpWith(name, code string) session {
	c.Helper()
	s := session{handle: name + ".test", email: name + "@example.com", password: "password of " + name}
	input := object{"handle": s.handle, "email": s.email, "password": s.password}
	if code != "" {
		input["inviteCode"] = code
	}
	a := c.post("createAccount", "", input).ok()
	s.did, s.access, s.refresh = a.text("did"), a.text("accessJwt"), a.text("refreshJwt")
	return s
}

func (c *client) logIn(identifier, password string) answer {
	c.Helper()
	return c.post("createSession", "", object{"identifier": identifier, "password": password})
}

// appPassword makes an app password and opens a session with it.
func (c *client) appPassword(s session, name string) (password string, opened session) {
	c.Helper()
	password = c.post("createAppPassword", s.access, object{"name": name}).ok().text("password")
	a := c.logIn(s.handle, password).ok()
	opened = s
	opened.access, opened.refresh = a.text("accessJwt"), a.text("refreshJwt")
	return password, opened
}

// mailToken is the code in the newest mail to an address.
func (c *client) mailToken(address string) string {
	c.Helper()
	messages := c.server.Mail(address)
	if len(messages) == 0 {
		c.Fatalf("no mail to %s", address)
	}
	newest := messages[len(messages)-1]
	if !strings.Contains(newest.Text, newest.Token) || newest.To != strings.ToLower(address) {
		c.Fatalf("mail does not hold together: %+v", newest)
	}
	return newest.Token
}

func (c *client) takedown(did string, down bool) {
	c.Helper()
	if err := c.server.Takedown(did, down); err != nil {
		c.Fatal(err)
	}
}

// advance moves the server's clock.
func advance(t testing.TB, server *mockserver.Server, by time.Duration) {
	t.Helper()
	if err := server.AdvanceClock(by); err != nil {
		t.Fatal(err)
	}
}
