// Package model is a small client of account servers that can be made wrong on
// purpose, one fault at a time, or unusual and right. With it the requirements
// of clients are shown to notice what they are there for.
//
// It must not know the requirements, nor the mock.
package model

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options is how a client is. Fault names what it does wrong, Unusual what it
// does in a way that hardly any other does; "" and nil are none.
type Options struct {
	Fault   string
	Unusual string
}

// client is one client at one server.
type client struct {
	Options
	stderr   io.Writer
	http     *http.Client
	service  string
	mutex    sync.Mutex
	sessions map[string]*session
	last     *session // the one that was opened last
	ended    bool     // all sessions are over, by a fault
	cached   json.RawMessage
	meeting  *sync.WaitGroup // of calls made together, while a fault needs it
}

// session is an open session of an account.
type session struct {
	Did, Handle, AccessJwt, RefreshJwt, Status string

	saved     string // at the log-in
	byCode    bool   // it was opened with a mailed code
	refreshes int
	over      bool
	refresh   *flight // the one under way
	mutex     sync.Mutex
}

type flight struct {
	done chan struct{}
	err  error
}

// callError is an error as the protocol has it.
type callError struct {
	Name    string `json:"name"`
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func (e *callError) Error() string { return e.Message }

type object = map[string]any

type arguments struct {
	Service, Session, Saved, Handle, Email, Identifier, Password, InviteCode string
	Name, ForAccount, DID, Token, Aud, Lxm, AuthFactorToken                  string
	DeleteAfter                                                              string
	TimeoutMs                                                                int
	UseCount                                                                 int
	AllowTakendown, Privileged, EmailAuthFactor                              bool
	Calls                                                                    []struct {
		Call string
		Args arguments
	}
}

var errNotOffered = errors.New("not offered")

// Serve answers calls until there are no more.
func Serve(calls io.Reader, outcomes, stderr io.Writer, options Options) {
	c := &client{Options: options, stderr: stderr}
	lines := bufio.NewScanner(calls)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var call struct {
			Call string
			Args arguments
		}
		if json.Unmarshal(lines.Bytes(), &call) != nil {
			return
		}
		switch {
		case c.Fault == "noise":
			fmt.Fprintln(outcomes, "Listening to calls …")
		case c.Fault == "dies" && call.Call == "getSession":
			fmt.Fprintln(stderr, "Segmentation fault")
			return
		case c.Fault == "hangs" && call.Call == "getSession":
			_, _ = io.Copy(io.Discard, calls) // until the caller has had enough
			return
		}
		text, err := json.Marshal(c.outcome(call.Call, call.Args))
		if err != nil {
			return
		}
		if _, err := outcomes.Write(append(text, '\n')); err != nil {
			return
		}
	}
}

// few are the calls of a client that offers little.
func few(call string) bool {
	switch call {
	case "open", "logIn", "getSession", "save", "resume":
		return true
	}
	return false
}

func (c *client) outcome(call string, a arguments) object {
	var value any
	var err error
	if c.Unusual == "offers-little" && !few(call) {
		return object{"notOffered": true}
	}
	if c.Unusual == "earlier-driver" { // from before there were these arguments
		a.AuthFactorToken, a.DeleteAfter, a.AllowTakendown, a.Privileged, a.EmailAuthFactor = "", "", false, false, false
	}
	if c.Fault == "fails:"+call {
		err = errors.New("it does not work")
	} else {
		value, err = c.call(call, a)
	}
	var told *callError
	switch {
	case errors.Is(err, errNotOffered):
		return object{"notOffered": true}
	case err != nil && strings.HasPrefix(c.Fault, "cached") && call == "getSession" && c.lastSession() != nil:
		return object{"value": c.lastSession()}
	case err != nil && c.Fault == "log-in-always" && call == "logIn":
		return object{"value": object{"session": "0", "did": "did:plc:nobody"}}
	case errors.As(err, &told):
		return object{"error": c.tell(*told)}
	case err != nil:
		return object{"error": c.tell(callError{Name: "Error", Message: err.Error()})}
	}
	return object{"value": value}
}

// lastSession is what getSession was last answered with.
func (c *client) lastSession() json.RawMessage {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.cached
}

// tell is how an error is told.
func (c *client) tell(e callError) callError {
	if c.Unusual == "names-in-messages" {
		e.Name, e.Message = "Error", e.Name+": "+e.Message
	}
	switch c.Fault {
	case "names-lost":
		e.Name, e.Message = "Error", "something went wrong"
	case "status-lost":
		e.Status = 0
	case "token-in-errors":
		if c.last != nil {
			e.Message += " (token " + c.last.AccessJwt + ")"
		}
	}
	return e
}

func (c *client) call(call string, a arguments) (any, error) {
	ctx := context.Background()
	switch call {
	case "open":
		return c.open(a), nil
	case "together":
		return c.together(a), nil
	case "describe":
		return c.describe(ctx)
	case "signUp":
		return c.signUp(ctx, a)
	case "logIn":
		return c.logIn(ctx, a)
	case "resume":
		return c.resume(ctx, a)
	case "createInvite":
		return c.createInvite(ctx, a)
	case "requestReset":
		return true, c.plain(ctx, "requestPasswordReset", object{"email": a.Email}, nil)
	case "resetPassword":
		return true, c.plain(ctx, "resetPassword", object{"token": a.Token, "password": a.Password}, nil)
	case "deleteAccount":
		return true, c.plain(ctx, "deleteAccount", object{"did": a.DID, "password": a.Password, "token": a.Token}, nil)
	}
	c.mutex.Lock()
	s := c.sessions[a.Session]
	c.mutex.Unlock()
	if s == nil {
		return nil, errors.New("there is no such session")
	}
	return c.inSession(ctx, s, call, a)
}

func (c *client) open(a arguments) any {
	c.service, c.sessions, c.last, c.ended = a.Service, map[string]*session{}, nil, false
	if c.Fault != "cached-resume" {
		c.cached = nil
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = c.Unusual == "no-keep-alive"
	c.http = &http.Client{Transport: transport, Timeout: 5 * time.Second}
	if c.Fault == "redirect-token" {
		c.http.CheckRedirect = func(request *http.Request, via []*http.Request) error {
			request.Header.Set("Authorization", via[0].Header.Get("Authorization")) //nolint:gosec // the fault
			return nil
		}
	}
	if c.Unusual == "no-redirects" {
		c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	if a.TimeoutMs == 0 {
		return true
	}
	if c.Fault != "no-timeout" {
		c.http.Timeout = time.Duration(a.TimeoutMs) * time.Millisecond
	} else {
		c.http.Timeout = 0
	}
	return object{"timeoutMs": a.TimeoutMs}
}

func (c *client) together(a arguments) any {
	if c.Fault == "together-fails" || c.Fault == "refreshes-each" {
		c.meeting = &sync.WaitGroup{}
		c.meeting.Add(len(a.Calls))
		defer func() { c.meeting = nil }()
	}
	outcomes := make([]object, len(a.Calls))
	var group sync.WaitGroup
	for i, one := range a.Calls {
		if c.Unusual == "in-turn" {
			outcomes[i] = c.outcome(one.Call, one.Args)
			continue
		}
		group.Go(func() { outcomes[i] = c.outcome(one.Call, one.Args) })
	}
	group.Wait()
	return outcomes
}

// meet holds a call until all that were made together have read their token, so
// that a fault in what they do then never depends on which was faster.
func (c *client) meet() {
	if c.meeting != nil {
		c.meeting.Done()
		c.meeting.Wait()
	}
}

// keep names a session for later calls.
func (c *client) keep(s *session) any {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	id := strconv.Itoa(len(c.sessions) + 1)
	c.sessions[id], c.last = s, s
	did := s.Did
	if c.Fault == "wrong-did" {
		did = "did:plc:somebody"
	}
	value := object{"session": id, "did": did}
	if s.Status != "" {
		value["active"], value["status"] = false, s.Status
		if c.Fault == "active-always" {
			value["active"], value["status"] = true, ""
		}
	}
	return value
}

func (c *client) describe(ctx context.Context) (any, error) {
	var server struct {
		InviteCodeRequired   *bool          `json:"inviteCodeRequired"`
		AvailableUserDomains []string       `json:"availableUserDomains"`
		Links                map[string]any `json:"links"`
	}
	if err := c.query(ctx, "describeServer", "", nil, &server); err != nil {
		return nil, err
	}
	switch {
	case c.Fault == "wants-links" && len(server.Links) == 0:
		return nil, errors.New("a server has terms of service")
	case c.Fault == "wants-invites-said" && server.InviteCodeRequired == nil:
		return nil, errors.New("a server says whether it takes an invite code")
	case c.Fault == "wants-one-domain" && len(server.AvailableUserDomains) != 1:
		return nil, errors.New("a server has one domain")
	case c.Fault == "describe-lost":
		return object{"availableUserDomains": server.AvailableUserDomains}, nil
	}
	required := server.InviteCodeRequired != nil && *server.InviteCodeRequired
	return object{"inviteCodeRequired": required, "availableUserDomains": server.AvailableUserDomains}, nil
}

func (c *client) signUp(ctx context.Context, a arguments) (any, error) {
	input := object{"handle": a.Handle, "email": a.Email, "password": a.Password, "inviteCode": a.InviteCode}
	if c.Fault == "no-invite" || a.InviteCode == "" {
		delete(input, "inviteCode")
	}
	if c.Fault == "wants-invites" && a.InviteCode == "" {
		return nil, errors.New("a server takes invite codes")
	}
	if c.Fault == "wants-code-form" && strings.Count(a.InviteCode, "-") != 2 && a.InviteCode != "localhost-no-such-code" {
		return nil, errors.New("this is not an invite code")
	}
	s := &session{}
	if err := c.plain(ctx, "createAccount", input, s); err != nil {
		return nil, err
	}
	return c.opened(s)
}

func (c *client) logIn(ctx context.Context, a arguments) (any, error) {
	switch {
	case c.Fault == "no-email" && strings.Contains(a.Identifier, "@"), c.Fault == "no-did" && strings.HasPrefix(a.Identifier, "did:"):
		return nil, errors.New("this is not a handle")
	}
	s := &session{}
	if err := c.createSession(ctx, a, s); err != nil {
		return nil, err
	}
	if c.Fault == "takendown-ends" && s.Status == "takendown" {
		return nil, errors.New("the account was taken down")
	}
	if c.Unusual == "asks-more" {
		var ignored object
		_ = c.query(ctx, "describeServer", "", nil, &ignored)
		_ = c.query(ctx, "getSession", s.AccessJwt, nil, &ignored)
		for _, path := range []string{
			"/.well-known/atproto-did", "/xrpc/com.atproto.identity.resolveHandle?handle=" + s.Handle, "/xrpc/app.bsky.actor.getPreferences",
		} {
			if response, err := c.http.Get(c.service + path); err == nil { //nolint:noctx // a client that was not written with care
				_ = response.Body.Close()
			}
		}
	}
	return c.opened(s)
}

func (c *client) createSession(ctx context.Context, a arguments, s *session) error {
	input := object{"identifier": a.Identifier, "password": a.Password}
	if a.AuthFactorToken != "" {
		s.byCode = true
		input["authFactorToken"] = a.AuthFactorToken
		if c.Fault == "factor-cut" {
			input["authFactorToken"] = a.AuthFactorToken[1:]
		}
	}
	if a.AllowTakendown {
		input["allowTakendown"] = true
	}
	err := c.plain(ctx, "createSession", input, s)
	var told *callError
	for range 2 {
		if c.Fault == "factor-loop" && errors.As(err, &told) && told.Name == "AuthFactorTokenRequired" {
			err = c.plain(ctx, "createSession", input, s)
		}
	}
	return err
}

// opened looks at the tokens of a new session.
func (c *client) opened(s *session) (any, error) {
	if c.Fault == "jwt-only" && len(strings.Split(s.AccessJwt, ".")) != 3 {
		return nil, errors.New("the token is not a JWT")
	}
	if c.Fault == "token-on-stderr" {
		fmt.Fprintln(c.stderr, "session opened with", s.AccessJwt)
	}
	s.saved = s.save()
	return c.keep(s), nil
}

func (s *session) save() string {
	text, err := json.Marshal(object{"did": s.Did, "handle": s.Handle, "accessJwt": s.AccessJwt, "refreshJwt": s.RefreshJwt})
	if err != nil {
		return ""
	}
	return string(text)
}

func (c *client) resume(ctx context.Context, a arguments) (any, error) {
	s := &session{}
	if err := json.Unmarshal([]byte(a.Saved), s); err != nil {
		return nil, err
	}
	if c.Fault == "jwt-only" && len(strings.Split(s.AccessJwt, ".")) != 3 {
		return nil, errors.New("the token is not a JWT")
	}
	if c.Fault == "resume-without-refresh" {
		s.refreshes = 100 // it has had its share
	}
	s.saved = a.Saved
	told := c.keep(s)
	if c.Unusual == "resume-refreshes" {
		if err := c.refresh(ctx, s, s.AccessJwt); err != nil {
			return nil, err
		}
	}
	if c.Unusual == "resume-asks" {
		if _, err := c.getSession(ctx, s); err != nil {
			return nil, err
		}
	}
	return told, nil
}

func (c *client) createInvite(ctx context.Context, a arguments) (any, error) {
	input := object{"useCount": a.UseCount}
	if a.ForAccount != "" {
		input["forAccount"] = a.ForAccount
	}
	if c.Fault == "integers" {
		input["useCount"] = json.RawMessage("1.0")
	}
	var made struct{ Code string }
	authorization := basic("admin", a.Password)
	if c.Fault == "credential:createInviteCode" {
		authorization = "Bearer " + a.Password
	}
	err := c.send(ctx, "createInviteCode", authorization, nil, input, &made)
	return made.Code, err
}
