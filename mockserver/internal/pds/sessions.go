package pds

import (
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
)

// tokenIDSize is the number of random bytes in a refresh token's ID.
const tokenIDSize = 32

// NewSession returns a session of an account that is not stored yet.
func (s *Server) NewSession(did string) store.Session {
	return store.Session{
		ID:        s.Entropy.Base64(tokenIDSize),
		DID:       did,
		ExpiresAt: s.Clock.Now().Add(token.RefreshLife),
	}
}

// TokensOf signs the tokens of a session, as members of an output. The kind of
// an app password is read anew each time.
func (s *Server) TokensOf(session store.Session) lexval.Object {
	if session.WithAppPassword {
		return s.tokensWith(session, appPasswordScope(s.Store.AppPasswords(session.DID), session.AppPassword))
	}
	return s.tokensWith(session, token.Access)
}

// appPasswordScope is the scope of the app password of that name.
func appPasswordScope(passwords []store.AppPassword, name string) string {
	for _, password := range passwords {
		if password.Name == name && password.Privileged {
			return token.PrivilegedAppPassword
		}
	}
	return token.AppPassword
}

func (s *Server) tokensWith(session store.Session, scope string) lexval.Object {
	return lexval.Object{
		Field("accessJwt", s.Tokens.Access(session.DID, scope)),
		Field("refreshJwt", s.Tokens.Refresh(session.DID, session.ID)),
	}
}

// NewPassword hashes a text with a salt of its own.
func (s *Server) NewPassword(text string) store.Password {
	var salt [store.SaltSize]byte
	s.Entropy.Fill(salt[:])
	return store.NewPassword(salt, text)
}

// PasswordText is what a password is taken for: itself, on a sound server.
func (s *Server) PasswordText(text string) string {
	if hooks := s.Hooks.Load(); hooks != nil && hooks.Password != nil {
		return hooks.Password(text)
	}
	return text
}
