package client

import (
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
)

// credential is what a method asks its caller for.
type credential int

const (
	noCredential credential = iota
	accessCredential
	refreshCredential
	adminCredential
)

// credentialOf is the one for a method, by the last part of its name.
// Source: https://atproto.com/specs/xrpc#authentication, and the descriptions
// of the documents.
func credentialOf(method string) credential {
	switch method {
	case "refreshSession", "deleteSession":
		return refreshCredential
	case "createInviteCode", "createInviteCodes":
		return adminCredential
	case "", "createAccount", "createSession", "deleteAccount", "describeServer", "requestPasswordReset", "reserveSigningKey", "resetPassword":
		return noCredential
	}
	return accessCredential
}

// credentials are the requirements of what a request bears. deleteAccount is
// left out: its document and the servers disagree.
func credentials(method *lexicons.Method, name string, make maker) []requirement {
	switch credentialOf(name) {
	case accessCredential:
		return []requirement{make("credential", name+" bears the access token.", reports.Must, reports.XRPC, specAuth,
			func(q request, s *seen) string { return otherCredential(q, s, accessToken) })}
	case refreshCredential:
		level, authority, source := reports.Should, reports.Reference, specAuth
		if strings.Contains(method.Description, "refreshJwt") {
			level, authority, source = reports.Must, reports.Lexicon, string(method.Pointer)+"/description"
		} else if name == "refreshSession" {
			level, authority = reports.Must, reports.XRPC
		}
		return []requirement{make("credential", name+" bears the refresh token.", level, authority, source,
			func(q request, s *seen) string { return otherCredential(q, s, refreshToken) })}
	case adminCredential:
		return []requirement{make("credential", name+" bears the administrator's Basic credentials.", reports.Must, reports.XRPC, specAdmin,
			func(q request, _ *seen) string {
				if scheme, _, _ := strings.Cut(q.Authorization, " "); !strings.EqualFold(scheme, "Basic") {
					return "the credential is " + orNone(q.Authorization)
				}
				if q.Status == 401 {
					return "the server did not take it for the administrator's"
				}
				return ""
			})}
	}
	if name == "deleteAccount" {
		return nil
	}
	return []requirement{make("credential", name+" bears no token, since it needs none.", reports.May, reports.Security, rfcSecrets,
		func(q request, s *seen) string {
			if s.kind(q) != unknownToken {
				return "a token of the session"
			}
			return ""
		})}
}

func otherCredential(q request, s *seen, want tokenKind) string {
	switch kind := s.kind(q); {
	case kind == want:
		return ""
	case kind == accessToken:
		return "the credential is an access token"
	case kind == refreshToken:
		return "the credential is a refresh token"
	case s.loggedOutBefore(q):
		return "" // the client has none left, and some then send a scheme without a token
	}
	return "the credential is " + orNone(q.Authorization) + ", not a token that the server gave out"
}

// loggedOutBefore reports whether the session was closed, or never opened,
// when a request was sent.
func (s *seen) loggedOutBefore(q request) bool {
	opened := false
	for _, one := range s.requests {
		if one.ID >= q.ID {
			break
		}
		switch short(one.NSID) {
		case "createSession", "createAccount", "refreshSession":
			opened = one.Issued != nil
			if short(one.NSID) == "refreshSession" && one.Issued == nil && one.Status/100 == 4 && one.Status != 429 {
				opened = false // refused: the session is over
			} else if one.Issued == nil {
				opened = opened || s.openedBefore(one)
			}
		case "deleteSession":
			opened = false
		}
	}
	return !opened
}

// openedBefore reports whether any session was opened before a request.
func (s *seen) openedBefore(q request) bool {
	return slices.ContainsFunc(s.requests, func(one request) bool { return one.ID < q.ID && one.Issued != nil })
}
