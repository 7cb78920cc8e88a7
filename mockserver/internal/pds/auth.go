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

// The verifiers below are what endpoints name as Authorize. Missing or
// unusable credentials are 401, a bearer token that is there and no good 400.

// anyAccess takes the access token of any session and asks nothing about its
// account.
func (s *Server) anyAccess(r *http.Request) (xrpc.Caller, error) {
	return s.bearer(r, token.Access, token.AppPassword)
}

// accessOfAccount takes the access token of any session whose account exists
// and was not taken down.
func (s *Server) accessOfAccount(r *http.Request) (xrpc.Caller, error) {
	return s.WithAccount(s.anyAccess(r))
}

// fullAccess is accessOfAccount without app-password sessions.
func (s *Server) fullAccess(r *http.Request) (xrpc.Caller, error) {
	return s.WithAccount(s.bearer(r, token.Access))
}

func (s *Server) WithAccount(caller xrpc.Caller, err error) (xrpc.Caller, error) {
	if err != nil {
		return caller, err
	}
	account, found := s.Store.Account(caller.DID)
	if !found {
		return caller, unknownAccount(caller.DID)
	}
	return caller, refuseTakenDown(account)
}

// accessUnlessGone takes the access token of any session, and tells a deleted
// account the same as one that was taken down.
func (s *Server) accessUnlessGone(r *http.Request) (xrpc.Caller, error) {
	caller, err := s.anyAccess(r)
	if err != nil {
		return caller, err
	}
	if account, found := s.Store.Account(caller.DID); !found || account.TakenDown {
		return caller, xrpc.AccountTakedown()
	}
	return caller, nil
}

// Refresh takes a refresh token that is in date.
func (s *Server) Refresh(r *http.Request) (xrpc.Caller, error) {
	return s.bearer(r, token.Refresh)
}

// refreshOfAnyAge takes a refresh token, expired ones too.
func (s *Server) refreshOfAnyAge(r *http.Request) (xrpc.Caller, error) {
	raw, err := BearerToken(r)
	if err != nil {
		return xrpc.Caller{}, err
	}
	return CallerOf(s.Tokens.VerifyAnyAge(raw, token.Refresh))
}

func (s *Server) bearer(r *http.Request, scopes ...string) (xrpc.Caller, error) {
	raw, err := BearerToken(r)
	if err != nil {
		return xrpc.Caller{}, err
	}
	return CallerOf(s.Tokens.Verify(raw, scopes...))
}

// BearerToken returns what follows the scheme. The scheme's letter case does
// not matter, one space does: a second one belongs to the token.
// Source: https://www.rfc-editor.org/rfc/rfc9110#section-11.1
func BearerToken(r *http.Request) (string, error) {
	const scheme = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) <= len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", xrpc.AuthenticationRequired("Authentication Required")
	}
	return header[len(scheme):], nil
}

func CallerOf(claims *token.Claims, err error) (xrpc.Caller, error) {
	switch {
	case err == nil:
		return xrpc.Caller{DID: claims.Subject, TokenID: claims.ID, AppPassword: claims.Scope == token.AppPassword}, nil
	case errors.Is(err, token.ErrExpired):
		return xrpc.Caller{}, xrpc.ExpiredToken("Token has expired")
	case errors.Is(err, token.ErrMalformed):
		return xrpc.Caller{}, xrpc.InvalidToken("Malformed token")
	}
	return xrpc.Caller{}, xrpc.InvalidToken("Token could not be verified")
}

// admin takes the Basic credentials of the administrator.
func (s *Server) admin(r *http.Request) (xrpc.Caller, error) {
	encoded, isBasic := strings.CutPrefix(r.Header.Get("Authorization"), "Basic ")
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

func unknownAccount(did string) error {
	return xrpc.InvalidRequest("Could not find user info for account: " + did)
}

func refuseTakenDown(account store.Account) error {
	if account.TakenDown {
		return xrpc.AccountTakedown()
	}
	return nil
}
