package pds

import (
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/token"
)

// SavedKeys are the private keys of a server that goes on where an earlier one
// was.
type SavedKeys struct {
	Token   []byte // that tokens are signed with
	Signing []byte // of the DID documents
}

// keys are what a server signs with.
type keys struct {
	Secret     []byte // of tokens
	SigningKey []byte // from which those of the accounts are derived
	Tokens     *token.Issuer

	rotation func() (string, error) // the did:key by which the server may change identities, made once
}

// makeKeys draws the token secret and the key of the DID documents, unless
// they were saved. Both are drawn in any case, so that what is given doesn't
// shift what comes after.
func (s *Server) makeKeys(saved *SavedKeys) keys {
	made := keys{Secret: s.Entropy.Bytes(32), SigningKey: s.Entropy.Bytes(32)}
	made.SigningKey[0] &= 0x7f // below the order of the curve
	if saved != nil {
		made.Secret, made.SigningKey = saved.Token, saved.Signing
	}
	if s.config.JWTSecret != "" {
		made.Secret = []byte(s.config.JWTSecret)
	}
	made.rotation = sync.OnceValues(func() (string, error) { return didKey(made.derivedKey("rotation", "")) })
	made.Tokens = token.NewIssuer(made.Secret, s.Clock.Now)
	if s.values.TypedTokens {
		made.Tokens.Audience = s.did()
	}
	made.Tokens.Opaque = s.config.Variants.OpaqueTokens
	return made
}
