package client

import (
	"fmt"
	"net/http"
	"time"

	"github.com/pdsconform/pdsconform/reports"
)

// expired are the scenarios in which an access token expires.
func expiredScenarios() []string { return []string{"expired", "expired-401", "expired-no-grace"} }

func expiryRequirements() []requirement {
	const refresh = "refreshSession"
	all := []requirement{
		should("refresh.expired-400", "A call that is refused with ExpiredToken and status 400 succeeds after a refresh.", refresh, specAuth, "expired").
			onWire().by(func(s *seen) verdict { return s.recovered(http.StatusBadRequest) }),
		should("refresh.expired-401", "A call that is refused with ExpiredToken and status 401 succeeds after a refresh.", refresh, specAuth, "expired-401").
			onWire().by(func(s *seen) verdict { return s.recovered(http.StatusUnauthorized) }),
		should("refresh.repeated", "What was refused with ExpiredToken is sent once more after the refresh, and not oftener.", refresh, specAuth, "expired").
			onWire().by((*seen).repeatedOnce),
		should("refresh.procedure", "A procedure that is refused with ExpiredToken is sent once more after the refresh.", refresh, specAuth, "expired").
			by(func(s *seen) verdict { return s.value("procedure") }),
		should("refresh.second", "A session is refreshed as often as its tokens expire.", refresh, specAuth, "expired").
			by(func(s *seen) verdict { return s.value("expired", "expired-twice") }),
		should("refresh.new-access-token", "After a refresh the new access token is used, and the old one is not.", refresh, specAuth,
			expiredScenarios()...).onWire().by((*seen).newAccessToken),
		should("refresh.new-refresh-token", "The next refresh bears the refresh token that the last one brought.", refresh, specAuth,
			expiredScenarios()...).onWire().by((*seen).newRefreshToken),
		should("refresh.no-grace", "A session outlives refreshes at a server where each refresh token is good for once.", refresh, specAuth, "expired-no-grace").
			by(func(s *seen) verdict { return s.value("expired", "again", "expired-twice") }),
		should("refresh.saved", "After a refresh the new tokens are what is saved: a session that is resumed goes on.", refresh, specAuth,
			"expired", "expired-no-grace").by(func(s *seen) verdict {
			if v := s.value("expired-twice"); v.outcome != reports.Passed {
				return unseen("the session was not refreshed")
			}
			return s.value("save", "resume", "resumed")
		}),
		obligation(reports.Should, reports.Reference, "refresh.single", "Calls that are refused together cost one refresh.", refresh, rfcSingle,
			"together", "together-no-grace").by((*seen).singleRefresh),
		should("refresh.together", "Calls that are refused together all succeed after the refresh.", refresh, specAuth, "together").by((*seen).allTogether),
		obligation(reports.Should, reports.Reference, "refresh.together-no-grace",
			"Calls that are refused together succeed at a server where each refresh token is good for once.", refresh, rfcSingle,
			"together-no-grace").by((*seen).allTogether),
		should("refresh.no-loop", "A call that is refused with ExpiredToken again and again ends in an error after few refreshes.", refresh, specGuide, "always-expired").
			by(func(s *seen) verdict {
				return first(func() verdict { return s.bounded("refused", refresh, 3) }, func() verdict { return s.bounded("refused", "getSession", 5) },
					func() verdict { return s.refused("refused") })
			}),
		obligation(reports.May, reports.Reference, "refresh.other-error", "An error that is not about the token costs no refresh.", refresh, specErrors,
			"other-error").by(func(s *seen) verdict { return s.bounded("refused", refresh, 0) }),
		obligation(reports.Should, reports.Reference, "refresh.other-error-session", "An error that is not about the token leaves the session as it is.", refresh,
			specErrors, "other-error").by(func(s *seen) verdict { return s.value("later") }),
		should("refresh.explicit", "A refresh that the user asks for succeeds, and the session goes on.", refresh, specAuth, plain).
			by(func(s *seen) verdict { return s.value("refresh", "refreshed") }),
	}
	all = append(all, skewRequirements()...)
	all = append(all, downRequirements()...)
	return append(all, refusalRequirements()...)
}

func skewRequirements() []requirement {
	labels := []string{"log-in", "first", "second", "third", "fourth"}
	var all []requirement
	for _, skew := range []struct{ name, title string }{
		{"ahead", "slow"}, {"behind", "fast"},
	} {
		scenario := "skew-" + skew.name
		all = append(all,
			should("skew."+skew.name, "A session works where the clock of the client's machine is a day "+skew.title+".", "refreshSession", specAuth, scenario).
				by(func(s *seen) verdict { return s.value(labels...) }),
			should("skew."+skew.name+"-refreshes", "Where the clock of the client's machine is a day "+skew.title+", not every call costs a refresh.",
				"refreshSession", specAuth, scenario).by(func(s *seen) verdict {
				if v := s.value(labels...); v.outcome != reports.Passed {
					return unseen("the calls did not succeed")
				}
				refreshes := of(s.requests, "refreshSession")
				return either(len(refreshes) < len(labels)-1, "fewer refreshes than calls", times(len(refreshes))+" for "+times(len(labels)-1), refreshes...)
			}))
	}
	return all
}

func downRequirements() []requirement {
	const refresh = "refreshSession"
	var all []requirement
	for _, down := range downs() {
		scenario := "refresh-" + down.name
		all = append(all, should("refresh.down."+down.name, "A refresh that fails "+down.title+" does not end the session: a later call refreshes again.",
			refresh, specStatuses, scenario).by(func(s *seen) verdict {
			c, none := s.made("during")
			if none != nil {
				return *none
			}
			if len(of(s.during(c), refresh)) == 0 {
				return unseen("the client did not refresh")
			}
			if c.hung {
				return unseen("the client was still trying when the time limit for a call was over")
			}
			return s.value("after")
		}))
	}
	return append(all,
		should("refresh.down.patience", "A refresh that fails with 503 again and again is tried with pauses, and few times.", refresh, specGuide,
			"refresh-503-lasting").by(func(s *seen) verdict {
			return first(func() verdict { return s.paced("during", refresh) }, func() verdict { return s.bounded("during", refresh, 6) })
		}),
		obligation(reports.Should, reports.XRPC, "refresh.down.retry-after", "A refresh that is refused with 429 is not tried again before Retry-After.", refresh,
			rfcRetryAfter, "refresh-429").by(func(s *seen) verdict {
			return s.kept("during", refresh, http.StatusTooManyRequests, func(request) time.Duration { return time.Second })
		}))
}

func refusalRequirements() []requirement {
	const refresh = "refreshSession"
	var all []requirement
	for _, refusal := range refusals() {
		scenario := "refresh-refused-" + refusal.Error
		source := specAuth
		if refusal.Error == "AccountTakedown" {
			source = document(refresh, "/errors/0")
		}
		base := "refresh.refused." + refusal.Error
		refreshed := func(s *seen) *verdict {
			c, none := s.made("refused")
			if none == nil && len(of(s.during(c), refresh)) == 0 {
				v := unseen("the client did not refresh")
				none = &v
			}
			return none
		}
		all = append(all,
			should(base, "A refresh that is refused with "+refusal.Error+" is told as an error.", refresh, source, scenario).by(func(s *seen) verdict {
				if none := refreshed(s); none != nil {
					return *none
				}
				return s.refused("refused")
			}),
			should(base+"-loop", "A refresh that is refused with "+refusal.Error+" is not tried over and over.", refresh, specGuide, scenario).by(func(s *seen) verdict {
				if none := refreshed(s); none != nil {
					return *none
				}
				return s.bounded("refused", refresh, 2)
			}),
			obligation(reports.May, reports.Reference, base+"-over", "After a refresh was refused with "+refusal.Error+", the session is over: the refresh token is not sent again.",
				refresh, source, scenario).by(func(s *seen) verdict {
				if none := refreshed(s); none != nil {
					return *none
				}
				return s.bounded("later", refresh, 0)
			}))
	}
	return all
}

// refusedExpired are the requests that were refused with ExpiredToken and bore
// an access token.
func (s *seen) refusedExpired(status int) []request {
	var found []request
	for _, q := range s.requests {
		if q.Error == "ExpiredToken" && s.kind(q) == accessToken && (status == 0 || q.Status == status) && short(q.NSID) != "refreshSession" {
			found = append(found, q)
		}
	}
	return found
}

// recovered asks that what was refused with ExpiredToken is followed by a
// refresh, and then by the same call with success.
func (s *seen) recovered(status int) verdict {
	refused := s.refusedExpired(status)
	if len(refused) == 0 {
		if _, stopped := s.call("expired"); !stopped && s.stopped != "" {
			return s.missing("expired")
		}
		return unseen("no call of the client was refused with ExpiredToken and status %d", status)
	}
	if c, found := s.call("expired"); found {
		return either(!c.failed(), c.name+" succeeds after a refresh", c.told(), s.during(c)...)
	}
	for _, q := range refused {
		if !s.followed(q) {
			return failed("a refresh, and "+short(q.NSID)+" once more", "neither", q)
		}
	}
	return passed()
}

// followed reports whether a refused request was sent again with success,
// after a refresh. The token may be the same: servers make equal tokens within
// one second.
func (s *seen) followed(q request) bool {
	refreshed := false
	for _, one := range s.inOrder() {
		switch {
		case one.ID <= q.ID:
		case one.Issued != nil:
			refreshed = true
		case refreshed && one.NSID == q.NSID && one.Status/100 == 2:
			return true
		}
	}
	return false
}

// repeatedOnce asks that what was refused is sent again, and a procedure once.
func (s *seen) repeatedOnce() verdict {
	refused := s.refusedExpired(0)
	if len(refused) == 0 {
		return unseen("no call of the client was refused with ExpiredToken")
	}
	if !s.followed(refused[0]) {
		return failed(short(refused[0].NSID)+" once more", "not sent again", refused[0])
	}
	for _, q := range refused {
		var again []request
		for _, one := range s.requests {
			if one.ID > q.ID && one.NSID == q.NSID && one.Method == http.MethodPost && one.ID <= s.endOfCall(q) {
				again = append(again, one)
			}
		}
		if len(again) > 1 {
			return failed(short(q.NSID)+" once more", times(len(again))+" more", again...)
		}
	}
	return passed()
}

// endOfCall is the last ID of the call that a request belongs to.
func (s *seen) endOfCall(q request) int {
	for _, c := range s.calls {
		if q.ID > c.from && q.ID <= c.to {
			return c.to
		}
	}
	return q.ID
}

// newAccessToken asks that no request bears an access token after the answer
// that replaced it. Requests that were sent beside the refresh may.
func (s *seen) newAccessToken() verdict {
	replaced := map[string]time.Time{} // access token by mark, and when its successor came
	newest := map[string]string{}      // by family of the session
	for _, q := range s.inOrder() {
		if mark := q.Issued["accessJwt"]; mark != "" {
			family := s.kinds[mark].family
			if old := newest[family]; old != "" && old != mark {
				replaced[old] = q.end()
			}
			newest[family] = mark
		}
	}
	if len(replaced) == 0 {
		return unseen("no session was refreshed")
	}
	for _, q := range s.requests {
		const sentBefore = 20 * time.Millisecond
		if at, old := replaced[q.Credential]; old && q.At.After(at.Add(sentBefore)) && !s.resumedOld(q) {
			return failed("the access token that the refresh brought", "the one before it", q)
		}
	}
	return passed()
}

// resumedOld reports whether a request belongs to a session that was resumed
// from what was saved before.
func (s *seen) resumedOld(q request) bool {
	for _, c := range s.calls {
		if c.name == "resume" && q.ID > c.from {
			return true
		}
	}
	return false
}

// newRefreshToken asks that no refresh bears a token that an earlier refresh
// has replaced.
func (s *seen) newRefreshToken() verdict {
	replaced := map[string]time.Time{}
	refreshes := 0
	for _, q := range s.inOrder() {
		if short(q.NSID) != "refreshSession" {
			continue
		}
		refreshes++
		const sentBefore = 20 * time.Millisecond
		if at, old := replaced[q.Credential]; old && q.At.After(at.Add(sentBefore)) && !s.resumedOld(q) {
			return failed("the refresh token that the last refresh brought", "one that was used up", q)
		}
		if mark := q.Issued["refreshJwt"]; mark != "" && mark != q.Credential {
			if _, known := replaced[q.Credential]; !known {
				replaced[q.Credential] = q.end()
			}
		}
	}
	if refreshes < 2 {
		return unseen("the client refreshed %s", times(refreshes))
	}
	return passed()
}

// inOrder are the requests in the order in which they were answered.
func (s *seen) inOrder() []request {
	ordered := append([]request(nil), s.requests...)
	sortByID(ordered)
	return ordered
}

// singleRefresh asks that what was refused together cost one refresh.
func (s *seen) singleRefresh() verdict {
	c, none := s.made("together")
	if none != nil {
		return *none
	}
	refreshes := of(s.during(c), "refreshSession")
	if len(refreshes) == 0 {
		return unseen("the client did not refresh")
	}
	return either(len(refreshes) == 1, fmt.Sprintf("one refresh for %d calls", atOnce), times(len(refreshes)), refreshes...)
}

func (s *seen) allTogether() verdict {
	c, none := s.made("together")
	if none != nil {
		return *none
	}
	if c.failed() || len(c.inner) != atOnce {
		return failed(fmt.Sprintf("%d outcomes", atOnce), c.told(), s.during(c)...)
	}
	if len(s.refusedExpired(0)) == 0 && len(of(s.during(c), "refreshSession")) == 0 {
		return unseen("nothing had expired")
	}
	for _, one := range c.inner {
		if one.NotOffered {
			return unseen("the client does not offer getSession")
		}
		if one.Value == nil {
			return failed("every call succeeds", one.told(), s.during(c)...)
		}
	}
	return passed()
}
