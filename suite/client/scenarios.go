package client

// scenario is one course of events for a client, at a server of its own.
type scenario struct {
	name    string
	needs   string       // a condition on the documents without which it is left out, see lexicons.Catalog.Holds
	setup   func(*Setup) // nil: the plain server
	steps   func(*fixture)
	command func(*fixture) // what is arranged for a command; nil: it isn't run
}

// plain is the scenario that others are held against: where the client fails
// here, it is for no reason of theirs.
const plain = "plain"

// scenarios are all, for the variants that the server knows.
func scenarios(variants []Variant) []scenario {
	all := []scenario{
		{name: plain, steps: doPlain, command: func(*fixture) {}},
		{name: "sign-up", steps: doSignUp, setup: inviteRequired},
		{name: "app-passwords", steps: doAppPasswords},
		{name: "invites", steps: doInvites, setup: inviteRequired},
		{name: "reset", steps: doReset},
		{name: "deletion", steps: doDeletion},
	}
	all = append(all, laterScenarios()...)
	all = append(all, expiryScenarios()...)
	all = append(all, resumeScenarios()...)
	all = append(all, limitScenarios()...)
	all = append(all, logOutScenarios()...)
	all = append(all,
		scenario{name: variantScenario("empty-object"), setup: inviteRequired, steps: func(s *fixture) {
			defer s.throughRewriter(objectForNothing)()
			doVariant("empty-object")(s)
		}},
		scenario{name: variantScenario("unknown-status"), needs: "getSession#output.status", steps: doInactive(unheardOfStatus)},
		scenario{name: variantScenario("no-status"), needs: "getSession#output.status", steps: doInactive(noStatus)})
	for _, variant := range visible(variants) {
		all = append(all, scenario{
			name: variantScenario(variant.Name), steps: doVariant(variant.Name), command: func(*fixture) {},
			setup: func(s *Setup) { s.Variants = []string{variant.Name}; s.InviteRequired = true },
		})
	}
	return all
}

func variantScenario(name string) string { return "variant-" + name }

func inviteRequired(s *Setup) { s.InviteRequired = true }

func doPlain(s *fixture) {
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

func doSignUp(s *fixture) {
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

func doAppPasswords(s *fixture) {
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

func doInvites(s *fixture) {
	s.open("open", nil)
	s.call("create-invite", "createInvite", args{"password": s.run.adminPassword, "useCount": 2})
	s.call("create-invite-for", "createInvite", args{"password": s.run.adminPassword, "useCount": 1, "forAccount": s.alice.did})
	s.logIn("log-in", s.alice.handle, s.alice.password)
	s.invite(&s.alice.did)
	s.ask("codes", "inviteCodes")
}

func doReset(s *fixture) {
	s.enter() // a session is no hindrance
	s.need(s.call("request", "requestReset", args{"email": s.alice.email}), "requestReset")
	s.call("wrong-code", "resetPassword", args{"token": "ABCDE-FGHIJ", "password": s.run.password("new")})
	s.record.secrets = append(s.record.secrets, s.run.password("new"))
	s.need(s.call("reset", "resetPassword", args{"token": s.mailed(s.alice.email), "password": s.run.password("new")}), "resetPassword")
	s.logIn("log-in-new", s.alice.handle, s.run.password("new"))
	s.ask("get-session", "getSession")
}

func doDeletion(s *fixture) {
	s.enter()
	s.need(s.ask("request", "requestDeletion"), "requestDeletion")
	s.call("wrong-code", "deleteAccount", args{"did": s.alice.did, "password": s.alice.password, "token": "ABCDE-FGHIJ"})
	s.need(s.call("delete", "deleteAccount",
		args{"did": s.alice.did, "password": s.alice.password, "token": s.mailed(s.alice.email)}), "deleteAccount")
	s.call("log-in-deleted", "logIn", args{"identifier": s.alice.handle, "password": s.alice.password})
}

// doInactive has a session of an account that is not active.
func doInactive(rewrite rewriter) func(*fixture) {
	return func(s *fixture) {
		defer s.throughRewriter(rewrite)()
		s.enter()
		s.ask("get-session", "getSession")
		s.expire()
		s.ask("expired", "getSession")
		s.ask("again", "getSession")
	}
}

// doVariant does most of what a client can do, at a server that does it in an
// unusual way.
func doVariant(name string) func(*fixture) {
	return func(s *fixture) {
		s.patient = name == "rate-limits" || name == "html-limits"
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
		if s.run.config.Catalog.Holds("", "method.getServiceAuth") {
			s.ask("service-auth", "getServiceAuth", serviceAuth())
		}
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
