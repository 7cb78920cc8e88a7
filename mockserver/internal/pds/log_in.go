package pds

import (
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
)

// Session is a session with its tokens.
type Session struct {
	DID, Handle, Email    string
	AccessJwt, RefreshJwt string
}

// LogIn opens a session of the account that has a DID, handle or address, as its
// own password would; ErrUnknownAccount where none has. One that was taken down
// has no sessions, which is an error too.
func (s *Server) LogIn(identifier string) (Session, error) {
	account, found := s.Find(identifier)
	switch {
	case !found:
		return Session{}, fmt.Errorf("%w: %s", ErrUnknownAccount, identifier)
	case account.TakenDown:
		return Session{}, fmt.Errorf("account %s was taken down, and has no sessions", account.Handle)
	}
	session := s.NewSession(account.DID)
	s.Alter(func(tx *store.Tx) { tx.PutSession(session, s.Clock.Now()) })
	return Session{
		DID: account.DID, Handle: account.Handle, Email: account.Email,
		AccessJwt: s.Tokens.Access(account.DID, token.Access), RefreshJwt: s.Tokens.Refresh(account.DID, session.ID),
	}, nil
}
