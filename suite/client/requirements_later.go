package client

import (
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/reports"
)

// laterFlows are those of methods that not every revision has.
func laterFlows() []requirement {
	return append([]requirement{
		should("email.confirm", "An address is confirmed with the mailed code.", "confirmEmail", document("confirmEmail", ""), "email").
			dependsOn("method.confirmEmail").by(func(s *seen) verdict { return s.value("request", "confirm") }),
		should("email.wrong-code", "A confirmation that is refused for its code is told as that.", "confirmEmail", document("confirmEmail", "/errors"), "email").
			dependsOn("method.confirmEmail").by(func(s *seen) verdict { return s.refusedAs("wrong-code") }),
		should("email.token-required", "Whether a code is needed to change an address is told.", "requestEmailUpdate",
			document("requestEmailUpdate", "/output/schema"), "email").dependsOn("method.requestEmailUpdate").by(func(s *seen) verdict { return s.value("request-update") }),
		should("email.update", "An address is changed with the mailed code.", "updateEmail", document("updateEmail", ""), "email").
			dependsOn("method.updateEmail").by(func(s *seen) verdict { return s.value("update") }),
		should("email.update-without-code", "A change of address that is refused for want of a code is told as that.", "updateEmail",
			document("updateEmail", "/errors"), "email").dependsOn("method.updateEmail").by(func(s *seen) verdict { return s.refusedAs("update-without-code") }),
		should("deactivation.account", "An account is deactivated, and activated again.", "deactivateAccount", document("deactivateAccount", ""), "deactivation").
			dependsOn("method.deactivateAccount").by(func(s *seen) verdict { return s.value("deactivate", "activate", "activated") }),
		should("deactivation.session", "The session of a deactivated account goes on, and can be resumed.", "getSession",
			document("getSession", "/output/schema/properties/active"), "deactivation").dependsOn("method.deactivateAccount").
			by(func(s *seen) verdict { return s.value("deactivated", "save", "resume", "resumed") }),
		should("deactivation.told", "That an account is deactivated is told.", "getSession", document("getSession", "/output/schema/properties/status"),
			"deactivation").dependsOn("method.deactivateAccount").by(func(s *seen) verdict { return s.tellsInactive("deactivated", "deactivated") }),
		should("deactivation.delete-after", "The time after which a deactivated account may be deleted is sent as it was given.", "deactivateAccount",
			document("deactivateAccount", "/input/schema/properties/deleteAfter"), "deletion-date").
			dependsOn("deactivateAccount#input.deleteAfter").by((*seen).sendsDeleteAfter),
		should("account-status.told", "How far an account is set up is told.", "checkAccountStatus", document("checkAccountStatus", "/output/schema"),
			"account-status").dependsOn("method.checkAccountStatus").by(func(s *seen) verdict { return s.value("status") }),
		should("service-auth.token", "A token for another service is asked for.", "getServiceAuth", document("getServiceAuth", "/output/schema"),
			"service-auth").dependsOn("method.getServiceAuth").by(func(s *seen) verdict { return s.value("token") }),
	}, append(takedownFlows(), factorFlows()...)...)
}

// takedownFlows are about accounts that were taken down, and app passwords that
// may do more than others.
func takedownFlows() []requirement {
	const allows, privileged = "createSession#input.allowTakendown", "createAppPassword#input.privileged"
	return []requirement{
		should("taken-down.log-in", "A log-in that allows for it opens a session of an account that was taken down.", "createSession",
			document("createSession", "/input/schema/properties/allowTakendown"), "taken-down").dependsOn(allows).
			by(func(s *seen) verdict { return s.valueWith("log-in") }),
		should("taken-down.told", "That an account was taken down is told by a log-in that allows for it.", "createSession",
			document("createSession", "/output/schema/properties/status"), "taken-down").dependsOn(allows).
			by(func(s *seen) verdict { return s.tellsInactive("log-in", "takendown") }),
		should("app-passwords.privileged", "A privileged app password is made where that is asked for, told, and opens a session.", "createAppPassword",
			document("createAppPassword", "/input/schema/properties/privileged"), "privileged").dependsOn(privileged).
			by(func(s *seen) verdict { return s.valueWith("create", "log-in-app", "app-session") }),
		obligation(reports.Should, reports.Security, "app-passwords.unprivileged", "An app password is privileged only where that is asked for.",
			"createAppPassword", document("createAppPassword", "/input/schema/properties/privileged"), "app-passwords").dependsOn(privileged).onWire().
			by(eachRequest("createAppPassword", func(q request, _ *seen) string {
				value, _ := decoded(q.Body)
				if object, _ := value.(map[string]any); object["privileged"] == true {
					return "privileged is true"
				}
				return ""
			})),
	}
}

// factorFlows are about accounts whose log-in takes a code that is mailed.
func factorFlows() []requirement {
	const scenario, depends = "second-factor", "createSession#input.authFactorToken"
	factor := func(id, title, place string, judge func(*seen) verdict) requirement {
		return should("second-factor."+id, title, "createSession", document("createSession", place), scenario).
			dependsOn(depends).by(judge)
	}
	const asked, code = "/errors/1", "/input/schema/properties/authFactorToken"
	return []requirement{
		factor("asked", "A log-in that is refused for want of a code is told as that.", asked,
			func(s *seen) verdict { return s.refusedAs("without-code") }),
		factor("once", "A log-in that is refused for want of a code is not sent again without one: each brings another mail.", asked,
			func(s *seen) verdict { return s.bounded("without-code", "createSession", 1) }),
		factor("code", "A log-in with the mailed code opens a session.", code,
			func(s *seen) verdict { return s.valueWith("with-code", "get-session") }),
		factor("wrong-code", "A log-in that is refused for its code is told as that.", code, func(s *seen) verdict {
			if _, none := s.passedOn("wrong-code"); none != nil {
				return *none
			}
			return s.refusedAs("wrong-code")
		}),
		factor("refresh", "A session that a code has opened is refreshed as any other.", code, func(s *seen) verdict {
			if s.refreshesNever() {
				return unseen("the client refreshes no session")
			}
			return s.value("expired")
		}),
		should("second-factor.told", "That an account asks for a code is told.", "getSession", document("getSession", "/output/schema/properties/emailAuthFactor"),
			scenario).dependsOn("getSession#output.emailAuthFactor").by(func(s *seen) verdict {
			return s.tellsMember("get-session", func(c callRecord) bool { return c.member("emailAuthFactor") == true }, "emailAuthFactor true", "emailAuthFactor")
		}),
		should("second-factor.on", "The second factor is switched on with the mailed code.", "updateEmail",
			document("updateEmail", "/input/schema/properties/emailAuthFactor"), "second-factor-on").dependsOn("updateEmail#input.emailAuthFactor").
			by(func(s *seen) verdict { return s.valueWith("switch-on") }),
	}
}

// tellsInactive asks that the state of an account is told by a value, where the
// client tells such things.
func (s *seen) tellsInactive(label, status string) verdict {
	return s.tellsMember(label, func(c callRecord) bool { return c.member("active") == false || c.text("status") == status },
		"active false or status "+status, "active", "status")
}

// tellsMember asks that a value that has one of these members is right.
func (s *seen) tellsMember(label string, right func(callRecord) bool, want string, members ...string) verdict {
	c, none := s.made(label)
	switch {
	case none != nil:
		return *none
	case c.Value == nil:
		return unseen("%s: %s", c.what(), c.told())
	}
	for _, member := range members {
		if c.member(member) != nil {
			return either(right(c), want, shorten(scrub(string(c.Value)), 160), s.during(c)...)
		}
	}
	return unseen("the client does not tell %s", strings.Join(members, " or "))
}

// sendsDeleteAfter asks that a time arrives as the one that was given: texts of
// one moment differ.
func (s *seen) sendsDeleteAfter() verdict {
	c, none := s.passedOn("deactivate")
	if none != nil {
		return *none
	}
	if v := s.value("deactivate"); v.outcome != reports.Passed {
		return v
	}
	for _, q := range of(s.during(c), "deactivateAccount") {
		value, _ := decoded(q.Body)
		object, _ := value.(map[string]any)
		sent, _ := object["deleteAfter"].(string)
		got, err := time.Parse(time.RFC3339Nano, sent)
		want, _ := time.Parse(time.RFC3339Nano, deleteAfter)
		if off := got.Sub(want); err != nil || off.Abs() >= time.Second {
			return failed("deleteAfter "+deleteAfter, "deleteAfter "+shorten(sent, 60), q)
		}
	}
	return passed()
}
