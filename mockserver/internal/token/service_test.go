package token_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/golang-jwt/jwt/v5"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
)

func serviceKeys(t *testing.T) map[string]atcrypto.PrivateKey {
	t.Helper()
	p256, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		t.Fatal(err)
	}
	k256, err := atcrypto.GeneratePrivateKeyK256()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]atcrypto.PrivateKey{"ES256": p256, "ES256K": k256}
}

func didKey(t *testing.T, key atcrypto.PrivateKey) string {
	t.Helper()
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public.DIDKey()
}

func TestServiceTokens(t *testing.T) {
	t.Parallel()
	keys := serviceKeys(t)
	claims := token.ServiceClaims{Issuer: "did:web:a.test", Audience: "did:web:b.test#x", Method: "com.example.get", IssuedAt: 100, ExpiresAt: 160, ID: "one"}
	for algorithm, key := range keys {
		raw, err := token.SignService(key, claims)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := token.ParseService(raw)
		if err != nil || parsed.ServiceClaims != claims {
			t.Fatalf("%s: it reads %+v, %v", algorithm, parsed, err)
		}
		if err := parsed.Verify(didKey(t, key)); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
		for other, wrong := range keys {
			if err := parsed.Verify(didKey(t, wrong)); other != algorithm && !errors.Is(err, token.ErrSignature) {
				t.Errorf("%s by the key of %s: %v", algorithm, other, err)
			}
		}
		if parsed.Expired(time.Unix(159, 0)) || !parsed.Expired(time.Unix(160, 0)) {
			t.Errorf("%s: it expires at another time than it says", algorithm)
		}
	}
}

// What a library of others reads is what was written.
func TestServiceTokenIsAJWT(t *testing.T) {
	t.Parallel()
	raw, err := token.SignService(serviceKeys(t)["ES256"], token.ServiceClaims{Issuer: "did:web:a.test", Audience: "did:web:b.test", ExpiresAt: 160, ID: "one"})
	if err != nil {
		t.Fatal(err)
	}
	read, _, err := jwt.NewParser().ParseUnverified(raw, jwt.MapClaims{})
	if err != nil || read.Header["typ"] != "JWT" || read.Header["alg"] != "ES256" {
		t.Fatalf("header is %v, %v", read, err)
	}
	if claims := read.Claims.(jwt.MapClaims); claims["iss"] != "did:web:a.test" || claims["lxm"] != nil || claims["jti"] != "one" {
		t.Errorf("claims are %v", claims)
	}
}

func TestParseServiceRefuses(t *testing.T) {
	t.Parallel()
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	of := func(head, claims string) string { return part(head) + "." + part(claims) + "." + part("x") }
	for raw, want := range map[string]error{
		"":           token.ErrNoJWT,
		"a.b.c":      token.ErrNoJWT,
		"a.b":        token.ErrNoJWT,
		"a.b.c.d":    token.ErrNoJWT,
		of(`1`, `1`): token.ErrNoJWT,
		of(`{"alg":"ES256"}`, `{"iss":"did:web:a.test"}`):                         token.ErrNoJWT,
		of(`{"alg":"ES256","typ":"at+jwt"}`, `{"iss":"did:web:a.test","exp":1}`):  token.ErrType,
		of(`{"alg":"HS256"}`, `{"scope":"com.atproto.access","sub":"x","exp":1}`): token.ErrType,
		of(`{"alg":"ES256"}`, `{"iss":"nobody","exp":1}`):                         token.ErrIssuer,
		of(`{"alg":"ES256"}`, `{"iss":"`+strings.Repeat("x", 5000)+`","exp":1}`):  token.ErrIssuer,
	} {
		if _, err := token.ParseService(raw); !errors.Is(err, want) {
			t.Errorf("%.60q: %v, want %v", raw, err, want)
		}
	}
}
