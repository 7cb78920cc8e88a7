package client

import (
	"net/http"
	"time"
)

func expiryScenarios() []scenario {
	all := []scenario{
		{name: "expired", steps: doExpired, command: func(s *fixture) { s.expireEach(http.StatusBadRequest) }},
		{name: "expired-401", steps: doExpired, setup: variants("statuses"),
			command: func(s *fixture) { s.expireEach(http.StatusUnauthorized) }},
		{name: "expired-no-grace", steps: doExpired, setup: variants("no-grace")},
		{name: "together", steps: doTogether},
		{name: "together-no-grace", steps: doTogether, setup: variants("no-grace")},
		{name: "always-expired", steps: func(s *fixture) {
			s.enter()
			s.fault(fault{Method: "getSession", Error: "ExpiredToken", Status: http.StatusBadRequest})
			s.ask("refused", "getSession")
		}},
		{name: "other-error", steps: func(s *fixture) {
			s.enter()
			s.fault(fault{Method: "getSession", Error: "InvalidRequest", Status: http.StatusBadRequest, Times: 1})
			s.ask("refused", "getSession")
			s.ask("later", "getSession")
		}},
		{name: "skew-ahead", steps: doSkew, setup: func(s *Setup) { s.Ahead = 26 * time.Hour }},
		{name: "skew-behind", steps: doSkew, setup: func(s *Setup) { s.Ahead = -26 * time.Hour }},
	}
	for _, down := range downs() {
		all = append(all, scenario{name: "refresh-" + down.name, steps: func(s *fixture) {
			s.enter()
			s.expire()
			s.fault(down.fault)
			s.ask("during", "getSession")
			s.heal()
			s.ask("after", "getSession")
		}})
	}
	for _, refused := range refusals() {
		all = append(all, scenario{name: "refresh-refused-" + refused.Error, steps: func(s *fixture) {
			s.enter()
			s.ask("before", "getSession")
			s.expire()
			s.fault(refused)
			s.ask("refused", "getSession")
			s.ask("later", "getSession")
		}})
	}
	return all
}

// down is a way in which a refresh fails that says nothing about the session.
type down struct {
	name, title string
	fault       fault
}

func downs() []down {
	const method = "refreshSession"
	return []down{
		{"network", "by a connection that breaks off", fault{Method: method, Drop: "at-once", Times: 1}},
		{"lost", "by an answer that is lost after the server gave out new tokens", fault{Method: method, Drop: "before-answer", Times: 1}},
		{"half", "by an answer of which half arrives", fault{Method: method, Drop: "mid-body", Times: 1}},
		{"500", "by status 500", fault{Method: method, Status: http.StatusInternalServerError, Times: 1}},
		{"503", "by status 503", fault{Method: method, Status: http.StatusServiceUnavailable, Times: 1}},
		{"503-lasting", "by status 503, several times", fault{Method: method, Status: http.StatusServiceUnavailable, Times: 6}},
		{"429", "by status 429", fault{Method: method, Status: http.StatusTooManyRequests, Times: 1, Headers: map[string]string{"Retry-After": "1"}}},
		{"html", "by a proxy's page", fault{Method: method, Status: http.StatusBadGateway, Body: "html", Times: 1}},
		{"malformed", "by an answer that is not JSON", fault{Method: method, Body: "malformed", Times: 1}},
	}
}

// refusals are how a server says that a session is over.
func refusals() []fault {
	const method = "refreshSession"
	return []fault{
		{Method: method, Error: "ExpiredToken", Status: http.StatusBadRequest},
		{Method: method, Error: "InvalidToken", Status: http.StatusBadRequest},
		{Method: method, Error: "AccountTakedown", Status: http.StatusUnauthorized},
	}
}

func variants(names ...string) func(*Setup) { return func(s *Setup) { s.Variants = names } }

func doExpired(s *fixture) {
	s.enter()
	s.ask("get-session", "getSession")
	s.expire()
	s.ask("expired", "getSession")
	s.ask("again", "getSession")
	s.expire()
	s.ask("expired-twice", "getSession")
	if saved := s.ask("save", "save"); saved.Value != nil {
		if s.goOn("resume", saved).Value != nil {
			s.ask("resumed", "getSession")
		}
	}
	s.expire()
	s.ask("procedure", "createAppPassword", args{"name": "phone"})
}

// expireEach makes the first call of each method with an access token find it
// expired, for commands that move no clock.
func (s *fixture) expireEach(status int) {
	for _, method := range s.run.config.Catalog.Methods() {
		if name := short(method.NSID); credentialOf(name) == accessCredential {
			s.fault(fault{Method: name, Error: "ExpiredToken", Status: status, Message: "Token has expired", Times: 1})
		}
	}
}

// atOnce is how many calls are made together.
const atOnce = 5

func doTogether(s *fixture) {
	s.enter()
	s.ask("get-session", "getSession")
	s.expire()
	// The last of them is refused when the others have their new token.
	s.fault(fault{Method: "getSession", Skip: atOnce - 1, Times: 1, Delay: "150ms"})
	var calls []args
	for range atOnce {
		calls = append(calls, args{"call": "getSession", "args": args{"session": s.session}})
	}
	s.call("together", "together", args{"calls": calls})
	s.ask("after", "getSession")
}

func doSkew(s *fixture) {
	s.enter()
	for _, label := range []string{"first", "second", "third", "fourth"} {
		s.ask(label, "getSession")
	}
}

func resumeScenarios() []scenario {
	return []scenario{
		{name: "resume-expired", steps: doResume(3 * time.Hour)},
		{name: "resume-over", steps: doResume(200 * 24 * time.Hour)},
		{name: "resume-opaque", steps: doResume(3 * time.Hour), setup: variants("tokens")},
		{name: "resume-opaque-fresh", steps: doResume(0), setup: variants("tokens")},
		{name: "resume-handle", steps: func(s *fixture) {
			s.enter()
			saved := s.need(s.ask("save", "save"), "save")
			s.alter(args{"handle": "alice-moved.test"})
			s.need(s.goOn("resume", saved), "resume")
			s.ask("resumed", "getSession")
		}},
		{name: "resume-takedown", steps: func(s *fixture) {
			s.enter()
			s.ask("before", "getSession")
			saved := s.need(s.ask("save", "save"), "save")
			s.takeDown()
			if s.goOn("resume", saved).Value != nil {
				s.ask("resumed", "getSession")
				s.expire()
				s.ask("resumed-expired", "getSession")
			}
			s.call("log-in-taken-down", "logIn", args{"identifier": s.alice.handle, "password": s.alice.password})
		}},
	}
}

func doResume(later time.Duration) func(*fixture) {
	return func(s *fixture) {
		s.enter()
		s.ask("before", "getSession")
		saved := s.need(s.ask("save", "save"), "save")
		s.advance(later)
		if s.goOn("resume", saved).Value != nil {
			s.ask("resumed", "getSession")
		}
	}
}
