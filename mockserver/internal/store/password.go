package store

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
)

// SaltSize is the number of random bytes that a password is salted with.
const SaltSize = 16

// Password is a salted hash. A mock holds no real secrets and is measured for
// its speed, so the hash is a cheap one.
type Password struct {
	salt [SaltSize]byte
	sum  [sha256.Size]byte
}

// NewPassword hashes a text, byte for byte.
func NewPassword(salt [SaltSize]byte, text string) Password {
	return Password{salt, digest(salt, text)}
}

// Matches reports in constant time whether the password was made of the text.
func (p Password) Matches(text string) bool {
	sum := digest(p.salt, text)
	return subtle.ConstantTimeCompare(p.sum[:], sum[:]) == 1
}

// MarshalText returns salt and sum in base64.
func (p Password) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, append(p.salt[:], p.sum[:]...)), nil
}

// UnmarshalText reads what MarshalText wrote, and nothing else.
func (p *Password) UnmarshalText(text []byte) error {
	both, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil || len(both) != len(p.salt)+len(p.sum) {
		return errors.New("a password's hash is malformed")
	}
	copy(p.sum[:], both[copy(p.salt[:], both):])
	return nil
}

func digest(salt [SaltSize]byte, text string) [sha256.Size]byte {
	salted := make([]byte, 0, SaltSize+len(text))
	return sha256.Sum256(append(append(salted, salt[:]...), text...))
}
