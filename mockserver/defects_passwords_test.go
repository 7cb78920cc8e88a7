package mockserver_test

import (
	"strconv"
	"strings"
)

// passwordSights tell which passwords are one and the same to a server, and
// which addresses.
func passwordSights() map[string]sight {
	const length = 220
	long := strings.Repeat("x", length)
	signUp := func(s *stage, name, email, password string) answer {
		return s.novel("handle", name+".test", "email", email, "password", password)
	}
	tails := func(s *stage) string {
		signUp(s, "long", "long@example.com", long)
		signUp(s, "nul", "nul@example.com", "password\x00one")
		signUp(s, "letters", "letters@example.com", "passwörd")
		answers := []answer{s.logIn("nul.test", "password\x00two"), s.logIn("letters.test", "passwård")}
		for _, cut := range []int{64, 72, 128, 200} {
			answers = append(answers, s.logIn("long.test", long[:cut]+strings.Repeat("y", length-cut)))
		}
		return brief(answers...)
	}
	kept := func(s *stage) string {
		var answers []answer
		for i, password := range []string{long, "passwörd", " pass word ", "pass\x00word"} {
			name := "kept-" + strconv.Itoa(i)
			answers = append(answers, signUp(s, name, name+"@example.com", password), s.logIn(name+".test", password))
		}
		return brief(answers...)
	}
	reset := func(s *stage) string {
		s.post("requestPasswordReset", "", object{"email": s.alice.email}).ok()
		changed := s.post("resetPassword", "", object{"token": s.mailToken(s.alice.email), "password": long})
		return brief(changed, s.logIn(s.alice.handle, long))
	}
	capitals := func(s *stage) string {
		return brief(signUp(s, "capital", "Capital@Example.com", "a password"), s.logIn("Capital@Example.com", "a password"),
			s.logIn("capital@example.com", "a password"), signUp(s, "another", "capital@example.com", "a password"))
	}
	sights := map[string]sight{}
	add(sights, "createSession", tails, "password-cut-at-64", "password-cut-at-72", "password-cut-at-128", "password-cut-at-200",
		"password-ends-at-nul", "password-letters-confused")
	add(sights, "createAccount", kept, "long-password-cut", "unicode-password-mangled", "padded-password-trimmed", "nul-password-mangled")
	add(sights, "createAccount", capitals, "email-capitals-significant", "email-capitals-lost", "email-capitals-free")
	add(sights, "resetPassword", reset, "long-password-cut")
	return sights
}
