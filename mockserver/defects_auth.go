package mockserver

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// credentials is what a method asks for, which no document says.
type credentials int

const (
	noCredentials credentials = iota
	administrators
	accessTokens
	refreshTokens
)

// credentialsOf names what this server asks for.
func credentialsOf(nsid string) credentials {
	switch strings.TrimPrefix(nsid, pds.Prefix) {
	case "createInviteCode", "createInviteCodes":
		return administrators
	case "createAppPassword", "getAccountInviteCodes", "getSession", "listAppPasswords", "requestAccountDelete", "revokeAppPassword":
		return accessTokens
	case "deleteSession", "refreshSession":
		return refreshTokens
	}
	return noCredentials
}

// scopes are the tokens that the credentials consist of.
func (c credentials) scopes() []string {
	switch c {
	case accessTokens:
		return []string{token.Access, token.AppPassword}
	case refreshTokens:
		return []string{token.Refresh}
	}
	return nil
}

// authDefects are credentials that a method ought to refuse.
func authDefects(method *lexicons.Method) []defect {
	kind := credentialsOf(method.NSID)
	if kind == noCredentials {
		return nil
	}
	add := func(name, description string, look func(*Server, *http.Request, error) (xrpc.Caller, error)) defect {
		made := about(method, "auth", name, description, nil)
		made.apply = func(s *Server, p *plan) {
			f := p.on(method.NSID)
			f.Authorize = append(f.Authorize, func(r *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
				if err == nil {
					return caller, nil
				}
				if caller, failed := look(s, r, err); failed == nil {
					caller.Lapsed = true
					return caller, nil
				}
				return caller, err
			})
		}
		return made
	}
	all := []defect{
		add("not-needed", "needs no credentials", func(_ *Server, r *http.Request, err error) (xrpc.Caller, error) {
			return xrpc.Caller{}, unless(r.Header.Get("Authorization") == "" || kind != administrators && isNamed(err, "AuthenticationRequired"))
		}),
		add("wrong-kind", "takes tokens of the wrong kind", kind.wrongKind),
		add("forged", "takes forged credentials", kind.forged),
	}
	all = append(all, about(method, "auth", "server-error", "takes the blame for credentials that are no good with status 500",
		func(f *xrpc.Faults) {
			f.Authorize = append(f.Authorize, func(_ *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
				if err != nil {
					err = crash()
				}
				return caller, err
			})
		}))
	if method.NSID != pds.Prefix+"deleteSession" && kind != administrators { // there an expired token is as good as any
		all = append(all, add("expired", "takes expired tokens", kind.expired))
	}
	return all
}

var errRefused = errors.New("refused by a faulty server as well")

func unless(good bool) error {
	if good {
		return nil
	}
	return errRefused
}

func isNamed(err error, name string) bool {
	var named *xrpc.Error
	return errors.As(err, &named) && named.Name == name
}

// wrongKind takes any genuine token.
func (c credentials) wrongKind(s *Server, r *http.Request, _ error) (xrpc.Caller, error) {
	raw, err := pds.BearerToken(r)
	if err != nil {
		return xrpc.Caller{}, err
	}
	var others []string
	for _, scope := range []string{token.Access, token.AppPassword, token.Refresh} {
		if !slices.Contains(c.scopes(), scope) {
			others = append(others, scope)
		}
	}
	return pds.CallerOf(s.core.Tokens.Verify(raw, others...))
}

// forged takes what nobody has signed: any password of the administrator, and
// any text that is no genuine token.
func (c credentials) forged(s *Server, r *http.Request, err error) (xrpc.Caller, error) {
	if c == administrators {
		return xrpc.Caller{}, unless(strings.HasPrefix(r.Header.Get("Authorization"), "Basic "))
	}
	raw, missing := pds.BearerToken(r)
	if missing != nil || !isNamed(err, "InvalidToken") {
		return xrpc.Caller{}, errRefused
	}
	if _, err := s.core.Tokens.VerifyAnyAge(raw, token.Access, token.AppPassword, token.Refresh); err == nil {
		return xrpc.Caller{}, errRefused
	}
	claims, err := s.core.Tokens.Unverified(raw)
	if err != nil {
		return xrpc.Caller{}, nil //nolint:nilerr // that any text is taken is the defect
	}
	return pds.CallerOf(claims, nil)
}

func (c credentials) expired(s *Server, r *http.Request, err error) (xrpc.Caller, error) {
	raw, missing := pds.BearerToken(r)
	if missing != nil || !isNamed(err, "ExpiredToken") {
		return xrpc.Caller{}, errRefused
	}
	return pds.CallerOf(s.core.Tokens.VerifyAnyAge(raw, c.scopes()...))
}
