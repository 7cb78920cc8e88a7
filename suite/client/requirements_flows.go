package client

import "github.com/pdsconform/pdsconform/reports"

func flowRequirements() []requirement {
	return append([]requirement{
		must("log-in.handle", "A log-in by handle opens a session of the account.", "createSession", specAuth, plain).by(func(s *seen) verdict {
			return first(func() verdict { return s.value("log-in") }, func() verdict { return s.tells("log-in", "did", "plc") })
		}),
		should("log-in.email", "A log-in by e-mail address opens a session of the account.", "createSession", specAuth, plain).by(func(s *seen) verdict {
			return first(func() verdict { return s.value("log-in-email") }, func() verdict { return s.tells("log-in-email", "did", "plc") })
		}),
		should("log-in.did", "A log-in by DID opens a session of the account.", "createSession", specAuth, plain).by(func(s *seen) verdict {
			return first(func() verdict { return s.value("log-in-did") }, func() verdict { return s.tells("log-in-did", "did", "plc") })
		}),
		must("log-in.wrong-password", "A log-in with a wrong password is told as an error.", "createSession", specErrors, plain).
			by(func(s *seen) verdict { return s.refused("wrong-password") }),
		must("session.account", "getSession tells the account as the server does: its DID and its handle.", "getSession",
			document("getSession", "/output/schema"), plain).by(func(s *seen) verdict {
			return first(func() verdict { return s.value("get-session") }, func() verdict { return s.tells("get-session", "did", "plc") },
				func() verdict { return s.tells("get-session", "handle", "alice.test") })
		}),
		should("sign-up.account", "A sign-up with an invite code makes an account and opens its session.", "createAccount", specAuth, "sign-up").
			by(func(s *seen) verdict { return s.value("sign-up", "get-session") }),
		should("sign-up.open", "A sign-up without an invite code makes an account where none is required.", "createAccount", specAuth, plain).
			by(func(s *seen) verdict { return s.value("sign-up-open") }),
		should("sign-up.describe", "What the server requires for a sign-up is told: its domains, and whether it takes an invite code.", "describeServer",
			document("describeServer", "/output/schema"), "sign-up").by((*seen).described),
		should("sign-up.unknown-invite", "A sign-up that is refused for its invite code is told as that.", "createAccount", specErrors, "sign-up").
			by(func(s *seen) verdict { return s.refusedAs("unknown-invite") }),
		should("sign-up.taken-handle", "A sign-up that is refused for its handle is told as that.", "createAccount", specErrors, "sign-up").
			by(func(s *seen) verdict { return s.refusedAs("taken-handle") }),
		should("app-passwords.create", "An app password is made, told, and opens a session.", "createAppPassword",
			document("createAppPassword", "/output/schema"), "app-passwords").by(func(s *seen) verdict { return s.value("create", "log-in-app", "app-session") }),
		should("app-passwords.list", "The list of app passwords has those that there are.", "listAppPasswords",
			document("listAppPasswords", "/output/schema"), "app-passwords").by(func(s *seen) verdict { return s.lists("listed", "phone", true) }),
		should("app-passwords.empty", "The list of app passwords of an account that has none is empty.", "listAppPasswords",
			document("listAppPasswords", "/output/schema"), "app-passwords").by(func(s *seen) verdict { return s.lists("none-listed", "phone", false) }),
		should("app-passwords.revoke", "An app password that was revoked is gone from the list.", "revokeAppPassword",
			document("revokeAppPassword", ""), "app-passwords").by(func(s *seen) verdict {
			return first(func() verdict { return s.value("revoke") }, func() verdict { return s.lists("revoked-listed", "phone", false) })
		}),
		should("app-passwords.revoked", "A log-in with a revoked app password is told as an error.", "createSession", specErrors, "app-passwords").
			by(func(s *seen) verdict { return s.refused("log-in-revoked") }),
		should("app-passwords.refresh", "A session of an app password is refreshed as any other.", "refreshSession",
			"https://atproto.com/specs/xrpc#app-passwords", "app-passwords").by(func(s *seen) verdict { return s.value("app-expired") }),
		should("invites.create", "An invite code is made by the administrator, and told.", "createInviteCode",
			document("createInviteCode", "/output/schema"), "invites").by(func(s *seen) verdict { return s.value("create-invite", "create-invite-for") }),
		should("invites.list", "The account's invite codes are listed.", "getAccountInviteCodes",
			document("getAccountInviteCodes", "/output/schema"), "invites").by(func(s *seen) verdict { return s.value("codes") }),
		should("reset.password", "A password is reset with the mailed code, and the new one logs in.", "resetPassword",
			document("resetPassword", ""), "reset").by(func(s *seen) verdict { return s.value("request", "reset", "log-in-new") }),
		should("reset.wrong-code", "A reset that is refused for its code is told as that.", "resetPassword",
			document("resetPassword", "/errors"), "reset").by(func(s *seen) verdict { return s.refusedAs("wrong-code") }),
		should("deletion.account", "An account is deleted with the mailed code.", "deleteAccount",
			document("deleteAccount", ""), "deletion").by(func(s *seen) verdict { return s.value("request", "delete") }),
		should("deletion.wrong-code", "A deletion that is refused for its code is told as that.", "deleteAccount",
			document("deleteAccount", "/errors"), "deletion").by(func(s *seen) verdict { return s.refusedAs("wrong-code") }),
		should("deletion.gone", "A log-in to a deleted account is told as an error.", "createSession", specErrors, "deletion").
			by(func(s *seen) verdict { return s.refused("log-in-deleted") }),
	}, laterFlows()...)
}

func (s *seen) refusedAs(label string) verdict {
	return first(func() verdict { return s.refused(label) }, func() verdict { return s.named(label) })
}

func (s *seen) described() verdict {
	if v := s.value("describe"); v.outcome != reports.Passed {
		return v
	}
	c, _ := s.call("describe")
	domains, _ := c.member("availableUserDomains").([]any)
	required := c.member("inviteCodeRequired")
	return either(len(domains) > 0 && required == true, "the domains, and that a code is required",
		shorten(scrub(string(c.Value)), 160), s.during(c)...)
}

// lists asks that a list of app passwords has a name, or hasn't.
func (s *seen) lists(label, name string, want bool) verdict {
	if v := s.value(label); v.outcome != reports.Passed {
		return v
	}
	c, _ := s.call(label)
	var listed []struct{ Name string }
	got := unmarshal(c.Value, &listed) && func() bool {
		for _, one := range listed {
			if one.Name == name {
				return true
			}
		}
		return false
	}()
	words := map[bool]string{true: "a list with " + name, false: "a list without " + name}
	return either(got == want, words[want], shorten(scrub(string(c.Value)), 160), s.during(c)...)
}
