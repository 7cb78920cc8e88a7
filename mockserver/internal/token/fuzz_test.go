package token

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// scopes are all that there are.
func scopes() []string { return []string{Access, AppPassword, Refresh} }

// history is an issuer with the tokens that it has issued so far.
type history struct {
	*Issuer
	fresh, expired map[string]bool
}

func historyAt(now time.Time, opaque bool) history {
	clock := now.Add(-RefreshLife)
	issuer := NewIssuer([]byte("the secret of this server"), func() time.Time { return clock })
	issuer.Opaque = opaque
	issue := func() map[string]bool {
		access := issuer.Access("did:web:alice.test", Access)
		appPassword := issuer.Access("did:web:alice.test", AppPassword)
		refresh := issuer.Refresh("did:web:alice.test", "session")
		return map[string]bool{access: true, appPassword: true, refresh: true}
	}
	expired := issue()
	clock = now
	return history{issuer, issue(), expired}
}

// forgeries are tokens that look right and were not issued.
func forgeries(now time.Time) []string {
	claims := func() *Claims {
		return &Claims{Scope: Access, Subject: "did:web:alice.test", IssuedAt: new(float64(now.Unix())), ExpiresAt: new(float64(now.Add(AccessLife).Unix()))}
	}
	sign := func(method jwt.SigningMethod, claims *Claims, key any) string {
		signed, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			panic(err)
		}
		return signed
	}
	secret := []byte("the secret of this server")
	eternal := claims()
	eternal.ExpiresAt = nil
	return []string{
		sign(jwt.SigningMethodNone, claims(), jwt.UnsafeAllowNoneSignatureType),
		sign(jwt.SigningMethodHS512, claims(), secret),
		sign(jwt.SigningMethodHS256, claims(), []byte("the secret of another server")),
		sign(jwt.SigningMethodHS256, claims(), []byte{}),
		sign(jwt.SigningMethodHS256, eternal, secret),
	}
}

// FuzzVerify gives texts to an issuer: whatever it has not issued it refuses,
// with one of its errors and without repeating it.
func FuzzVerify(f *testing.F) {
	now := time.Date(2023, 4, 18, 12, 0, 0, 0, time.UTC)
	issuers := map[bool]history{false: historyAt(now, false), true: historyAt(now, true)}
	for opaque, issuer := range issuers {
		for _, tokens := range []map[string]bool{issuer.fresh, issuer.expired} {
			for text := range tokens {
				parts := strings.Split(text, ".")
				f.Add(text, opaque)
				f.Add(text, !opaque)
				f.Add(text+"=", opaque)
				f.Add(" "+text, opaque)
				f.Add(text[:len(text)-1], opaque)
				f.Add(strings.Join(parts[:len(parts)-1], ".")+".", opaque)
			}
		}
	}
	for _, text := range append(forgeries(now), "", ".", "..", "...", "e30.e30.", "bnVsbA.bnVsbA.bnVsbA", opaqueMark, opaqueMark+"~", "\x00.\xff.é") {
		f.Add(text, false)
		f.Add(wrap(text), true)
	}
	f.Fuzz(func(t *testing.T, text string, opaque bool) {
		issuer := issuers[opaque]
		fresh, expired := issuer.fresh[text], issuer.expired[text]
		claims, err := issuer.Verify(text, scopes()...)
		if (err == nil) != fresh {
			t.Errorf("%q: error is %v, and it was issued: %v", text, err, fresh)
		}
		if errors.Is(err, ErrExpired) != expired {
			t.Errorf("%q: error is %v, and it has expired: %v", text, err, expired)
		}
		if err == nil && claims.Subject != "did:web:alice.test" {
			t.Errorf("%q is about %q", text, claims.Subject)
		}
		if err != nil && !errors.Is(err, ErrUnverified) && !errors.Is(err, ErrExpired) && !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: unknown error %v", text, err)
		}
		if _, err := issuer.VerifyAnyAge(text, scopes()...); (err == nil) != (fresh || expired) {
			t.Errorf("%q of any age: error is %v", text, err)
		}
		if _, err := issuer.Verify(text); err == nil {
			t.Errorf("%q passes where no scope would do", text)
		}
		_, _ = issuer.Unverified(text) // claims of anyone: it may not panic
	})
}
