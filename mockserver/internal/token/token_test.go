package token

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	now := time.Date(2023, 4, 18, 12, 0, 0, 123_000_000, time.UTC)
	issuer := NewIssuer([]byte("secret"), func() time.Time { return now })
	access := issuer.Access("did:web:a", AppPassword)
	refresh := issuer.Refresh("did:web:a", "id")
	nobody := issuer.Access("a", Access)
	nameless := issuer.Refresh("did:web:a", "")

	if claims, err := issuer.Verify(access, Access, AppPassword); err != nil || claims.Subject != "did:web:a" || claims.Scope != AppPassword || claims.ID != "" {
		t.Errorf("%+v, %v", claims, err)
	}
	if claims, err := issuer.Verify(refresh, Refresh); err != nil || claims.ID != "id" {
		t.Errorf("%+v, %v", claims, err)
	}
	for name, row := range map[string]struct {
		token, scope string
		want         error
	}{
		"wrong scope":   {access, Access, ErrUnverified},
		"other kind":    {access, Refresh, ErrUnverified},
		"no did":        {nobody, Access, ErrMalformed},
		"no id":         {nameless, Refresh, ErrUnverified},
		"empty":         {"", Access, ErrUnverified},
		"long":          {strings.Repeat("a.", 10_000), Access, ErrUnverified},
		"other payload": {access[:30] + "x" + access[31:], AppPassword, ErrUnverified},
	} {
		if _, err := issuer.Verify(row.token, row.scope); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
	}
	library, err := jwt.NewWithClaims(jwt.SigningMethodHS256, &Claims{Scope: Refresh, Subject: "did:web:a", ID: "id",
		IssuedAt: new(float64(now.Unix())), ExpiresAt: new(float64(now.Add(RefreshLife).Unix()))}).SignedString([]byte("secret"))
	if err != nil || library != refresh {
		t.Errorf("the token is %s, the library's %s (%v)", refresh, library, err)
	}
	now = now.Add(AccessLife)
	if _, err := issuer.Verify(access, AppPassword); !errors.Is(err, ErrExpired) {
		t.Errorf("expired: %v", err)
	}
	if _, err := issuer.VerifyAnyAge(access, AppPassword); err != nil {
		t.Errorf("any age: %v", err)
	}
	if _, err := issuer.VerifyAnyAge(access, Refresh); !errors.Is(err, ErrUnverified) {
		t.Errorf("any age, other kind: %v", err)
	}
}
