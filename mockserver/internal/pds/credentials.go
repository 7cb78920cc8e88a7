package pds

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Admit returns whom the credentials of a request stand for, by a rule. Missing
// or unusable credentials are 401, a bearer token that is there and not valid
// 400.
func (s *Server) Admit(r *http.Request, rule Rule) (xrpc.Caller, error) {
	switch rule.Takes {
	case NoCredentials:
		return xrpc.Caller{}, nil
	case AdminPassword:
		return s.admin(r)
	}
	caller, err := s.session(r, rule)
	if s.config.Variants.AccessEnds && err == nil && caller.Scope != token.Refresh {
		if _, ended := s.loggedOut.Load(caller.TokenID); ended {
			return xrpc.Caller{}, xrpc.InvalidToken("Token has been revoked")
		}
	}
	if err != nil || !rule.looksAtAccount() || caller.DID == "" {
		return caller, err
	}
	account, found := s.Store.Account(caller.DID)
	return caller, rule.refuses(caller.DID, account, found)
}

// session returns whom a bearer token stands for.
func (s *Server) session(r *http.Request, rule Rule) (xrpc.Caller, error) {
	raw, given := BearerToken(r)
	switch {
	case !given && rule.Takes&NoCredentials != 0 && r.Header.Get("Authorization") == "":
		return xrpc.Caller{}, nil
	case !given && s.values.RefusesSchemes && rule.Takes&RefreshToken == 0 && r.Header.Get("Authorization") != "":
		return xrpc.Caller{}, xrpc.InvalidToken("Unexpected authorization type")
	case !given:
		return xrpc.Caller{}, s.missingCredentials()
	case rule.AnyAge || rule.AgeOpen && s.config.Variants.OldTokens:
		return CallerOf(s.Tokens.VerifyAnyAge(raw, rule.Takes.Scopes()...))
	}
	return CallerOf(s.Tokens.Verify(raw, rule.Takes.Scopes()...))
}

// missingCredentials is the error of a request without a bearer token.
func (s *Server) missingCredentials() error {
	return &xrpc.Error{Status: http.StatusUnauthorized, Name: s.values.MissingCredentials, Message: "Authentication Required"}
}

// refuses returns the error by which the rule of the called method refuses an
// account that is as the store tells, nil where it is served. Handlers ask it
// again in their transaction.
func (s *Server) refuses(call *xrpc.Call, account store.Account, found bool) error {
	return s.rules[call.NSID].refuses(call.Caller.DID, account, found)
}

// BearerToken returns what follows the scheme. The scheme's letter case does
// not matter, one space does: a second one belongs to the token.
// Source: https://www.rfc-editor.org/rfc/rfc9110#section-11.1
func BearerToken(r *http.Request) (raw string, given bool) {
	const scheme = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) <= len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", false
	}
	return header[len(scheme):], true
}

// CallerOf is whom verified claims stand for, or the refusal of claims that could
// not be verified.
func CallerOf(claims *token.Claims, err error) (xrpc.Caller, error) {
	switch {
	case err == nil:
		return xrpc.Caller{DID: claims.Subject, TokenID: claims.ID, Scope: claims.Scope}, nil
	case errors.Is(err, token.ErrExpired):
		return xrpc.Caller{}, xrpc.ExpiredToken("Token has expired")
	case errors.Is(err, token.ErrMalformed):
		return xrpc.Caller{}, xrpc.InvalidToken("Malformed token")
	}
	return xrpc.Caller{}, xrpc.InvalidToken("Token could not be verified")
}

// admin takes the Basic credentials of the administrator.
func (s *Server) admin(r *http.Request) (xrpc.Caller, error) {
	scheme, encoded, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	isBasic := strings.EqualFold(scheme, "Basic")
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	user, password, _ := strings.Cut(string(decoded), ":")
	if !isBasic || err != nil || user != "admin" || !s.isAdminPassword(password) {
		return xrpc.Caller{}, xrpc.AuthenticationRequired("Authentication Required")
	}
	return xrpc.Caller{}, nil
}

// isAdminPassword ignores what follows a second colon, unless the password
// itself has one.
func (s *Server) isAdminPassword(given string) bool {
	beforeColon, _, _ := strings.Cut(given, ":")
	want := []byte(s.config.AdminPassword)
	return subtle.ConstantTimeCompare([]byte(given), want)|subtle.ConstantTimeCompare([]byte(beforeColon), want) == 1
}
