package client

import (
	"net/http"
	"time"
)

func limitScenarios() []scenario {
	seconds := fault{Method: "getSession", Status: http.StatusTooManyRequests, Times: 1, Headers: map[string]string{"Retry-After": "1"}}
	all := []scenario{
		{name: "limited-seconds", steps: doFault(seconds), command: func(s *fixture) { s.queries(seconds) }},
		{name: "limited-date", steps: func(s *fixture) {
			s.enter()
			at := time.Now().Add(3 * time.Second).UTC() // the header has whole seconds
			s.fault(fault{
				Method: "getSession", Status: http.StatusTooManyRequests, Times: 1,
				Headers: map[string]string{"Retry-After": at.Format(http.TimeFormat)},
			})
			s.ask("call", "getSession")
		}},
		{name: "limited-lasting", steps: doFault(fault{Method: "getSession", Status: http.StatusTooManyRequests, Times: 30})},
		{name: "not-implemented", steps: doFault(fault{Method: "getSession", Status: http.StatusNotImplemented, Times: 30})},
		{name: "redirect", steps: doRedirect},
		{name: "slow", steps: doSlow},
	}
	for _, status := range []int{500, 502, 503, 504} {
		all = append(all, scenario{
			name: "down-" + itoa(status), steps: doFault(fault{Method: "getSession", Status: status, Times: 30}),
			command: func(s *fixture) { s.queries(fault{Status: status, Times: 1}) },
		})
	}
	for _, b := range brokenAnswers() {
		all = append(all, scenario{name: "broken-" + b.name, steps: doFault(b.fault)})
	}
	for _, d := range dropped() {
		all = append(all, scenario{name: "dropped-" + d.method, steps: func(s *fixture) {
			d.steps(s)
		}, setup: inviteRequired})
	}
	return all
}

// queries makes a fault happen to every query with an access token.
func (s *fixture) queries(f fault) {
	for _, method := range s.run.config.Catalog.Methods() {
		if name := short(method.NSID); method.IsQuery() && credentialOf(name) == accessCredential {
			f.Method = name
			s.fault(f)
		}
	}
}

// doFault makes one call while something is wrong, and one after it.
func doFault(f fault) func(*fixture) {
	return func(s *fixture) {
		s.enter()
		s.ask("before", "getSession")
		s.fault(f)
		s.ask("call", "getSession")
		s.heal()
		s.ask("later", "getSession")
	}
}

// brokenAnswer is an answer that can't be what was asked for.
type brokenAnswer struct {
	name, title string
	fault       fault
}

func brokenAnswers() []brokenAnswer {
	const method = "getSession"
	return []brokenAnswer{
		{"half", "an answer that breaks off in its middle", fault{Method: method, Drop: "mid-body"}},
		{"headers", "an answer that breaks off after its headers", fault{Method: method, Drop: "after-headers"}},
		{"dropped", "a connection that is closed without an answer", fault{Method: method, Drop: "at-once", Times: 30}},
		{"truncated", "half a JSON document", fault{Method: method, Body: "truncated"}},
		{"malformed", "an answer that is not JSON", fault{Method: method, Body: "malformed"}},
		{"empty", "an empty answer", fault{Method: method, Body: "empty"}},
		{"html", "a page of HTML with status 200", fault{Method: method, Body: "html"}},
		{"html-502", "a proxy's page of HTML with status 502", fault{Method: method, Status: http.StatusBadGateway, Body: "html", Times: 30}},
		{"empty-500", "status 500 without a body", fault{Method: method, Status: http.StatusInternalServerError, Body: "empty", Times: 30}},
		{"unknown-name", "an error with a name that nobody has heard of", fault{Method: method, Status: http.StatusBadRequest, Error: "FlagonOutOfSpirits"}},
		{"unknown-status", "an error with a status that nobody has heard of", fault{Method: method, Status: 499, Error: "InvalidRequest"}},
	}
}

// drop is a call that changes something, whose answer gets lost.
type drop struct {
	method string // last part of the NSID
	steps  func(*fixture)
}

func dropped() []drop {
	lose := func(s *fixture, method string) { s.fault(fault{Method: method, Drop: "before-answer", Times: 1}) }
	return []drop{
		{"createAccount", func(s *fixture) {
			s.open("open", nil)
			lose(s, "createAccount")
			s.signUp("call", "bob.test")
		}},
		{"createAppPassword", func(s *fixture) {
			s.enter()
			lose(s, "createAppPassword")
			s.ask("call", "createAppPassword", args{"name": "phone"})
		}},
		{"createInviteCode", func(s *fixture) {
			s.open("open", nil)
			lose(s, "createInviteCode")
			s.call("call", "createInvite", args{"password": s.run.adminPassword, "useCount": 1})
		}},
		{"resetPassword", func(s *fixture) {
			s.open("open", nil)
			s.need(s.call("request", "requestReset", args{"email": s.alice.email}), "requestReset")
			lose(s, "resetPassword")
			s.record.secrets = append(s.record.secrets, s.run.password("new"))
			s.call("call", "resetPassword", args{"token": s.mailed(s.alice.email), "password": s.run.password("new")})
		}},
		{"deleteAccount", func(s *fixture) {
			s.enter()
			s.need(s.ask("request", "requestDeletion"), "requestDeletion")
			lose(s, "deleteAccount")
			s.call("call", "deleteAccount", args{"did": s.alice.did, "password": s.alice.password, "token": s.mailed(s.alice.email)})
		}},
		{"requestPasswordReset", func(s *fixture) {
			s.open("open", nil)
			lose(s, "requestPasswordReset")
			s.call("call", "requestReset", args{"email": s.alice.email})
		}},
	}
}

// doRedirect answers with a redirection to another origin: a server that is
// nobody's, and has no business with tokens.
func doRedirect(s *fixture) {
	other, host := s.run.elsewhere(s.ctx)
	defer other.Close()
	s.enter()
	s.fault(fault{
		Method: "getSession", Status: http.StatusTemporaryRedirect, Times: 1,
		Headers: map[string]string{"Location": host + "/xrpc/" + prefix + "getSession"},
	})
	s.ask("call", "getSession")
	log, err := controller{other.Control, s.control.http}.requests(s.ctx, 0)
	s.must(err)
	s.record.elsewhere = log
}

// slowTimeout is the time limit that a client is told to keep.
const slowTimeout = 300 * time.Millisecond

func doSlow(s *fixture) {
	limits := s.open("open", args{"timeoutMs": slowTimeout.Milliseconds()}).member("timeoutMs")
	if limits != float64(slowTimeout.Milliseconds()) {
		panic(stop{"the client does not say that it keeps a time limit (timeoutMs in the value of open)"})
	}
	s.logIn("log-in", s.alice.handle, s.alice.password)
	s.fault(fault{Method: "getSession", Delay: "50s"})
	s.ask("call", "getSession")
}

func logOutScenarios() []scenario {
	return []scenario{
		{name: "log-out", steps: func(s *fixture) {
			s.enter()
			s.need(s.ask("log-out", "logOut"), "logOut")
			s.ask("after", "getSession")
			s.ask("save-after", "save")
		}},
		{name: "log-out-expired", steps: func(s *fixture) {
			s.enter()
			s.expire()
			s.ask("log-out", "logOut")
		}},
		{name: "log-out-refused", steps: func(s *fixture) {
			s.enter()
			s.fault(fault{Method: "deleteSession", Error: "ExpiredToken", Status: http.StatusBadRequest, Times: 30})
			s.ask("log-out", "logOut")
		}},
		{name: "log-out-down", steps: func(s *fixture) {
			s.enter()
			s.fault(fault{Method: "deleteSession", Status: http.StatusServiceUnavailable, Times: 30})
			s.ask("log-out", "logOut")
		}},
	}
}
