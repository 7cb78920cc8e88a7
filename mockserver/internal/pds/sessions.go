package pds

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
)

// tokenIDSize is the number of random bytes in a refresh token's ID.
const tokenIDSize = 32

// NewSession returns a session of an account that is not stored yet.
func (s *Server) NewSession(did string) store.Session {
	session := store.Session{
		ID:        s.Entropy.Base64(tokenIDSize),
		DID:       did,
		ExpiresAt: s.Clock.Now().Add(token.RefreshLife),
	}
	s.nameBySecond(&session)
	return session
}

// nameBySecond gives a session the ID of every other one that the same password
// opens in this second, where the server takes that liberty: its tokens say
// when they were made, and nothing else by which they could be told apart.
func (s *Server) nameBySecond(session *store.Session) {
	if !s.config.Variants.SameSecondTokens {
		return
	}
	opened := fmt.Sprintf("%s\x00%t\x00%s\x00%d", session.DID, session.WithAppPassword, session.AppPassword, s.Clock.Now().Unix())
	sum := sha256.Sum256([]byte(opened))
	session.ID = base64.RawStdEncoding.EncodeToString(sum[:])
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
	access := s.Tokens.Access(session.DID, scope)
	if s.config.Variants.AccessEnds {
		s.loggedOut.Delete(session.ID)
		access = s.Tokens.AccessOf(session.DID, scope, session.ID)
	}
	return lexval.Object{
		Field("accessJwt", access),
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
