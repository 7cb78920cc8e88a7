package client

import (
	"maps"
	"time"
)

// laterScenarios are those of methods and arguments that not every revision
// has.
func laterScenarios() []scenario {
	return []scenario{
		{name: "email", needs: "method.confirmEmail", steps: doEmail},
		{name: "deactivation", needs: "method.deactivateAccount", steps: doDeactivation},
		{name: "deletion-date", needs: "deactivateAccount#input.deleteAfter", steps: func(s *fixture) {
			s.enter()
			s.ask("deactivate", "deactivate", args{"deleteAfter": deleteAfter})
		}},
		{name: "account-status", needs: "method.checkAccountStatus", steps: doAccountStatus},
		{name: "service-auth", needs: "method.getServiceAuth", steps: doServiceAuth},
		{name: "privileged", needs: "createAppPassword#input.privileged", steps: doPrivileged},
		{name: "taken-down", needs: "createSession#input.allowTakendown", steps: func(s *fixture) {
			s.takeDown()
			s.open("open", nil)
			s.logInWith("log-in", args{"allowTakendown": true})
		}},
		{name: "second-factor", needs: "createSession#input.authFactorToken", steps: doSecondFactor},
		{name: "second-factor-on", needs: "updateEmail#input.emailAuthFactor", steps: func(s *fixture) {
			s.alter(args{"emailConfirmed": true})
			s.enter()
			s.need(s.ask("request", "requestEmailUpdate"), "requestEmailUpdate")
			s.ask("switch-on", "updateEmail", args{"email": s.alice.email, "token": s.mailed(s.alice.email), "emailAuthFactor": true})
		}},
	}
}

// deleteAfter is a time that a client is told to hand on.
const deleteAfter = "2031-02-03T04:05:06.789Z"

func doEmail(s *fixture) {
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

func doDeactivation(s *fixture) {
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

func doAccountStatus(s *fixture) {
	s.enter()
	s.ask("status", "checkAccountStatus")
}

func doServiceAuth(s *fixture) {
	s.enter()
	s.ask("token", "getServiceAuth", serviceAuth())
}

func serviceAuth() args {
	return args{"aud": "did:web:feed.example.com", "lxm": "app.bsky.feed.getFeedSkeleton"}
}

func doPrivileged(s *fixture) {
	s.enter()
	made := s.need(s.ask("create", "createAppPassword", args{"name": "phone", "privileged": true}), "createAppPassword with privileged")
	s.record.secrets = append(s.record.secrets, made.text("password"))
	s.ask("listed", "listAppPasswords")
	s.logIn("log-in-app", s.alice.handle, made.text("password"))
	s.ask("app-session", "getSession")
}

// doSecondFactor logs in to an account that asks for a mailed code.
func doSecondFactor(s *fixture) {
	s.alter(args{"emailConfirmed": true, "authFactor": true})
	s.open("open", nil)
	s.logInWith("without-code", nil)
	s.logInWith("wrong-code", args{"authFactorToken": "ABCDE-FGHIJ"})
	o := s.need(s.logInWith("with-code", args{"authFactorToken": s.mailed(s.alice.email)}), "logIn with authFactorToken")
	s.session = o.text("session")
	s.ask("get-session", "getSession")
	s.advance(3 * time.Hour)
	s.ask("expired", "getSession")
}

// logInWith is a log-in of the scenario's account with a further argument.
func (s *fixture) logInWith(label string, more args) outcome {
	a := args{"identifier": s.alice.handle, "password": s.alice.password}
	maps.Copy(a, more)
	return s.call(label, "logIn", a)
}
