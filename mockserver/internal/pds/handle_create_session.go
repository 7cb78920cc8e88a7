package pds

// Document: lexicons/2023-04/com/atproto/server/createSession.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createSession.json

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

func (s *Server) createSession(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	identifier := strings.ToLower(call.Input.String("identifier"))
	password := call.Input.String("password")
	var account store.Account
	var session store.Session
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		var found bool
		if account, found = accountOf(tx, identifier); !found {
			return WrongCredentials()
		}
		session = s.NewSession(account.DID)
		if !account.Password.Matches(s.PasswordText(password)) && !OpenWithAppPassword(tx, &session, password) {
			return WrongCredentials()
		}
		if account.TakenDown {
			return xrpc.AccountTakedown()
		}
		tx.PutSession(session, s.Clock.Now())
		return nil
	})
	if err != nil {
		return nil, err
	}
	tokens, err := s.TokensOf(session)
	if err != nil {
		return nil, err
	}
	return append(lexval.Object{
		Field("did", account.DID),
		Field("handle", account.Handle),
		Field("email", account.Email),
	}, tokens...), nil
}

// WrongCredentials does not tell which of the two is wrong.
func WrongCredentials() error {
	return xrpc.AuthenticationRequired("Invalid identifier or password")
}

// accountOf finds an account by an address, which has an @, by a DID or by a
// handle.
func accountOf(tx *store.Tx, identifier string) (store.Account, bool) {
	switch {
	case strings.Contains(identifier, "@"):
		return tx.AccountByEmail(identifier)
	case strings.HasPrefix(identifier, "did:"):
		return tx.Account(identifier)
	}
	return tx.AccountByHandle(identifier)
}

// OpenWithAppPassword marks the session as that of the app password which
// matches, if one does.
func OpenWithAppPassword(tx *store.Tx, session *store.Session, password string) bool {
	for _, known := range tx.AppPasswords(session.DID) {
		if known.Password.Matches(password) {
			session.WithAppPassword, session.AppPassword = true, known.Name
			return true
		}
	}
	return false
}
