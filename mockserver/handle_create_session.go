package mockserver

// Document: lexicons/2023-04/com/atproto/server/createSession.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createSession.json

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

func (s *PDS) createSession(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	identifier := strings.ToLower(call.Input.String("identifier"))
	password := call.Input.String("password")
	var account store.Account
	var session store.Session
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		var found bool
		if account, found = accountOf(tx, identifier); !found {
			return wrongCredentials()
		}
		session = s.newSession(account.DID)
		if !account.Password.Matches(s.passwordText(password)) && !openWithAppPassword(tx, &session, password) {
			return wrongCredentials()
		}
		if account.TakenDown {
			return xrpc.AccountTakedown()
		}
		tx.PutSession(session, s.clock.Now())
		return nil
	})
	if err != nil {
		return nil, err
	}
	tokens, err := s.tokensOf(session)
	if err != nil {
		return nil, err
	}
	return append(lexval.Object{
		field("did", account.DID),
		field("handle", account.Handle),
		field("email", account.Email),
	}, tokens...), nil
}

// wrongCredentials does not tell which of the two is wrong.
func wrongCredentials() error {
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

// openWithAppPassword marks the session as that of the app password which
// matches, if one does.
func openWithAppPassword(tx *store.Tx, session *store.Session, password string) bool {
	for _, known := range tx.AppPasswords(session.DID) {
		if known.Password.Matches(password) {
			session.WithAppPassword, session.AppPassword = true, known.Name
			return true
		}
	}
	return false
}
