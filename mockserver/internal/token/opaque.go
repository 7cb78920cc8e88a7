package token

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
)

// opaqueMark begins tokens that are not for clients to read.
const opaqueMark = "opaque~"

// wrap hides a signed token behind about a kilobyte that follows from it.
func wrap(signed string) string {
	turned := []byte(signed)
	slices.Reverse(turned)
	var filler strings.Builder
	sum := sha512.Sum512(turned)
	for range 8 {
		filler.WriteString(hex.EncodeToString(sum[:]))
		sum = sha512.Sum512(sum[:])
	}
	return opaqueMark + filler.String() + "~" + base64.RawURLEncoding.EncodeToString(turned)
}

// plain returns the signed token of one that was made by wrap, or the text
// itself where the issuer's are not wrapped. What was altered is no token.
func (i *Issuer) plain(raw string) string {
	if !i.Opaque {
		return raw
	}
	turned, err := base64.RawURLEncoding.DecodeString(raw[strings.LastIndexByte(raw, '~')+1:])
	slices.Reverse(turned)
	if signed := string(turned); err == nil && wrap(signed) == raw {
		return signed
	}
	return ""
}
