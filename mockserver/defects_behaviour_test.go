package mockserver_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// observation does something on a fixture and tells what a client sees of it.
type observation func(*fixture) string

// TestBehaviourDefects looks at a sound server and at one that has the defect,
// and wants to see a difference.
func TestBehaviourDefects(t *testing.T) {
	t.Parallel()
	observations := map[string]observation{}
	for _, more := range []map[string]observation{
		signUpObservations(), logInObservations(), sessionObservations(), appPasswordObservations(), inviteObservations(), mailObservations(), deletionObservations(), protocolObservations(), passwordObservations(), laxObservations(),
	} {
		maps.Copy(observations, more)
	}
	for _, d := range mockserver.Defects(nil) {
		if d.Facet != "behaviour" && d.Facet != "protocol" {
			continue
		}
		name := strings.TrimPrefix(d.ID, "behaviour.")
		see, known := observations[name]
		delete(observations, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !known {
				t.Fatal("nothing shows this defect: add what a client sees of it to one of the lists above, in defects_*_test.go")
			}
			sound := see(newFixture(t))
			if again := see(newFixture(t)); again != sound {
				t.Errorf("two sound servers differ: %s and %s", sound, again)
			}
			if corrupted := see(newFixture(t).have(t, d.ID)); sound == corrupted {
				t.Errorf("no difference: %s", sound)
			}
		})
	}
	for name := range observations {
		t.Errorf("there is no defect %s", name)
	}
}

// brief tells status and error name of answers.
func brief(answers ...answer) string {
	var text []string
	for _, a := range answers {
		text = append(text, fmt.Sprint(a.status, a.text("error")))
	}
	return strings.Join(text, " ")
}

// novel signs up once more; changes are names and values in turn.
func (s *fixture) novel(changes ...string) answer {
	input := s.valid("createAccount").input
	for i := 0; i < len(changes); i += 2 {
		input[changes[i]] = changes[i+1]
	}
	return s.post("createAccount", "", input)
}

func (s *fixture) refresh(token string) answer { return s.post("refreshSession", token, nil) }
func (s *fixture) session(token string) answer { return s.get("getSession", token) }

// invite is a code for a number of uses, maybe of an account.
func (s *fixture) invite(uses int, did ...string) string {
	input := object{"useCount": uses}
	if len(did) > 0 {
		input["forAccount"] = did[0]
	}
	return s.admin("createInviteCode", input).text("code")
}

// tokensOf looks at what an answer's tokens are good for.
func (s *fixture) tokensOf(a answer) string {
	access, refreshed := s.session(a.text("accessJwt")), s.refresh(a.text("refreshJwt"))
	return brief(a, access, refreshed) + fmt.Sprint(access.text("did") == a.text("did"))
}

// of compares members of an answer with those of an account.
func (a answer) of(account session) string {
	return fmt.Sprint(a.text("did") == account.did, a.text("handle") == account.handle, a.text("email") == account.email)
}

// power tells whether a session can make app passwords.
func (s *fixture) power(access string) string {
	return brief(s.post("createAppPassword", access, object{"name": "more power"}))
}

func tokenObservations(observations map[string]observation, method string, call func(*fixture) answer) {
	tokens := func(s *fixture) string { return s.tokensOf(call(s)) }
	for _, name := range []string{"refresh-token-dead", "access-token-of-somebody-else", "tokens-swapped"} {
		observations[method+"."+name] = tokens
	}
}

func signUpObservations() map[string]observation {
	capitals := func(s *fixture) string {
		a := s.novel("handle", "BoBBy.Test")
		return brief(a, s.novel("email", "BOBBY@example.com"))
	}
	taken := func(s *fixture) string {
		return brief(s.novel("handle", s.bob.handle), s.novel("email", s.bob.email))
	}
	owner := func(s *fixture) string { return s.novel("email", s.bob.email).text("message") }
	handles := func(s *fixture) string {
		return brief(s.novel("handle", "a.b.test"), s.novel("handle", "ab.test"), s.novel("handle", "foreign.example.com"),
			s.novel("handle", strings.Repeat("a", 26)+".test"))
	}
	account := func(s *fixture) string {
		a := s.novel()
		in := s.logIn("novel.test", "novel password")
		return brief(in) + fmt.Sprint(a.text("did") == in.text("did"), a.text("handle") == "novel.test") + s.power(a.text("accessJwt"))
	}
	afterRefusal := func(s *fixture) string {
		code := s.invite(1)
		first, second := s.novel("email", s.bob.email, "inviteCode", code), s.novel("handle", s.bob.handle, "inviteCode", code)
		return brief(first, second, s.novel(), s.novel("handle", "second.test", "email", "b@example.com", "inviteCode", code))
	}
	uses := func(s *fixture) string {
		once, twice := s.invite(1), s.invite(2)
		var answers []answer
		for i, code := range []string{once, once, twice, twice, s.invite(0), "bogus", ""} {
			answers = append(answers, s.novel("inviteCode", code, "handle", fmt.Sprintf("user-%d.test", i), "email", fmt.Sprintf("%d@example.com", i)))
		}
		return brief(answers...)
	}
	race := func(s *fixture) string {
		code := s.invite(1)
		statuses := map[string]int{}
		for i, change := range [][]string{{"handle", "race-%d.test"}, {"email", "race-%d@example.com"}, {"inviteCode", code}} {
			meet(s, s.client, "createAccount", 4)
			for _, a := range together(4, func(n int) answer {
				all := map[string]string{
					"handle": fmt.Sprintf("race-%d-%d.test", i, n), "email": fmt.Sprintf("race-%d-%d@example.com", i, n), "inviteCode": s.code,
				}
				all[change[0]] = change[1]
				if change[0] != "inviteCode" {
					all[change[0]] = fmt.Sprintf(change[1], i)
				}
				return s.novel("handle", all["handle"], "email", all["email"], "inviteCode", all["inviteCode"])
			}) {
				statuses[fmt.Sprint(i, brief(a))]++
			}
		}
		return fmt.Sprint(statuses)
	}
	observations := map[string]observation{
		"createAccount.password-told":    func(s *fixture) string { return s.novel("password", "secret").text("message") },
		"createAccount.email-owner-told": owner, "createAccount.taken-down-handle-free": func(s *fixture) string {
			return brief(s.novel("handle", s.down.handle))
		},
		"createAccount.handle-case-kept": func(s *fixture) string { return s.novel("handle", "NOvel.Test").text("handle") },
	}
	add(observations, "createAccount", capitals, "handle-case-significant", "email-case-significant")
	add(observations, "createAccount", taken, "taken-handle-accepted", "taken-email-accepted", "taken-handle-server-error", "taken-email-server-error")
	add(observations, "createAccount", handles, "dotted-handle-accepted", "short-handle-accepted", "long-handle-accepted", "foreign-domain-accepted",
		"foreign-domain-server-error")
	add(observations, "createAccount", account, "limited-session", "password-lost", "same-did-again", "somebody-elses-did", "somebody-elses-handle")
	add(observations, "createAccount", afterRefusal, "refusal-keeps-handle", "refusal-keeps-email", "refusal-uses-invite")
	add(observations, "createAccount", uses, "invites-not-needed", "unknown-invite-accepted", "exhausted-invite-accepted", "useless-invite-accepted",
		"invite-uses-not-counted", "invite-used-up-twice-as-fast")
	add(observations, "createAccount", race, "handle-race", "email-race", "invite-race")
	tokenObservations(observations, "createAccount", func(s *fixture) answer { return s.novel() })
	return observations
}

// add makes one observation that of several defects.
func add(observations map[string]observation, method string, see observation, names ...string) {
	for _, name := range names {
		observations[method+"."+name] = see
	}
}

func logInObservations() map[string]observation {
	const method = "createSession"
	identifiers := func(s *fixture) string {
		var answers []answer
		for _, identifier := range []string{
			strings.ToUpper(s.alice.handle), strings.ToUpper(s.alice.email), " " + s.alice.handle + " ", "@" + s.alice.handle,
			"alice", "alice.te", "nobody.test", s.alice.handle + "\x00x",
		} {
			answers = append(answers, s.logIn(identifier, s.alice.password))
		}
		return brief(answers...)
	}
	passwords := func(s *fixture) string {
		s.novel("password", "Novel Password") // made with the defect
		var answers []answer
		for _, password := range []string{
			"NOVEL PASSWORD", "Novel Password and more", " Novel Password ", "quite another one", "", s.bob.password, s.appPassword,
		} {
			answers = append(answers, s.logIn("novel.test", password))
		}
		return brief(answers...)
	}
	appPasswords := func(s *fixture) string {
		a := s.logIn(s.alice.handle, s.appPassword)
		return brief(a, s.logIn(s.alice.handle, strings.ReplaceAll(s.appPassword, "-", "")), s.logIn(s.alice.handle, strings.ToUpper(s.appPassword))) +
			s.power(a.text("accessJwt"))
	}
	takedown := func(s *fixture) string {
		first, second := s.logIn(s.down.handle, s.down.password), s.logIn(s.down.handle, "wrong")
		s.takedown(s.down.did, false)
		return brief(first, second, s.logIn(s.down.handle, s.down.password))
	}
	success := func(s *fixture) string {
		a := s.logIn(s.alice.handle, s.alice.password)
		return a.of(s.alice) + s.power(a.text("accessJwt")) + s.tokensOf(a) + brief(s.refresh(s.alice.refresh))
	}
	told := func(s *fixture) string { return s.logIn(s.alice.handle, "secret").text("message") }
	observations := map[string]observation{}
	add(observations, method, identifiers, "handle-case-significant", "email-case-significant", "identifier-prefix-accepted", "identifier-ends-at-nul", "unknown-account-told-by-name", "unknown-account-told-by-status",
		"unknown-account-server-error")
	addresses := func(s *fixture) string {
		s.novel("email", "al.ice+tag@example.org", "password", "a password")
		return brief(s.logIn("al.ice+tag@example.org", "a password"), s.logIn("al.ice@example.org", "a password"), s.logIn("alice+tag@example.org", "a password"))
	}
	add(observations, method, addresses, "email-tag-ignored", "email-points-ignored", "email-with-plus-unknown")
	add(observations, method, passwords, "password-case-ignored", "password-cut-off", "password-padding-ignored", "any-password-accepted",
		"empty-password-accepted", "somebody-elses-password-accepted", "somebody-elses-app-password-accepted")
	add(observations, method, appPasswords, "app-password-dashless-accepted", "app-password-case-ignored", "app-password-refused",
		"app-password-gives-full-session")
	add(observations, method, takedown, "takedown-ignored", "takedown-told-to-anyone", "takedown-not-reversible")
	add(observations, method, success, "password-gives-limited-session", "ends-other-sessions", "one-token",
		"somebody-elses-did", "somebody-elses-handle", "somebody-elses-email")
	add(observations, method, told, "address-told", "password-told")
	tokenObservations(observations, method, func(s *fixture) answer { return s.logIn(s.alice.handle, s.alice.password) })
	return observations
}

func sessionObservations() map[string]observation {
	refreshed := func(s *fixture) string {
		other := s.logIn(s.alice.handle, s.alice.password)
		a := s.refresh(s.alice.refresh)
		return brief(a, s.refresh(other.text("refreshJwt"))) + a.of(s.alice) + s.power(a.text("accessJwt")) +
			fmt.Sprint(a.text("refreshJwt") == s.alice.refresh) + s.power(s.refresh(s.app.refresh).text("accessJwt"))
	}
	loggedOut := func(s *fixture) string {
		other := s.logIn(s.alice.handle, s.alice.password)
		answers := []answer{s.post("deleteSession", s.alice.refresh, nil), s.post("deleteSession", s.alice.refresh, nil),
			s.refresh(s.alice.refresh), s.refresh(other.text("refreshJwt"))}
		advance(s, s.server, 90*day)
		return brief(append(answers, s.post("deleteSession", other.text("refreshJwt"), nil), s.logIn(s.alice.handle, s.alice.password))...)
	}
	observations := map[string]observation{
		"refreshSession.grace-never-ends": func(s *fixture) string {
			s.refresh(s.alice.refresh)
			advance(s, s.server, day)
			return brief(s.refresh(s.alice.refresh))
		},
		"refreshSession.app-password-session-gets-full-later": func(s *fixture) string {
			return s.power(s.refresh(s.refresh(s.app.refresh).text("refreshJwt")).text("accessJwt"))
		},
		"refreshSession.takedown-forgotten": func(s *fixture) string {
			s.takedown(s.bob.did, true)
			s.takedown(s.bob.did, false)
			return brief(s.refresh(s.bob.refresh))
		},
	}
	add(observations, "refreshSession", refreshed, "old-token-returned", "ends-other-sessions", "app-password-session-gets-full",
		"full-session-gets-limited", "somebody-elses-did", "somebody-elses-handle")
	add(observations, "deleteSession", loggedOut, "no-effect", "password-dead", "ends-all-sessions", "second-time-refused", "expired-token-refused")
	add(observations, "getSession", func(s *fixture) string { return s.session(s.alice.access).of(s.alice) },
		"somebody-elses-did", "somebody-elses-handle", "somebody-elses-email")
	tokenObservations(observations, "refreshSession", func(s *fixture) answer { return s.refresh(s.alice.refresh) })
	gone := func(s *fixture) string {
		s.deleteAccount(s.bob)
		var seen []string
		for _, of := range []session{s.down, s.bob} {
			seen = append(seen, brief(s.session(of.access), s.get("getAccountInviteCodes", of.access), s.post("requestAccountDelete", of.access, nil),
				s.get("listAppPasswords", of.access), s.refresh(of.refresh)), s.power(of.access))
		}
		return strings.Join(seen, " ")
	}
	for _, method := range []string{"getSession", "getAccountInviteCodes", "requestAccountDelete"} {
		add(observations, method, gone, "takedown-ignored", "deletion-ignored")
	}
	add(observations, "refreshSession", gone, "deletion-ignored")
	return observations
}

func protocolObservations() map[string]observation {
	errors := func(s *fixture) string {
		a := s.get("getSession", "")
		return a.shape()
	}
	unknown := func(s *fixture) string { return s.get("noSuchMethod", "").shape() }
	return map[string]observation{
		"protocol.unknown-method.success": unknown, "protocol.unknown-method.server-error": unknown, "protocol.unknown-method.html": unknown,
		"protocol.unknown-method.nameless": unknown, "protocol.unknown-method.redirect": unknown,
		"protocol.errors.status-200": errors, "protocol.errors.media-type": errors, "protocol.errors.name-of-wrong-type": errors,
		"protocol.errors.message-of-wrong-type": errors, "protocol.errors.malformed": errors, "protocol.errors.empty": errors,
		"protocol.cors.missing":           func(s *fixture) string { return s.get("describeServer", "").header.Get("Access-Control-Allow-Origin") },
		"protocol.preflight.refused":      func(s *fixture) string { return brief(s.send("OPTIONS", "/xrpc/com.atproto.server.getSession", nil)) },
		"protocol.head.server-error":      func(s *fixture) string { return brief(s.send("HEAD", "/xrpc/com.atproto.server.describeServer", nil)) },
		"protocol.oversized.server-error": func(s *fixture) string { return brief(s.novel("password", strings.Repeat("x", 200_000))) },
		"protocol.long-header.server-error": func(s *fixture) string {
			return brief(s.send("GET", "/xrpc/com.atproto.server.describeServer", nil, "X-Long", strings.Repeat("x", 20_000)))
		},
		"protocol.path-below-method.served": func(s *fixture) string { return s.get("describeServer/more", "").shape() },
		"protocol.charset.refused": func(s *fixture) string {
			r := s.valid("createSession")
			r.media = "application/json; charset=utf-8"
			return brief(s.make(r))
		},
		"protocol.redirect": func(s *fixture) string { return s.get("describeServer", "").shape() },
	}
}
