package client

import "github.com/pdsconform/pdsconform/reports"

func resumeRequirements() []requirement {
	const get = "getSession"
	return []requirement{
		should("resume.saved", "A session that was saved can be resumed, and is that of the same account.", get, specAuth, plain).by(func(s *seen) verdict {
			return first(func() verdict { return s.value("save", "resume", "resumed") },
				func() verdict { return s.tells("resume", "did", "plc") })
		}),
		should("resume.expired", "A session whose access token has expired meanwhile can be resumed.", get, specAuth, "resume-expired").
			by(func(s *seen) verdict { return s.value("resume", "resumed") }),
		should("resume.over", "A session whose refresh token has expired meanwhile is told as over, by an error.", get, specAuth, "resume-over").
			by(func(s *seen) verdict {
				if c, found := s.call("resume"); found && c.Error != nil {
					return passed()
				}
				return s.refused("resumed")
			}),
		should("resume.opaque-tokens", "Tokens that are not JWTs are taken as they are: a session with them can be resumed.", get, specAuth, "resume-opaque-fresh").
			by(func(s *seen) verdict { return s.value("log-in", "resume", "resumed") }),
		should("resume.opaque-expired", "A session with tokens that are not JWTs is refreshed when it is resumed.", get, specAuth, "resume-opaque").
			by(func(s *seen) verdict { return s.value("log-in", "resume", "resumed") }),
		obligation(reports.Should, reports.Reference, "resume.handle", "A session is resumed where its account has got another handle, which is then told.", get,
			"https://atproto.com/specs/handle#usage-and-implementation-guidelines", "resume-handle").by(func(s *seen) verdict {
			return first(func() verdict { return s.value("resume", "resumed") }, func() verdict { return s.tells("resumed", "handle", "alice-moved.test") })
		}),
		should("resume.takedown", "A session of an account that was taken down is told as an error.", get, specErrors, "resume-takedown").by(func(s *seen) verdict {
			for _, label := range []string{"resume", "resumed", "resumed-expired"} {
				if c, found := s.call(label); found && c.Error != nil {
					return passed()
				}
			}
			return s.refused("resumed-expired")
		}),
		obligation(reports.Should, reports.Lexicon, "log-in.takedown", "A log-in that is refused since the account was taken down is told as that.", "createSession",
			document("createSession", "/errors/0"), "resume-takedown").withLevel(reports.Should, reports.XRPC).by(func(s *seen) verdict {
			return first(func() verdict { return s.refused("log-in-taken-down") }, func() verdict { return s.named("log-in-taken-down") })
		}),
	}
}

func (r requirement) withLevel(level reports.Level, authority reports.Authority) requirement {
	r.Level, r.Authority = level, authority
	return r
}

// tells asks that a member of a value is as the server has it; "plc" stands
// for the account's DID.
func (s *seen) tells(label, member, want string) verdict {
	c, none := s.made(label)
	if none != nil {
		return *none
	}
	if want == "plc" {
		want = s.did
	}
	got := c.text(member)
	return either(got == want, member+" "+want, member+" "+orNone(got), s.during(c)...)
}
