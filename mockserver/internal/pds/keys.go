package pds

import (
	"fmt"
	"sync"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
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
	SigningKey []byte // of the DID documents
	Tokens     *token.Issuer
	Signing    func() (string, error) // told in DID documents; hardly any test asks for one
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
	made.Tokens = token.NewIssuer(made.Secret, s.Clock.Now)
	made.Tokens.Opaque = s.config.Variants.OpaqueTokens
	made.Signing = sync.OnceValues(func() (string, error) { return multibase(made.SigningKey) })
	return made
}

// multibase is the public key that belongs to a private one.
func multibase(private []byte) (string, error) {
	key, err := atcrypto.ParsePrivateBytesP256(private)
	if err != nil {
		return "", fmt.Errorf("signing key: %w", err)
	}
	public, err := key.PublicKey()
	if err != nil {
		return "", fmt.Errorf("signing key: %w", err)
	}
	return public.Multibase(), nil
}
