package mockserver_test

import (
	"strconv"
	"strings"
)

// passwordObservations tell which passwords are one and the same to a server, and
// which addresses.
func passwordObservations() map[string]observation {
	const length = 220
	long := strings.Repeat("x", length)
	signUp := func(s *fixture, name, email, password string) answer {
		return s.novel("handle", name+".test", "email", email, "password", password)
	}
	tails := func(s *fixture) string {
		signUp(s, "long", "long@example.com", long)
		signUp(s, "nul", "nul@example.com", "password\x00one")
		signUp(s, "signs", "signs@example.com", "pass+word")
		signUp(s, "letters", "letters@example.com", "passwörd")
		answers := []answer{s.logIn("nul.test", "password\x00two"), s.logIn("letters.test", "passwård"), s.logIn("letters.test", "lasswörd"), s.logIn("signs.test", "pass word")}
		for _, cut := range []int{64, 72, 128, 200} {
			answers = append(answers, s.logIn("long.test", long[:cut]+strings.Repeat("y", length-cut)))
		}
		return brief(answers...)
	}
	kept := func(s *fixture) string {
		var answers []answer
		for i, password := range []string{long, "passwörd", " pass word ", "pass\x00word", "pass%2Bword"} {
			name := "kept-" + strconv.Itoa(i)
			answers = append(answers, signUp(s, name, name+"@example.com", password), s.logIn(name+".test", password))
		}
		return brief(answers...)
	}
	reset := func(s *fixture) string {
		s.post("requestPasswordReset", "", object{"email": s.alice.email}).ok()
		changed := s.post("resetPassword", "", object{"token": s.mailToken(s.alice.email), "password": long})
		return brief(changed, s.logIn(s.alice.handle, long))
	}
	resetTo := func(password string) observation {
		return func(s *fixture) string {
			s.post("requestPasswordReset", "", object{"email": s.alice.email}).ok()
			changed := s.post("resetPassword", "", object{"token": s.mailToken(s.alice.email), "password": password})
			return brief(changed, s.logIn(s.alice.handle, password))
		}
	}
	capitals := func(s *fixture) string {
		return brief(signUp(s, "capital", "Capital@Example.com", "a password"), s.logIn("Capital@Example.com", "a password"),
			s.logIn("capital@example.com", "a password"), signUp(s, "another", "capital@example.com", "a password"))
	}
	observations := map[string]observation{}
	add(observations, "createSession", tails, "password-cut-at-64", "password-cut-at-72", "password-cut-at-128", "password-cut-at-200",
		"password-ends-at-nul", "password-letters-confused", "password-tail-alone", "password-plus-blank")
	observations["resetPassword.escaped-password-mangled"] = resetTo("pass%2Bword")
	observations["resetPassword.unicode-password-mangled"] = resetTo("passwörd")
	observations["resetPassword.padded-password-trimmed"] = resetTo(" pass word ")
	observations["resetPassword.nul-password-mangled"] = resetTo("pass\x00word")
	add(observations, "createAccount", kept, "long-password-cut", "unicode-password-mangled", "padded-password-trimmed", "nul-password-mangled", "escaped-password-mangled")
	add(observations, "createAccount", capitals, "email-capitals-significant", "email-capitals-lost", "email-capitals-free")
	add(observations, "resetPassword", reset, "long-password-cut")
	return observations
}

// laxObservations tell what is taken for a password, or the name of one, that is not.
func laxObservations() map[string]observation {
	const cut = 210
	near := func(password string) map[string]string {
		return map[string]string{
			"case-ignored": strings.ToUpper(password), "padding-ignored": " " + password, "ends-at-nul": password + "\x00x",
			"head-alone": password + "x", "tail-alone": "x" + password,
		}
	}
	observations := map[string]observation{}
	for name := range near("") {
		observations["deleteAccount.password-"+name] = func(s *fixture) string {
			made := s.novel("password", strings.Repeat("pw", cut/2))
			s.post("requestAccountDelete", made.text("accessJwt"), nil).ok()
			return brief(s.post("deleteAccount", "", object{
				"did": made.text("did"), "password": near(strings.Repeat("pw", cut/2))[name], "token": s.mailToken("novel@example.com"),
			}))
		}
		if name != "case-ignored" {
			observations["createAppPassword.password-"+name] = func(s *fixture) string {
				made := s.post("createAppPassword", s.alice.access, object{"name": "tablet"})
				return brief(s.logIn(s.alice.handle, near(made.text("password"))[name]))
			}
		}
	}
	for _, length := range []int{64, 72, 128, 200} {
		observations["deleteAccount.password-cut-at-"+strconv.Itoa(length)] = func(s *fixture) string {
			made := s.novel("password", strings.Repeat("x", cut))
			s.post("requestAccountDelete", made.text("accessJwt"), nil).ok()
			return brief(s.post("deleteAccount", "", object{
				"did": made.text("did"), "password": strings.Repeat("x", length) + "y", "token": s.mailToken("novel@example.com"),
			}))
		}
	}
	named := func(s *fixture) string {
		first := s.post("createAppPassword", s.alice.access, object{"name": " tablet "})
		s.post("revokeAppPassword", s.alice.access, object{"name": " phone "})
		after := s.logIn(s.alice.handle, s.appPassword)
		s.post("revokeAppPassword", s.alice.access, object{"name": "phone\x00x"})
		return first.text("name") + brief(after, s.logIn(s.alice.handle, s.appPassword))
	}
	add(observations, "createAppPassword", named, "name-trimmed")
	add(observations, "revokeAppPassword", named, "name-trimmed", "name-ends-at-nul")
	return observations
}
