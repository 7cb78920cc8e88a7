package token

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// ServiceClaims is what a service token says: one server, in the name of an
// account, calls one method of another.
// Source: https://atproto.com/specs/xrpc#inter-service-authentication-jwt
type ServiceClaims struct {
	Issuer    string `json:"iss"` // the account's DID, which may have a fragment
	Audience  string `json:"aud"`
	Method    string `json:"lxm"` // empty: any
	IssuedAt  int64  `json:"iat"` // seconds since 1970, like the other time
	ExpiresAt int64  `json:"exp"`
	ID        string `json:"jti"`
}

// What is wrong with a service token.
var (
	ErrNoJWT     = errors.New("it is not a JWT, or says not when it expires")
	ErrType      = errors.New("it is a token of a session")
	ErrIssuer    = errors.New("its issuer is malformed")
	ErrSignature = errors.New("its signature is not the issuer's")
)

// SignService signs with the account's key; the algorithm is the key's.
func SignService(key atcrypto.PrivateKey, claims ServiceClaims) (string, error) {
	algorithm := "ES256"
	if _, isK256 := key.(*atcrypto.PrivateKeyK256); isK256 {
		algorithm = "ES256K"
	}
	payload := lexval.Object{
		{Name: "iat", Value: claims.IssuedAt}, {Name: "iss", Value: claims.Issuer}, {Name: "aud", Value: claims.Audience},
		{Name: "exp", Value: claims.ExpiresAt},
	}
	if claims.Method != "" {
		payload = append(payload, lexval.Member{Name: "lxm", Value: claims.Method})
	}
	text, err := lexval.Append(make([]byte, 0, 256), append(payload, lexval.Member{Name: "jti", Value: claims.ID}))
	if err != nil {
		return "", fmt.Errorf("sign service token: %w", err)
	}
	content := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"`+algorithm+`"}`)) + "." + base64.RawURLEncoding.EncodeToString(text)
	signature, err := key.HashAndSign([]byte(content))
	if err != nil {
		return "", fmt.Errorf("sign service token: %w", err)
	}
	return content + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// ServiceToken is a service token whose signature has not been checked.
type ServiceToken struct {
	ServiceClaims
	algorithm string
	content   string
	signature []byte
}

// sessionTypes are the typ headers of session tokens, by which one that is
// sent in place of a service token is told.
var sessionTypes = map[string]bool{"at+jwt": true, "refresh+jwt": true, "dpop+jwt": true}

// ParseService reads a service token: ErrNoJWT, ErrType or ErrIssuer say what
// is wrong with its form.
func ParseService(raw string) (ServiceToken, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return ServiceToken{}, ErrNoJWT
	}
	var head struct {
		Type      string `json:"typ"`
		Algorithm string `json:"alg"`
	}
	parsed := ServiceToken{content: parts[0] + "." + parts[1]}
	var scope struct {
		Scope string `json:"scope"`
	}
	for part, into := range map[string][]any{parts[0]: {&head}, parts[1]: {&parsed.ServiceClaims, &scope}} {
		text, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil {
			return ServiceToken{}, ErrNoJWT
		}
		for _, target := range into {
			if json.Unmarshal(text, target) != nil {
				return ServiceToken{}, ErrNoJWT
			}
		}
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	parsed.signature, parsed.algorithm = signature, head.Algorithm
	switch did, _, _ := strings.Cut(parsed.Issuer, "#"); {
	case err != nil:
		return ServiceToken{}, ErrNoJWT
	case sessionTypes[strings.ToLower(head.Type)] || scope.Scope != "":
		return ServiceToken{}, ErrType
	case parsed.ExpiresAt == 0:
		return ServiceToken{}, ErrNoJWT
	case !lexval.IsDID(did):
		return ServiceToken{}, ErrIssuer
	}
	return parsed, nil
}

// Expired reports whether the token is too old.
func (t ServiceToken) Expired(now time.Time) bool { return now.Unix() >= t.ExpiresAt }

// Verify checks the signature against a did:key; ErrSignature where it is not
// of that key or by another algorithm than the key's.
func (t ServiceToken) Verify(didKey string) error {
	key, err := atcrypto.ParsePublicDIDKey(didKey)
	if err != nil {
		return ErrSignature
	}
	want := "ES256"
	if _, isK256 := key.(*atcrypto.PublicKeyK256); isK256 {
		want = "ES256K"
	}
	if t.algorithm != want || key.HashAndVerify([]byte(t.content), t.signature) != nil {
		return ErrSignature
	}
	return nil
}
