package mockserver

import (
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
)

// tokenIDSize is the number of random bytes in a refresh token's ID.
const tokenIDSize = 32

// newSession returns a session of an account that is not stored yet.
func (s *PDS) newSession(did string) store.Session {
	return store.Session{
		ID:        s.entropy.Base64(tokenIDSize),
		DID:       did,
		ExpiresAt: s.clock.Now().Add(token.RefreshLife),
	}
}

// tokensOf signs the tokens of a session, as members of an output.
func (s *PDS) tokensOf(session store.Session) (lexval.Object, error) {
	scope := token.Access
	if session.WithAppPassword {
		scope = token.AppPassword
	}
	access, err := s.tokens.Access(session.DID, scope)
	if err != nil {
		return nil, err
	}
	refresh, err := s.tokens.Refresh(session.DID, session.ID)
	if err != nil {
		return nil, err
	}
	return lexval.Object{field("accessJwt", access), field("refreshJwt", refresh)}, nil
}

// newPassword hashes a text with a salt of its own.
func (s *PDS) newPassword(text string) store.Password {
	var salt [store.SaltSize]byte
	s.entropy.Fill(salt[:])
	return store.NewPassword(salt, text)
}

// passwordText is what a password is taken for: itself, on a sound server.
func (s *PDS) passwordText(text string) string {
	if hooks := s.hooks.Load(); hooks != nil && hooks.Password != nil {
		return hooks.Password(text)
	}
	return text
}
