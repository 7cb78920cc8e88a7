package client

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// itoa is for messages.
func itoa(n int) string { return strconv.Itoa(n) }

// person is an account of a scenario.
type person struct{ handle, email, password, did string }

// fixture is where a scenario is carried out: a server, a client, and what was seen.
type fixture struct {
	ctx     context.Context //nolint:containedctx // of one scenario, which is one call
	run     *run
	server  Server
	control controller
	driver  *driver
	record  *record
	alice   person
	session string
	read    int  // ID of the newest request that the log was read up to
	patient bool // calls that fail while the server limits requests are made again
}

// stop ends the carrying out of a scenario: what comes next makes no sense.
type stop struct{ why string }

// impossible ends it because the server lacks something.
type impossible struct{ why string }

// must is for orders to the server: one that fails is a fault of the suite.
func (s *fixture) must(err error) {
	if err != nil {
		panic(err)
	}
}

type args = map[string]any

// call puts a call to the client and notes what came of it, under a label.
func (s *fixture) call(label, name string, a args) outcome {
	if a == nil {
		a = args{}
	}
	for tries := 0; ; tries++ {
		o := s.callOnce(label, name, a)
		if s.patient && o.Error != nil && s.limited() && tries < 3 {
			s.record.calls = s.record.calls[:len(s.record.calls)-1]
			continue
		}
		return o
	}
}

// limited reports whether the server limited requests during the last call. The
// client may tell another error: that of the call for which it wanted to refresh
// its tokens.
func (s *fixture) limited() bool {
	last := s.record.calls[len(s.record.calls)-1]
	return slices.ContainsFunc(s.record.during(last), func(q request) bool { return q.Status == http.StatusTooManyRequests })
}

func (s *fixture) callOnce(label, name string, a args) outcome {
	from := s.answered()
	started := time.Now()
	o := s.driver.call(s.ctx, name, a, s.run.config.Limit)
	made := callRecord{label: label, name: name, with: lateArgument(a), outcome: o, took: time.Since(started), from: from, to: s.answered()}
	if name == "together" && o.Value != nil {
		_ = json.Unmarshal(o.Value, &made.inner) // the protocol says that it can be
	}
	s.record.calls = append(s.record.calls, made)
	switch {
	case s.ctx.Err() != nil:
		panic(stop{"the run was interrupted"})
	case o.hung, o.crashed != "", o.misuse != "":
		panic(stop{name + ": " + o.told()})
	}
	return o
}

// lateArgument is that of the arguments which not every client has a place for,
// "" where there is none.
func lateArgument(a args) string {
	for _, name := range []string{"authFactorToken", "allowTakendown", "privileged", "emailAuthFactor", "deleteAfter"} {
		if _, given := a[name]; given {
			return name
		}
	}
	return ""
}

// answered reads what the server's log has got since it was last read, and
// returns the ID of the newest request, 0 where there is none.
func (s *fixture) answered() int {
	err := s.readLog()
	if s.ctx.Err() != nil {
		panic(stop{"the run was interrupted"})
	}
	s.must(err)
	return s.read
}

// readLog takes over what the server has seen of the client since it was last
// read.
func (s *fixture) readLog() error {
	log, err := s.control.requests(s.ctx, s.read)
	if err != nil {
		return err
	}
	for _, one := range log {
		s.read = one.ID
		if one.UserAgent != ownAgent {
			s.record.requests = append(s.record.requests, one)
		}
	}
	return nil
}

// ask is a call by the open session.
func (s *fixture) ask(label, name string, more ...args) outcome {
	a := args{"session": s.session}
	for _, one := range more {
		maps.Copy(a, one)
	}
	return s.call(label, name, a)
}

// need stops a scenario that can't go on without a value.
func (s *fixture) need(o outcome, name string) outcome {
	if o.Value == nil {
		panic(stop{name + ": " + o.told()})
	}
	return o
}

// open brings the client to the scenario's server.
func (s *fixture) open(label string, more args) outcome {
	a := args{"service": s.server.URL}
	maps.Copy(a, more)
	return s.need(s.call(label, "open", a), "open")
}

// enter opens the session that most scenarios are about.
func (s *fixture) enter() {
	s.open("open", nil)
	s.logIn("log-in", s.alice.handle, s.alice.password)
}

func (s *fixture) logIn(label, identifier, password string) {
	o := s.need(s.call(label, "logIn", args{"identifier": identifier, "password": password}), "logIn")
	s.session = o.text("session")
}

// signUp makes an account with an invite code, where the client can.
func (s *fixture) signUp(label, handle string) (person, outcome) {
	who := person{handle: handle, email: "bob@example.com", password: s.run.password("bob")}
	s.record.secrets = append(s.record.secrets, who.password)
	o := s.call(label, "signUp", args{"handle": who.handle, "email": who.email, "password": who.password, "inviteCode": s.invite(nil)})
	who.did = o.text("did")
	return who, o
}

// invite makes an invite code at the server: by hand, so that no scenario
// depends on a client's doing it.
func (s *fixture) invite(forAccount *string) string {
	code, err := s.run.makeInvite(s.ctx, s.server, forAccount)
	s.must(err)
	return code
}

// goOn resumes a session that was saved earlier.
func (s *fixture) goOn(label string, saved outcome) outcome {
	var text string
	s.must(json.Unmarshal(saved.Value, &text))
	s.open(label+"-open", nil)
	o := s.call(label, "resume", args{"saved": text})
	if o.Value != nil {
		s.session = o.text("session")
	}
	return o
}

// expire makes access tokens expire; refresh tokens live on.
func (s *fixture) expire() { s.advance(3 * time.Hour) }

func (s *fixture) advance(by time.Duration) { s.must(s.control.advance(s.ctx, by)) }

func (s *fixture) fault(f fault) { s.must(s.control.add(s.ctx, f)) }

func (s *fixture) heal() { s.must(s.control.clear(s.ctx)) }

// mailed is the code in the newest mail.
func (s *fixture) mailed(to string) string {
	code, err := s.control.code(s.ctx, to)
	s.must(err)
	if code == "" {
		panic(stop{"no mail came, since the client sent no request for one that succeeded"})
	}
	s.record.secrets = append(s.record.secrets, code)
	return code
}

// takeDown takes the scenario's account down, or reinstates it.
func (s *fixture) takeDown() {
	s.must(s.control.do(s.ctx, "POST", "accounts/"+s.alice.did+"/takedown", nil, nil))
}

// alter changes the account by the control protocol, where the server can.
func (s *fixture) alter(change args) {
	var info struct{ Verbs []string }
	s.must(s.control.do(s.ctx, "GET", "info", nil, &info))
	for _, verb := range info.Verbs {
		if verb == "PATCH /control/v1/accounts/{did}" {
			s.must(s.control.do(s.ctx, "PATCH", "accounts/"+s.alice.did, change, nil))
			return
		}
	}
	panic(impossible{"the server's control protocol can't change an account"})
}

// seed makes the account that the scenario is about.
func (s *fixture) seed() {
	s.alice = person{handle: "alice.test", email: "alice@example.com", password: s.run.password("alice")}
	s.record.secrets = append(s.record.secrets, s.alice.password, s.run.adminPassword)
	var made struct{ DID string }
	s.must(s.control.do(s.ctx, "POST", "accounts",
		args{"handle": s.alice.handle, "email": s.alice.email, "password": s.alice.password}, &made))
	s.alice.did, s.record.did = made.DID, made.DID
}

// perform carries out a scenario and turns what ends it early into words.
func (s *fixture) perform(steps func(*fixture)) (err error) {
	defer func() {
		switch why := recover().(type) {
		case nil:
		case stop:
			s.record.stopped = why.why
		case impossible:
			s.record.impossible = why.why
		case error:
			err = fmt.Errorf("scenario %s: %w", s.record.scenario, why)
		default:
			panic(why)
		}
	}()
	steps(s)
	return nil
}
