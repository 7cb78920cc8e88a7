package mockserver

import (
	"fmt"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
)

// keys are what a server signs with.
type keys struct {
	secret     []byte // of tokens
	signingKey []byte // of the DID documents
	tokens     *token.Issuer
	signing    *atcrypto.PublicKeyP256 // told in DID documents
}

// makeKeys draws the token secret and the key of the DID documents, unless
// they were saved. Both are drawn in any case, so that what is given doesn't
// shift what comes after.
func (s *Server) makeKeys(saved *savedState) (keys, error) {
	made := keys{secret: s.entropy.Bytes(32), signingKey: s.entropy.Bytes(32)}
	made.signingKey[0] &= 0x7f // below the order of the curve
	if saved != nil {
		made.secret, made.signingKey = saved.Secret, saved.SigningKey
	}
	if s.options.JWTSecret != "" {
		made.secret = []byte(s.options.JWTSecret)
	}
	made.tokens = token.NewIssuer(made.secret, s.clock.Now)
	made.tokens.Opaque = s.options.odd[oddTokens]
	private, err := atcrypto.ParsePrivateBytesP256(made.signingKey)
	if err != nil {
		return keys{}, fmt.Errorf("make signing key: %w", err)
	}
	public, err := private.PublicKey()
	if err != nil {
		return keys{}, fmt.Errorf("make signing key: %w", err)
	}
	made.signing = public.(*atcrypto.PublicKeyP256)
	return made, nil
}
