package client

import (
	"net/http"
	"time"

	"github.com/pdsconform/pdsconform/reports"
)

func limitRequirements() []requirement {
	const get = "getSession"
	second := func(request) time.Duration { return time.Second }
	all := []requirement{
		should("limits.retry-after-seconds", "After 429 nothing is sent to the method before the seconds of Retry-After are over.", get, rfcRetryAfter, "limited-seconds").
			onWire().by(func(s *seen) verdict {
			if _, found := s.call("call"); !found {
				return s.keptByCommand(second)
			}
			return s.kept("call", get, http.StatusTooManyRequests, second)
		}),
		should("limits.retry-after-date", "After 429 nothing is sent to the method before the date of Retry-After.", get, rfcRetryAfter, "limited-date").
			by(func(s *seen) verdict {
				// A date has whole seconds: of those that were added, one less
				// and the time until the call are left.
				return s.kept("call", get, http.StatusTooManyRequests, second)
			}),
		should("limits.told", "A call that was refused with 429 once succeeds later or is told as an error, and the session goes on.", get, specStatuses,
			"limited-seconds", "limited-date").by(func(s *seen) verdict {
			c, none := s.made("call")
			switch {
			case none != nil:
				return *none
			case c.hung:
				return unseen("the client was still waiting when the time limit for a call was over")
			case c.crashed != "":
				return failed("a value or an error", c.told(), s.during(c)...)
			}
			if _, made := s.call("later"); !made {
				return passed()
			}
			return s.value("later")
		}),
		should("limits.no-storm", "A method that goes on answering 429 is not called without pause.", get, specStatuses, "limited-lasting").
			by(func(s *seen) verdict { return s.calm("call", get) }),
		should("faults.not-implemented", "A call that is answered with 501 is not tried again.", get, specStatuses, "not-implemented").
			by(func(s *seen) verdict {
				return first(func() verdict { return s.bounded("call", get, 1) }, func() verdict { return s.refused("call") })
			}),
		should("faults.time-limit", "A call that is not answered ends in an error when the client's own time limit is over.", get, specGuide, "slow").
			by(func(s *seen) verdict {
				c, none := s.made("call")
				if none != nil {
					return *none
				}
				const most = 5 * time.Second // tries and pauses are the client's to choose
				return either(c.Error != nil && c.took < most, "an error within "+most.String(), c.told()+" after "+c.took.Round(time.Millisecond).String())
			}),
	}
	for _, status := range []int{500, 502, 503, 504} {
		scenario := "down-" + itoa(status)
		all = append(all,
			should("faults."+itoa(status), "A method that goes on answering "+itoa(status)+" is tried few times, with pauses.", get, specGuide, scenario).
				by(func(s *seen) verdict { return s.calm("call", get) }),
			should("faults."+itoa(status)+"-session", "Status "+itoa(status)+" is told as an error and leaves the session as it is.", get, specStatuses, scenario).
				by((*seen).outlivesFault))
	}
	all = append(all, brokenRequirements()...)
	return append(all, droppedRequirements()...)
}

// outlivesFault asks that the call ends in an error, and that one later succeeds.
func (s *seen) outlivesFault() verdict {
	c, none := s.made("call")
	switch {
	case none != nil:
		return *none
	case c.hung:
		return unseen("the client was still trying when the time limit for a call was over")
	}
	return first(func() verdict { return s.refused("call") }, func() verdict { return s.value("later") })
}

// calm asks for few tries, with pauses.
func (s *seen) calm(label, method string) verdict {
	return first(func() verdict { return s.paced(label, method) }, func() verdict { return s.bounded(label, method, 12) })
}

// keptByCommand judges the pause of a command, which may call as often as it
// likes for its own reasons, but not at once.
func (s *seen) keptByCommand(pause func(request) time.Duration) verdict {
	ordered := s.requests
	for i, q := range ordered {
		if q.Status != http.StatusTooManyRequests {
			continue
		}
		for _, again := range ordered[i+1:] {
			if again.NSID == q.NSID {
				const tolerance = 50 * time.Millisecond
				return either(again.At.Sub(q.At) >= pause(q)-tolerance, "nothing is sent to "+short(q.NSID)+" for "+pause(q).String(),
					"it was called again after "+again.At.Sub(q.At).Round(time.Millisecond).String(), q, again)
			}
		}
		return passed()
	}
	return unseen("no call was refused with 429")
}

func brokenRequirements() []requirement {
	var all []requirement
	for _, b := range brokenAnswers() {
		source := specGuide
		if b.fault.Error != "" {
			source = specErrors
		}
		all = append(all, should("faults.answer-"+b.name, "A call that is answered by "+b.title+" ends in an error.", "getSession", source, "broken-"+b.name).
			by((*seen).outlivesFault))
	}
	return append(all,
		should("errors.name", "An error is told by the name that the server gave.", "xrpc", specErrors, "broken-unknown-name").
			by(func(s *seen) verdict { return s.named("call") }),
		obligation(reports.May, reports.Reference, "errors.status", "An error is told with the status that the server gave.", "xrpc", specStatuses,
			"broken-unknown-status").by(func(s *seen) verdict {
			c, none := s.made("call")
			if none != nil {
				return *none
			}
			if c.Error == nil {
				return unseen("the call came to no error")
			}
			return either(c.Error.Status == 499, "status 499", c.told(), s.during(c)...)
		}))
}

func droppedRequirements() []requirement {
	var all []requirement
	for _, d := range dropped() {
		method := d.method
		all = append(all, should("faults.lost-"+method, "After the answer to "+method+" got lost it is not sent again blindly.", method, rfcIdempotent,
			"dropped-"+method).by(func(s *seen) verdict {
			c, none := s.made("call")
			if none != nil {
				return *none
			}
			if len(of(s.during(c), method)) == 0 {
				return unseen("the client did not call %s", method)
			}
			return first(func() verdict { return s.bounded("call", method, 1) }, func() verdict {
				if c.hung {
					return unseen("the client was still waiting when the time limit for a call was over")
				}
				return s.refused("call")
			})
		}))
	}
	return all
}

// logOutRequirements are about the end of a session, and about secrets.
func logOutRequirements() []requirement {
	const method = "deleteSession"
	all := []requirement{
		should("log-out.server", "A log-out ends the session on the server.", method, document(method, ""), "log-out").by(func(s *seen) verdict {
			if v := s.value("log-out"); v.outcome != reports.Passed {
				return v
			}
			for _, q := range of(s.requests, method) {
				if q.Status/100 == 2 {
					return passed()
				}
			}
			c, _ := s.call("log-out")
			return failed("deleteSession, with success", "the client did not call it with success", s.during(c)...)
		}),
		obligation(reports.Should, reports.Security, "log-out.tokens", "After a log-out no token of the session is sent.", method, rfcSecrets, "log-out").
			by(func(s *seen) verdict {
				c, none := s.made("after")
				if none != nil {
					return *none
				}
				for _, q := range s.during(c) {
					if s.kind(q) != unknownToken {
						return failed("no token", "the token of the session", q)
					}
				}
				return passed()
			}),
		obligation(reports.Should, reports.Security, "log-out.saved", "After a log-out no token is saved.", method, rfcSecrets, "log-out").
			by(func(s *seen) verdict {
				c, none := s.made("save-after")
				if none != nil {
					return *none
				}
				return either(!tokenLike.Match(c.Value), "no token in what is saved", "a token")
			}),
		should("log-out.expired", "A log-out ends the session on the server also when the access token has expired.", method, document(method, ""), "log-out-expired").
			by(func(s *seen) verdict { return s.value("log-out") }),
		should("log-out.no-loop", "A log-out that is refused with ExpiredToken is not tried over and over.", method, specGuide, "log-out-refused").
			by(func(s *seen) verdict { return s.bounded("log-out", method, 3) }),
		should("log-out.down", "A log-out at a server that answers 503 ends, and is tried few times, with pauses.", method, specGuide, "log-out-down").
			by(func(s *seen) verdict { return s.calm("log-out", method) }),
	}
	return append(all, secretRequirements()...)
}

func secretRequirements() []requirement {
	secret := func(id, title, source string, in ...string) requirement {
		return obligation(reports.Must, reports.Security, "secrets."+id, title, "", source, in...)
	}
	return []requirement{
		secret("url", "No secret stands in a URL.", rfcSecrets).onWire().by(func(s *seen) verdict {
			return s.nowhere("the URL", func(q request) string { return q.Path + "?" + q.Query })
		}),
		secret("user-agent", "No secret stands in the user agent.", rfcSecrets).onWire().by(func(s *seen) verdict {
			return s.nowhere("the user agent", func(q request) string { return q.UserAgent })
		}),
		secret("standard-error", "No secret is printed to standard error.", "https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude").
			onWire().by(func(s *seen) verdict {
			if len(s.requests) == 0 {
				return unseen("the client sent nothing")
			}
			if what := s.secretIn(s.stderr); what != "" {
				return failed("no secret on standard error", what)
			}
			return passed()
		}),
		secret("errors", "No secret stands in the message of an error.", "https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude").
			by(func(s *seen) verdict {
				v := unseen("no call came to an error")
				for _, c := range s.calls {
					if c.Error == nil {
						continue
					}
					if what := s.secretIn(c.Error.Name + " " + c.Error.Message); what != "" {
						return failed("no secret in the message", what+" in the message of "+c.name, s.during(c)...)
					}
					v = passed()
				}
				return v
			}),
		secret("redirect", "A token is not sent to another origin that an answer redirects to.", rfcRedirect, "redirect").by(func(s *seen) verdict {
			if _, none := s.made("call"); none != nil {
				return *none
			}
			for _, q := range s.elsewhere {
				if q.Authorization != "" {
					return failed("no Authorization header at the other origin", "Authorization: "+q.Authorization, q)
				}
			}
			return passed()
		}),
	}
}

// nowhere asks that a part of every request holds no secret.
func (s *seen) nowhere(what string, part func(request) string) verdict {
	for _, q := range s.requests {
		if found := s.secretIn(part(q)); found != "" {
			return failed("no secret in "+what, found, q)
		}
	}
	return s.sentAny()
}
