package mockserver_test

import (
	"fmt"
	"strings"
	"time"
)

func appPasswordObservations() map[string]observation {
	make := func(s *fixture, of session, name string) answer {
		return s.post("createAppPassword", of.access, object{"name": name})
	}
	made := func(s *fixture) string {
		a := make(s, s.alice, "Phone")
		b := make(s, s.alice, "tablet")
		return brief(a, b, make(s, s.alice, "tablet"), make(s, s.bob, "phone"), make(s, s.app, "more"),
			s.logIn(s.alice.handle, b.text("password")), s.logIn(s.alice.handle, s.appPassword), s.logIn(s.alice.handle, s.alice.password)) +
			b.text("name") + b.text("createdAt")[:4] + fmt.Sprint(a.text("password") == b.text("password"))
	}
	listed := func(s *fixture) string {
		make(s, s.alice, "tablet")
		make(s, s.bob, "bob's")
		seen := s.get("listAppPasswords", s.alice.access)
		text := seen.shape()
		for _, item := range seen.list("passwords") {
			text += fmt.Sprint(" ", item.(object)["name"], item.(object)["createdAt"].(string)[:4])
		}
		return text
	}
	revoked := func(s *fixture) string {
		tablet := make(s, s.alice, "tablet").text("password")
		capital := make(s, s.alice, "PHONE").text("password")
		other, _ := s.client.appPassword(s.bob, "phone")
		answers := []answer{s.post("revokeAppPassword", s.alice.access, object{"name": "phone"}), s.post("revokeAppPassword", s.alice.access, object{"name": "none"})}
		listed := s.get("listAppPasswords", s.alice.access).list("passwords")
		answers = append(answers, s.logIn(s.alice.handle, s.appPassword), s.logIn(s.alice.handle, tablet), s.logIn(s.alice.handle, capital),
			s.logIn(s.bob.handle, other), s.refresh(s.app.refresh), s.refresh(s.alice.refresh), make(s, s.alice, "phone"))
		return brief(answers...) + fmt.Sprint(len(listed))
	}
	used := func(s *fixture) string {
		s.refresh(s.app.refresh).ok()
		s.post("revokeAppPassword", s.alice.access, object{"name": "phone"}).ok()
		return brief(s.refresh(s.app.refresh))
	}
	pattern := func(s *fixture) string {
		return brief(s.post("revokeAppPassword", s.alice.access, object{"name": "%"}), s.logIn(s.alice.handle, s.appPassword))
	}
	observations := map[string]observation{}
	add(observations, "revokeAppPassword", used, "used-tokens-survive")
	add(observations, "revokeAppPassword", pattern, "wildcard-heeded")
	add(observations, "createAppPassword", made, "password-useless", "name-changed", "date-wrong", "taken-name-server-error", "name-case-ignored",
		"names-shared", "same-password-again", "earlier-revoked", "app-password-session-accepted", "account-password-replaced")
	add(observations, "listAppPasswords", listed, "always-empty", "newest-missing", "names-wrong", "dates-wrong", "somebody-elses-listed", "passwords-told")
	add(observations, "revokeAppPassword", revoked, "no-effect", "sessions-survive", "unknown-name-refused", "revokes-all", "name-case-ignored",
		"revokes-somebody-elses", "ends-all-sessions", "still-logs-in", "still-listed", "name-stays-taken")
	return observations
}

// codes tells what an account's list of invite codes looks like.
func (s *fixture) codes(query string, of session) string {
	var seen []string
	for _, item := range s.get("getAccountInviteCodes"+query, of.access).list("codes") {
		code := item.(object)
		text := fmt.Sprint(code["available"], code["disabled"], code["forAccount"] == of.did, code["createdBy"] == of.did, code["createdAt"].(string)[:4])
		for _, use := range code["uses"].([]any) {
			text += fmt.Sprint(" ", use.(object)["usedBy"] == s.guest, use.(object)["usedAt"].(string)[:4])
		}
		seen = append(seen, text)
	}
	return fmt.Sprint(len(seen), seen, "\n")
}

func inviteObservations() map[string]observation {
	one := func(s *fixture) string {
		code, again := s.invite(2), s.invite(2)
		given := s.invite(1, s.bob.did)
		return brief(s.novel("inviteCode", code), s.novel("inviteCode", code, "handle", "second.test", "email", "2@example.com"),
			s.novel("inviteCode", code, "handle", "third.test", "email", "3@example.com")) +
			fmt.Sprint(code == again, strings.Contains(fmt.Sprint(s.get("getAccountInviteCodes", s.bob.access).object()), given))
	}
	many := func(s *fixture) string {
		a := s.admin("createInviteCodes", object{"useCount": 2, "codeCount": 2, "forAccounts": []any{s.bob.did, s.alice.did}})
		var seen []any
		for i, item := range a.list("codes") {
			gift := item.(object)
			codes := gift["codes"].([]any)
			seen = append(seen, gift["account"] == s.bob.did, len(codes), len(codes) > 1 && codes[0] == codes[1])
			for j := range 2 {
				name := fmt.Sprintf("user-%d-%d", i, j)
				seen = append(seen, brief(s.novel("handle", name+".test", "email", name+"@example.com", "inviteCode", codes[0].(string))))
			}
		}
		byDefault := s.admin("createInviteCodes", object{"useCount": 1}).list("codes")[0].(object)["codes"].([]any)
		return fmt.Sprint(seen, len(byDefault))
	}
	listed := func(s *fixture) string {
		s.invite(3, s.alice.did)
		s.invite(3, s.bob.did)
		return s.codes("", s.alice) + s.codes("?includeUsed=false", s.alice) + s.codes("?includeUsed=true", s.alice)
	}
	made := func(s *fixture) string {
		advance(s, s.server, 12*time.Hour)
		s.again(&s.alice)
		s.again(&s.bob)
		s.invite(1, s.bob.did)
		seen := ""
		for range 2 {
			seen += s.codes("?createAvailable=false", s.alice) + s.codes("", s.alice) + s.codes("?createAvailable=true", s.alice) + s.codes("", s.bob)
			advance(s, s.server, 9*day)
			s.again(&s.alice)
			s.again(&s.bob)
		}
		return seen
	}
	late := func(s *fixture) string {
		s.again(&s.bob)
		return s.codes("", s.bob) // bob is a day and a minute old
	}
	const method = "getAccountInviteCodes"
	observations := map[string]observation{
		method + ".codes-useless": func(s *fixture) string {
			s.invite(3, s.bob.did)
			code := s.get(method, s.bob.access).list("codes")[0].(object)["code"].(string)
			return brief(s.novel("inviteCode", code))
		},
		method + ".new-codes-not-listed": late,
		method + ".race": func(s *fixture) string {
			statuses := map[string]int{}
			meet(s, s.client, method, 4)
			for _, a := range together(4, func(int) answer { return s.get(method, s.bob.access) }) {
				statuses[brief(a)]++
			}
			return fmt.Sprint(statuses[brief(answer{status: 200})] > 1, s.codes("", s.bob))
		},
	}
	add(observations, "createInviteCode", one, "use-count-ignored", "use-count-multiplied", "account-ignored", "account-of-somebody-else",
		"code-useless", "same-code-again")
	add(observations, "createInviteCodes", many, "code-count-ignored", "use-count-ignored", "accounts-ignored", "one-account-only",
		"default-not-applied", "last-code-missing", "codes-useless", "codes-repeated", "accounts-swapped")
	add(observations, method, listed, "used-filter-ignored", "used-filter-inverted", "used-left-out-by-default", "used-never-listed", "unused-left-out",
		"gifts-not-listed", "somebody-elses-listed", "available-is-what-is-left", "uses-not-told", "all-disabled", "maker-wrong",
		"account-wrong", "date-wrong", "user-wrong", "use-date-wrong")
	add(observations, method, made, "create-flag-ignored", "not-created-by-default", "epochs-counted-early", "more-than-five-open",
		"used-not-counted", "made-anew", "earned-codes-of-many-uses")
	add(observations, "describeServer", func(s *fixture) string { return string(s.get("describeServer", "").body) },
		"invite-requirement-wrong", "domain-not-served")
	return observations
}

// mails tells what was sent since: to whom, and whether with a code.
func (s *fixture) mails(before int) string {
	var seen []string
	for _, message := range s.server.Mail("")[before:] {
		seen = append(seen, fmt.Sprint(message.To, message.Subject, len(message.Token), strings.Contains(message.Text, message.Token)))
	}
	return fmt.Sprint(seen)
}

func mailObservations() map[string]observation {
	observations := map[string]observation{}
	requests := map[string]func(*fixture) answer{
		"requestPasswordReset": func(s *fixture) answer { return s.post("requestPasswordReset", "", object{"email": s.bob.email}) },
		"requestAccountDelete": func(s *fixture) answer { return s.post("requestAccountDelete", s.bob.access, nil) },
	}
	uses := map[string]func(*fixture, string) answer{
		"requestPasswordReset": func(s *fixture, code string) answer {
			return s.post("resetPassword", "", object{"token": code, "password": "other password"})
		},
		"requestAccountDelete": func(s *fixture, code string) answer {
			return s.post("deleteAccount", "", object{"did": s.bob.did, "password": s.bob.password, "token": code})
		},
	}
	for method, ask := range requests {
		sent := func(s *fixture) string {
			before := len(s.server.Mail(""))
			a := ask(s)
			seen := a.shape() + s.mails(before) + brief(s.refresh(s.bob.refresh), s.logIn(s.bob.handle, s.bob.password))
			if messages := s.server.Mail(s.bob.email); len(messages) > 0 {
				seen += brief(uses[method](s, messages[len(messages)-1].Token))
			}
			return seen
		}
		add(observations, method, sent, "mail-not-sent", "mail-to-somebody-else", "mail-without-code", "code-useless", "code-told", "ends-sessions",
			"codes-counted", "codes-short")
		observations[method+".superseded-code-good"] = func(s *fixture) string {
			ask(s)
			first := s.mailToken(s.bob.email)
			ask(s)
			return brief(uses[method](s, first))
		}
		if method == "requestAccountDelete" {
			add(observations, method, sent, "deletes-at-once", "address-told")
		}
	}
	asked := func(s *fixture) string {
		before := len(s.server.Mail(""))
		var answers []answer
		for _, address := range []string{"nobody@example.com", s.down.email, strings.ToUpper(s.bob.email)} {
			answers = append(answers, s.post("requestPasswordReset", "", object{"email": address}))
		}
		return brief(append(answers, s.logIn(s.bob.handle, s.bob.password))...) + s.mails(before)
	}
	add(observations, "requestPasswordReset", asked, "unknown-address-told", "unknown-address-server-error", "unknown-address-gets-mail",
		"taken-down-account-gets-mail", "address-case-significant", "password-dead")
	return observations
}

// codeObservations are those of codes that either method takes; use is the method
// with a code for alice.
func codeObservations(observations map[string]observation, method string, codes func(*fixture) (good, other, expired string), use func(*fixture, string) answer) {
	wrong := func(s *fixture) string {
		good, other, _ := codes(s)
		var answers []answer
		for _, code := range []string{strings.Replace(good, "-", "", 1), " " + good, good[:7], other} {
			answers = append(answers, use(s, code))
			if answers[len(answers)-1].status == 200 {
				break // the account may be gone
			}
		}
		return brief(answers...) + brief(s.logIn(s.alice.handle, s.alice.password))
	}
	expired := func(s *fixture) string {
		_, _, old := codes(s)
		return brief(use(s, old), s.logIn(s.bob.handle, s.bob.password))
	}
	add(observations, method, wrong, "code-prefix-accepted", "code-of-the-other-kind-accepted")
	add(observations, method, expired, "code-never-expires", "expired-code-works-all-the-same")
	observations[method+".no-effect"] = func(s *fixture) string {
		good, _, _ := codes(s)
		return brief(use(s, good), s.logIn(s.alice.handle, s.alice.password))
	}
}

func deletionObservations() map[string]observation {
	observations := map[string]observation{}
	reset := func(s *fixture, code string) answer {
		return s.post("resetPassword", "", object{"token": code, "password": "other password"})
	}
	codeObservations(observations, "resetPassword", func(s *fixture) (string, string, string) { return s.resetCode, s.deletion, s.expiredCode }, reset)
	after := func(s *fixture) string {
		first, second := reset(s, s.resetCode), reset(s, s.resetCode)
		return brief(first, second, s.refresh(s.alice.refresh), s.refresh(s.app.refresh), s.logIn(s.alice.handle, s.alice.password),
			s.logIn(s.alice.handle, "other password"), s.logIn(s.alice.handle, s.appPassword), s.remove(s.alice, "other password", s.deletion))
	}
	add(observations, "resetPassword", after, "sessions-survive", "app-password-sessions-survive", "app-passwords-revoked",
		"password-of-somebody-else", "old-password-good", "code-good-twice")
	observations["resetPassword.short-password-server-error"] = func(s *fixture) string {
		return brief(s.post("resetPassword", "", object{"token": s.resetCode, "password": "short"}))
	}
	observations["resetPassword.used-tokens-survive"] = func(s *fixture) string {
		s.refresh(s.alice.refresh).ok()
		return brief(reset(s, s.resetCode), s.refresh(s.alice.refresh))
	}
	observations["resetPassword.named-account-reset"] = func(s *fixture) string {
		named := s.post("resetPassword", "", object{"token": s.resetCode, "password": "other password", "did": s.bob.did})
		return brief(named, s.logIn(s.bob.handle, s.bob.password), s.logIn(s.bob.handle, "other password"))
	}
	observations["resetPassword.takedown-lifted"] = func(s *fixture) string {
		s.takedown(s.alice.did, true)
		return brief(reset(s, s.resetCode), s.logIn(s.alice.handle, "other password"))
	}
	observations["resetPassword.race"] = func(s *fixture) string {
		statuses := map[string]int{}
		meet(s, s.client, "resetPassword", 4)
		for _, a := range together(4, func(int) answer { return reset(s, s.resetCode) }) {
			statuses[brief(a)]++
		}
		return fmt.Sprint(statuses)
	}
	const method = "deleteAccount"
	codeObservations(observations, method, func(s *fixture) (string, string, string) { return s.deletion, s.resetCode, s.expired },
		func(s *fixture, code string) answer {
			if code == s.expired {
				return s.remove(s.bob, s.bob.password, code)
			}
			return s.remove(s.alice, s.alice.password, code)
		})
	wrong := func(s *fixture) string {
		return brief(s.remove(s.alice, s.alice.password, "bogus"), s.remove(s.alice, "wrong", s.deletion), s.remove(s.alice, s.appPassword, s.deletion),
			s.remove(s.bob, s.bob.password, s.deletion), s.post(method, "", object{"did": s.bob.did, "password": s.alice.password, "token": s.deletion}))
	}
	add(observations, method, wrong, "password-unchecked", "app-password-accepted", "somebody-elses-code-accepted", "code-unchecked", "did-unchecked")
	gone := func(s *fixture) string {
		first := s.remove(s.alice, s.alice.password, s.deletion)
		second := s.remove(s.alice, s.alice.password, s.deletion)
		before := len(s.server.Mail(""))
		s.post("requestPasswordReset", "", object{"email": s.alice.email})
		mails := s.mails(before)
		return brief(first, second, s.logIn(s.alice.handle, s.alice.password), s.logIn(s.alice.handle, s.appPassword), s.refresh(s.alice.refresh),
			reset(s, s.resetCode), s.novel("email", s.alice.email), s.logIn(s.bob.handle, s.bob.password), s.session(s.alice.access),
			s.logIn("guest-1.test", "password of guest-1"), s.logIn(s.down.handle, s.down.password)) + mails
	}
	observations[method+".somebody-else-deleted"] = func(s *fixture) string {
		s.deleteAccount(s.bob)
		return brief(s.logIn(s.alice.handle, s.alice.password), s.logIn(s.down.handle, s.down.password))
	}
	observations[method+".handle-again-server-error"] = func(s *fixture) string {
		s.remove(s.alice, s.alice.password, s.deletion).ok()
		return brief(s.novel("handle", s.alice.handle))
	}
	add(observations, method, gone, "taken-down-instead", "still-logs-in", "app-passwords-survive", "sessions-survive",
		"email-stays-taken", "still-gets-mail", "reset-code-survives", "succeeds-again")
	return observations
}

// remove deletes an account.
func (s *fixture) remove(of session, password, code string) answer {
	return s.post("deleteAccount", "", object{"did": of.did, "password": password, "token": code})
}
