package faults

import (
	"errors"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// authDefects are credentials that a method ought to refuse.
func authDefects(method *lexicons.Method, rule pds.Rule) []defect {
	if rule.Takes == 0 || rule.Takes&pds.NoCredentials != 0 {
		return nil
	}
	add := func(name, description string, look secondLook) defect {
		made := about(method, "auth", name, description, nil)
		made.apply = func(s *server, p *plan) {
			f := p.on(method.NSID)
			f.Authorize = append(f.Authorize, lettingIn(s, look))
		}
		return made
	}
	all := []defect{
		add("not-needed", "needs no credentials", func(_ *server, r *http.Request, _ error) (xrpc.Caller, error) {
			_, given := pds.BearerToken(r)
			return xrpc.Caller{}, unless(r.Header.Get("Authorization") == "" || rule.Takes != pds.AdminPassword && !given)
		}),
		add("wrong-kind", "takes tokens of the wrong kind", wrongKind(rule)),
		add("forged", "takes forged credentials", forged(rule)),
	}
	all = append(all, about(method, "auth", "server-error", "answers credentials that are no good with status 500",
		func(f *xrpc.Faults) {
			f.Authorize = append(f.Authorize, func(_ *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
				if err != nil {
					err = crash()
				}
				return caller, err
			})
		}))
	if !rule.AnyAge && !rule.AgeOpen && rule.Takes != pds.AdminPassword {
		all = append(all, add("expired", "takes expired tokens", expired(rule)))
	}
	return all
}

// lettingIn looks again at whom a right server refuses, and lets in whom look
// finds no error with.
func lettingIn(s *server, look secondLook) func(*http.Request, xrpc.Caller, error) (xrpc.Caller, error) {
	return func(r *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
		if err == nil {
			return caller, nil
		}
		if caller, failed := look(s, r, err); failed == nil {
			caller.Lapsed = true
			return caller, nil
		}
		return caller, err
	}
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

// secondLook is who is let in though the rule of the method refuses them.
type secondLook = func(*server, *http.Request, error) (xrpc.Caller, error)

// wrongKind takes any genuine token of a session.
func wrongKind(rule pds.Rule) secondLook {
	others := (pds.AnyAccessToken | pds.TakendownToken | pds.RefreshToken) &^ rule.Takes
	return func(s *server, r *http.Request, _ error) (xrpc.Caller, error) {
		raw, given := pds.BearerToken(r)
		if !given {
			return xrpc.Caller{}, errRefused
		}
		return pds.CallerOf(s.core.Tokens.Verify(raw, others.Scopes()...))
	}
}

// forged takes what nobody has signed: any password of the administrator, and
// any text that is no genuine token.
func forged(rule pds.Rule) secondLook {
	if rule.Takes == pds.AdminPassword {
		return func(_ *server, r *http.Request, _ error) (xrpc.Caller, error) {
			return xrpc.Caller{}, unless(strings.HasPrefix(r.Header.Get("Authorization"), "Basic "))
		}
	}
	return func(s *server, r *http.Request, err error) (xrpc.Caller, error) {
		raw, given := pds.BearerToken(r)
		if !given || !isNamed(err, "InvalidToken") || s.genuine(raw) {
			return xrpc.Caller{}, errRefused
		}
		claims, err := s.core.Tokens.Unverified(raw)
		if err != nil {
			return xrpc.Caller{}, nil //nolint:nilerr // that any text is taken is the defect
		}
		return pds.CallerOf(claims, nil)
	}
}

// genuine reports whether a token was issued by the server, for whatever.
func (s *server) genuine(raw string) bool {
	_, err := s.core.Tokens.VerifyAnyAge(raw, (pds.AnyAccessToken | pds.TakendownToken | pds.RefreshToken).Scopes()...)
	return err == nil
}

func expired(rule pds.Rule) secondLook {
	return func(s *server, r *http.Request, err error) (xrpc.Caller, error) {
		raw, given := pds.BearerToken(r)
		if !given || !isNamed(err, "ExpiredToken") {
			return xrpc.Caller{}, errRefused
		}
		return pds.CallerOf(s.core.Tokens.VerifyAnyAge(raw, rule.Takes.Scopes()...))
	}
}
