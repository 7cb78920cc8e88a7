package mockserver

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
	secret     []byte // of tokens
	signingKey []byte // of the DID documents
	tokens     *token.Issuer
	signing    func() (string, error) // told in DID documents; hardly any test asks for one
}

// makeKeys draws the token secret and the key of the DID documents, unless
// they were saved. Both are drawn in any case, so that what is given doesn't
// shift what comes after.
func (s *PDS) makeKeys(saved *SavedKeys) keys {
	made := keys{secret: s.entropy.Bytes(32), signingKey: s.entropy.Bytes(32)}
	made.signingKey[0] &= 0x7f // below the order of the curve
	if saved != nil {
		made.secret, made.signingKey = saved.Token, saved.Signing
	}
	if s.config.JWTSecret != "" {
		made.secret = []byte(s.config.JWTSecret)
	}
	made.tokens = token.NewIssuer(made.secret, s.clock.Now)
	made.tokens.Opaque = s.config.Variants.OpaqueTokens
	made.signing = sync.OnceValues(func() (string, error) { return multibase(made.signingKey) })
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
