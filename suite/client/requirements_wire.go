package client

import (
	"encoding/json"
	"strings"
)

// wireRequirements hold for all requests, whatever the method.
func wireRequirements() []requirement {
	return []requirement{
		must("requests.path", "A method is called at /xrpc/ and its name, at the top of the server.", "", specEndpoints).onWire().by(func(s *seen) verdict {
			for _, q := range s.requests {
				if q.NSID == "" && strings.Contains(q.Path, prefix) {
					return failed("/xrpc/ followed by the name of a method", "the path "+shorten(q.Path, 120), q)
				}
			}
			return s.sentAny()
		}),
		must("requests.integers", "Integers are sent as JSON numbers without a fraction or an exponent.", "", specData).onWire().by(func(s *seen) verdict {
			v := unseen("the client sent no number")
			for _, q := range s.requests {
				value, _ := decoded(q.Body)
				switch number, found := firstNumber(value); {
				case found && !isInteger(string(number)):
					return failed("an integer", "the number "+string(number), q)
				case found:
					v = passed()
				}
			}
			return v
		}),
		must("requests.host", "Requests name the server that they are sent to as their Host.", "",
			"https://www.rfc-editor.org/rfc/rfc9110#section-7.2").onWire().by(func(s *seen) verdict {
			for _, q := range s.requests {
				if want := strings.TrimPrefix(s.base, "http://"); q.Host != want {
					return failed("Host: "+want, "Host: "+q.Host, q)
				}
			}
			return s.sentAny()
		}),
		must("requests.scheme", "A token is sent in the Authorization header, under the scheme Bearer.", "", specAuth).onWire().by(func(s *seen) verdict {
			v := unseen("the client sent no token")
			for _, q := range s.requests {
				need := credentialOf(short(q.NSID))
				if need != accessCredential && need != refreshCredential || q.Authorization == "" || s.loggedOutBefore(q) {
					continue
				}
				if !strings.HasPrefix(strings.ToLower(q.Authorization), "bearer ") {
					return failed("Authorization: Bearer and the token", "Authorization: "+q.Authorization, q)
				}
				v = passed()
			}
			return v
		}),
		refusedRequirement(),
	}
}

// refusedRequirement is about what the server finds wrong with a request.
func refusedRequirement() requirement {
	return must("requests.refused", "No request of a usual course of events is refused as malformed.", "", specStatuses,
		plain, "sign-up", "app-passwords", "invites", "reset", "deletion").onWire().by(func(s *seen) verdict {
		for _, q := range s.requests {
			if q.Status == 400 && q.Error == "InvalidRequest" && q.Scenario == "" && !s.provoked(q) && !s.loggedOutBefore(q) {
				return failed("requests that the server takes", "400 InvalidRequest", q)
			}
		}
		return s.sentAny()
	})
}

// provoked reports whether a call was to be refused.
func (s *seen) provoked(q request) bool {
	for _, c := range s.calls {
		switch c.label {
		case "wrong-password", "unknown-invite", "taken-handle", "wrong-code", "update-without-code":
			if q.ID > c.from && q.ID <= c.to {
				return true
			}
		}
	}
	return false
}

func (s *seen) sentAny() verdict {
	if len(s.requests) == 0 {
		return unseen("the client sent nothing")
	}
	return passed()
}

// firstNumber finds a number of a value, one that is not an integer before any
// other.
func firstNumber(value any) (found json.Number, some bool) {
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case json.Number:
			if !some || isInteger(string(found)) {
				found, some = v, true
			}
		case map[string]any:
			for _, inner := range v {
				visit(inner)
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	visit(value)
	return found, some
}
