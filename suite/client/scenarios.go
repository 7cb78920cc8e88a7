package client

import (
	"net/http"
	"time"
)

// scenario is one course of events for a client, at a server of its own.
type scenario struct {
	name    string
	needs   string       // a method of the documents without which it is left out
	setup   func(*Setup) // nil: the plain server
	play    func(*stage)
	command func(*stage) // what is arranged for a command; nil: it isn't run
}

// plain is the scenario that others are held against: where the client fails
// here, it is for no reason of theirs.
const plain = "plain"

// scenarios are all, for the variants that the server knows.
func scenarios(variants []Variant) []scenario {
	all := []scenario{
		{name: plain, play: playPlain, command: func(*stage) {}},
		{name: "sign-up", play: playSignUp, setup: inviteRequired},
		{name: "app-passwords", play: playAppPasswords},
		{name: "invites", play: playInvites, setup: inviteRequired},
		{name: "reset", play: playReset},
		{name: "deletion", play: playDeletion},
		{name: "email", needs: "confirmEmail", play: playEmail},
		{name: "deactivation", needs: "deactivateAccount", play: playDeactivation},
		{name: "account-status", needs: "checkAccountStatus", play: playAccountStatus},
		{name: "service-auth", needs: "getServiceAuth", play: playServiceAuth},
	}
	all = append(all, expiryScenarios()...)
	all = append(all, resumeScenarios()...)
	all = append(all, limitScenarios()...)
	all = append(all, logOutScenarios()...)
	for _, variant := range visible(variants) {
		all = append(all, scenario{
			name: variantScenario(variant.Name), play: playVariant(variant.Name), command: func(*stage) {},
			setup: func(s *Setup) { s.Variants = []string{variant.Name}; s.InviteRequired = true },
		})
	}
	return all
}

func variantScenario(name string) string { return "variant-" + name }

func inviteRequired(s *Setup) { s.InviteRequired = true }

func playPlain(s *stage) {
	s.enter()
	s.ask("get-session", "getSession")
	s.call("describe", "describe", nil)
	s.call("sign-up-open", "signUp", args{"handle": "dave.test", "email": "dave@example.com", "password": s.run.password("dave")})
	s.record.secrets = append(s.record.secrets, s.run.password("dave"))
	s.call("wrong-password", "logIn", args{"identifier": s.alice.handle, "password": "not the password"})
	if saved := s.ask("save", "save"); saved.Value != nil {
		if s.goOn("resume", saved).Value != nil {
			s.ask("resumed", "getSession")
		}
	}
	s.call("log-in-email", "logIn", args{"identifier": s.alice.email, "password": s.alice.password})
	s.call("log-in-did", "logIn", args{"identifier": s.alice.did, "password": s.alice.password})
	s.logIn("log-in-again", s.alice.handle, s.alice.password)
	s.ask("refresh", "refresh")
	s.ask("refreshed", "getSession")
	s.ask("log-out", "logOut")
}

func playSignUp(s *stage) {
	s.open("open", nil)
	s.call("describe", "describe", nil)
	s.call("unknown-invite", "signUp", args{
		"handle": "carol.test", "email": "carol@example.com", "password": s.run.password("carol"), "inviteCode": "localhost-no-such-code",
	})
	_, o := s.signUp("sign-up", "bob.test")
	s.session = s.need(o, "signUp").text("session")
	s.ask("get-session", "getSession")
	s.call("taken-handle", "signUp", args{
		"handle": s.alice.handle, "email": "carol@example.com", "password": s.run.password("carol"), "inviteCode": s.invite(nil),
	})
}

func playAppPasswords(s *stage) {
	s.enter()
	s.ask("none-listed", "listAppPasswords")
	made := s.need(s.ask("create", "createAppPassword", args{"name": "phone"}), "createAppPassword")
	s.record.secrets = append(s.record.secrets, made.text("password"))
	s.ask("listed", "listAppPasswords")
	full := s.session
	s.logIn("log-in-app", s.alice.handle, made.text("password"))
	s.ask("app-session", "getSession")
	s.expire()
	s.ask("app-expired", "getSession")
	s.session = full
	s.ask("revoke", "revokeAppPassword", args{"name": "phone"})
	s.ask("revoked-listed", "listAppPasswords")
	s.call("log-in-revoked", "logIn", args{"identifier": s.alice.handle, "password": made.text("password")})
}

func playInvites(s *stage) {
	s.open("open", nil)
	s.call("create-invite", "createInvite", args{"password": s.run.adminPassword, "useCount": 2})
	s.call("create-invite-for", "createInvite", args{"password": s.run.adminPassword, "useCount": 1, "forAccount": s.alice.did})
	s.logIn("log-in", s.alice.handle, s.alice.password)
	s.invite(&s.alice.did)
	s.ask("codes", "inviteCodes")
}

func playReset(s *stage) {
	s.enter() // a session is no hindrance
	s.need(s.call("request", "requestReset", args{"email": s.alice.email}), "requestReset")
	s.call("wrong-code", "resetPassword", args{"token": "ABCDE-FGHIJ", "password": s.run.password("new")})
	s.record.secrets = append(s.record.secrets, s.run.password("new"))
	s.need(s.call("reset", "resetPassword", args{"token": s.mailed(s.alice.email), "password": s.run.password("new")}), "resetPassword")
	s.logIn("log-in-new", s.alice.handle, s.run.password("new"))
	s.ask("get-session", "getSession")
}

func playDeletion(s *stage) {
	s.enter()
	s.need(s.ask("request", "requestDeletion"), "requestDeletion")
	s.call("wrong-code", "deleteAccount", args{"did": s.alice.did, "password": s.alice.password, "token": "ABCDE-FGHIJ"})
	s.need(s.call("delete", "deleteAccount",
		args{"did": s.alice.did, "password": s.alice.password, "token": s.mailed(s.alice.email)}), "deleteAccount")
	s.call("log-in-deleted", "logIn", args{"identifier": s.alice.handle, "password": s.alice.password})
}

func playEmail(s *stage) {
	s.enter()
	s.need(s.ask("request", "requestEmailConfirmation"), "requestEmailConfirmation")
	s.ask("wrong-code", "confirmEmail", args{"email": s.alice.email, "token": "ABCDE-FGHIJ"})
	s.need(s.ask("confirm", "confirmEmail", args{"email": s.alice.email, "token": s.mailed(s.alice.email)}), "confirmEmail")
	s.ask("confirmed", "getSession")
	s.ask("request-update", "requestEmailUpdate")
	s.ask("update-without-code", "updateEmail", args{"email": "new@example.com"})
	s.need(s.ask("update", "updateEmail", args{"email": "new@example.com", "token": s.mailed(s.alice.email)}), "updateEmail")
	s.ask("updated", "getSession")
}

func playDeactivation(s *stage) {
	s.enter()
	s.need(s.ask("deactivate", "deactivate"), "deactivate")
	s.ask("deactivated", "getSession")
	if saved := s.ask("save", "save"); saved.Value != nil {
		if s.goOn("resume", saved).Value != nil {
			s.ask("resumed", "getSession")
		}
	}
	s.ask("activate", "activate")
	s.ask("activated", "getSession")
}

func playAccountStatus(s *stage) {
	s.enter()
	s.ask("status", "checkAccountStatus")
}

func playServiceAuth(s *stage) {
	s.enter()
	s.ask("token", "getServiceAuth", args{"aud": "did:web:feed.example.com", "lxm": "app.bsky.feed.getFeedSkeleton"})
}

// playVariant does most of what a client can do, at a server that does it in an
// unusual way.
func playVariant(name string) func(*stage) {
	return func(s *stage) {
		s.patient = name == "rate-limits"
		s.open("open", nil)
		s.call("describe", "describe", nil)
		bob, signedUp := s.signUp("sign-up", "bob.test")
		bobs := signedUp.text("session")
		s.logIn("log-in", s.alice.handle, s.alice.password)
		s.ask("get-session", "getSession")
		if made := s.ask("create", "createAppPassword", args{"name": "phone"}); made.Value != nil {
			s.record.secrets = append(s.record.secrets, made.text("password"))
		}
		s.ask("listed", "listAppPasswords")
		s.ask("codes", "inviteCodes")
		s.ask("revoke", "revokeAppPassword", args{"name": "phone"})
		s.expire()
		s.ask("expired", "getSession")
		s.expire()
		s.ask("expired-twice", "getSession")
		if saved := s.ask("save", "save"); saved.Value != nil {
			if s.goOn("resume", saved).Value != nil {
				s.ask("resumed", "getSession")
			}
		}
		s.ask("log-out", "logOut")
		if bobs == "" {
			return
		}
		s.logIn("log-in-bob", bob.handle, bob.password)
		if s.ask("request-deletion", "requestDeletion").Value != nil {
			s.call("delete", "deleteAccount", args{"did": bob.did, "password": bob.password, "token": s.mailed(bob.email)})
		}
	}
}

func expiryScenarios() []scenario {
	all := []scenario{
		{name: "expired", play: playExpired, command: func(s *stage) { s.expireEach(http.StatusBadRequest) }},
		{name: "expired-401", play: playExpired, setup: variants("statuses"),
			command: func(s *stage) { s.expireEach(http.StatusUnauthorized) }},
		{name: "expired-no-grace", play: playExpired, setup: variants("no-grace")},
		{name: "together", play: playTogether},
		{name: "together-no-grace", play: playTogether, setup: variants("no-grace")},
		{name: "always-expired", play: func(s *stage) {
			s.enter()
			s.fault(fault{Method: "getSession", Error: "ExpiredToken", Status: http.StatusBadRequest})
			s.ask("refused", "getSession")
		}},
		{name: "other-error", play: func(s *stage) {
			s.enter()
			s.fault(fault{Method: "getSession", Error: "InvalidRequest", Status: http.StatusBadRequest, Times: 1})
			s.ask("refused", "getSession")
			s.ask("later", "getSession")
		}},
		{name: "skew-ahead", play: playSkew, setup: func(s *Setup) { s.Ahead = 26 * time.Hour }},
		{name: "skew-behind", play: playSkew, setup: func(s *Setup) { s.Ahead = -26 * time.Hour }},
	}
	for _, down := range downs() {
		all = append(all, scenario{name: "refresh-" + down.name, play: func(s *stage) {
			s.enter()
			s.expire()
			s.fault(down.fault)
			s.ask("during", "getSession")
			s.heal()
			s.ask("after", "getSession")
		}})
	}
	for _, refused := range refusals() {
		all = append(all, scenario{name: "refresh-refused-" + refused.Error, play: func(s *stage) {
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

func playExpired(s *stage) {
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
func (s *stage) expireEach(status int) {
	for _, method := range s.run.config.Catalog.Methods() {
		if name := short(method.NSID); credentialOf(name) == accessCredential {
			s.fault(fault{Method: name, Error: "ExpiredToken", Status: status, Message: "Token has expired", Times: 1})
		}
	}
}

// atOnce is how many calls are made together.
const atOnce = 5

func playTogether(s *stage) {
	s.enter()
	s.ask("get-session", "getSession")
	s.expire()
	var calls []args
	for range atOnce {
		calls = append(calls, args{"call": "getSession", "args": args{"session": s.session}})
	}
	s.call("together", "together", args{"calls": calls})
	s.ask("after", "getSession")
}

func playSkew(s *stage) {
	s.enter()
	for _, label := range []string{"first", "second", "third", "fourth"} {
		s.ask(label, "getSession")
	}
}

func resumeScenarios() []scenario {
	return []scenario{
		{name: "resume-expired", play: playResume(3 * time.Hour)},
		{name: "resume-over", play: playResume(200 * 24 * time.Hour)},
		{name: "resume-opaque", play: playResume(3 * time.Hour), setup: variants("tokens")},
		{name: "resume-opaque-fresh", play: playResume(0), setup: variants("tokens")},
		{name: "resume-handle", play: func(s *stage) {
			s.enter()
			saved := s.need(s.ask("save", "save"), "save")
			s.alter(args{"handle": "alice-moved.test"})
			s.need(s.goOn("resume", saved), "resume")
			s.ask("resumed", "getSession")
		}},
		{name: "resume-takedown", play: func(s *stage) {
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

func playResume(later time.Duration) func(*stage) {
	return func(s *stage) {
		s.enter()
		s.ask("before", "getSession")
		saved := s.need(s.ask("save", "save"), "save")
		s.advance(later)
		if s.goOn("resume", saved).Value != nil {
			s.ask("resumed", "getSession")
		}
	}
}

func limitScenarios() []scenario {
	seconds := fault{Method: "getSession", Status: http.StatusTooManyRequests, Times: 1, Headers: map[string]string{"Retry-After": "1"}}
	all := []scenario{
		{name: "limited-seconds", play: playFault(seconds), command: func(s *stage) { s.queries(seconds) }},
		{name: "limited-date", play: func(s *stage) {
			s.enter()
			at := time.Now().Add(3 * time.Second).UTC() // the header has whole seconds
			s.fault(fault{
				Method: "getSession", Status: http.StatusTooManyRequests, Times: 1,
				Headers: map[string]string{"Retry-After": at.Format(http.TimeFormat)},
			})
			s.ask("call", "getSession")
		}},
		{name: "limited-lasting", play: playFault(fault{Method: "getSession", Status: http.StatusTooManyRequests, Times: 30})},
		{name: "not-implemented", play: playFault(fault{Method: "getSession", Status: http.StatusNotImplemented, Times: 30})},
		{name: "redirect", play: playRedirect},
		{name: "slow", play: playSlow},
	}
	for _, status := range []int{500, 502, 503, 504} {
		all = append(all, scenario{
			name: "down-" + itoa(status), play: playFault(fault{Method: "getSession", Status: status, Times: 30}),
			command: func(s *stage) { s.queries(fault{Status: status, Times: 1}) },
		})
	}
	for _, b := range brokenAnswers() {
		all = append(all, scenario{name: "broken-" + b.name, play: playFault(b.fault)})
	}
	for _, d := range dropped() {
		all = append(all, scenario{name: "dropped-" + d.method, play: func(s *stage) {
			d.play(s)
		}, setup: inviteRequired})
	}
	return all
}

// queries makes a fault happen to every query with an access token.
func (s *stage) queries(f fault) {
	for _, method := range s.run.config.Catalog.Methods() {
		if name := short(method.NSID); method.IsQuery() && credentialOf(name) == accessCredential {
			f.Method = name
			s.fault(f)
		}
	}
}

// playFault makes one call while something is wrong, and one after it.
func playFault(f fault) func(*stage) {
	return func(s *stage) {
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
	play   func(*stage)
}

func dropped() []drop {
	lose := func(s *stage, method string) { s.fault(fault{Method: method, Drop: "before-answer", Times: 1}) }
	return []drop{
		{"createAccount", func(s *stage) {
			s.open("open", nil)
			lose(s, "createAccount")
			s.signUp("call", "bob.test")
		}},
		{"createAppPassword", func(s *stage) {
			s.enter()
			lose(s, "createAppPassword")
			s.ask("call", "createAppPassword", args{"name": "phone"})
		}},
		{"createInviteCode", func(s *stage) {
			s.open("open", nil)
			lose(s, "createInviteCode")
			s.call("call", "createInvite", args{"password": s.run.adminPassword, "useCount": 1})
		}},
		{"resetPassword", func(s *stage) {
			s.open("open", nil)
			s.need(s.call("request", "requestReset", args{"email": s.alice.email}), "requestReset")
			lose(s, "resetPassword")
			s.record.secrets = append(s.record.secrets, s.run.password("new"))
			s.call("call", "resetPassword", args{"token": s.mailed(s.alice.email), "password": s.run.password("new")})
		}},
		{"deleteAccount", func(s *stage) {
			s.enter()
			s.need(s.ask("request", "requestDeletion"), "requestDeletion")
			lose(s, "deleteAccount")
			s.call("call", "deleteAccount", args{"did": s.alice.did, "password": s.alice.password, "token": s.mailed(s.alice.email)})
		}},
		{"requestPasswordReset", func(s *stage) {
			s.open("open", nil)
			lose(s, "requestPasswordReset")
			s.call("call", "requestReset", args{"email": s.alice.email})
		}},
	}
}

// playRedirect answers with a redirection to another origin: a server that is
// nobody's, and has no business with tokens.
func playRedirect(s *stage) {
	other, host := s.run.elsewhere(s.ctx)
	defer other.Close()
	s.enter()
	s.fault(fault{
		Method: "getSession", Status: http.StatusTemporaryRedirect, Times: 1,
		Headers: map[string]string{"Location": host + "/xrpc/" + prefix + "getSession"},
	})
	s.ask("call", "getSession")
	log, err := controller{other.Control, s.control.http}.requests(s.ctx)
	s.must(err)
	s.record.elsewhere = log
}

// slowTimeout is the time limit that a client is told to keep.
const slowTimeout = 300 * time.Millisecond

func playSlow(s *stage) {
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
		{name: "log-out", play: func(s *stage) {
			s.enter()
			s.need(s.ask("log-out", "logOut"), "logOut")
			s.ask("after", "getSession")
			s.ask("save-after", "save")
		}},
		{name: "log-out-expired", play: func(s *stage) {
			s.enter()
			s.expire()
			s.ask("log-out", "logOut")
		}},
		{name: "log-out-refused", play: func(s *stage) {
			s.enter()
			s.fault(fault{Method: "deleteSession", Error: "ExpiredToken", Status: http.StatusBadRequest, Times: 30})
			s.ask("log-out", "logOut")
		}},
		{name: "log-out-down", play: func(s *stage) {
			s.enter()
			s.fault(fault{Method: "deleteSession", Status: http.StatusServiceUnavailable, Times: 30})
			s.ask("log-out", "logOut")
		}},
	}
}
