package token

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestVerifiedTokensExpire verifies one before and after its time is over, and
// one that differs from it in its last character.
func TestVerifiedTokensExpire(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	issuer := NewIssuer([]byte("secret"), func() time.Time { return now })
	raw := issuer.Access("did:plc:alice", Access)
	for range 2 {
		if claims, err := issuer.Verify(raw, Access); err != nil || claims.Subject != "did:plc:alice" {
			t.Fatalf("claims are %+v, %v", claims, err)
		}
	}
	if _, err := issuer.Verify(raw, Refresh); !errors.Is(err, ErrUnverified) {
		t.Errorf("as a refresh token: %v", err)
	}
	last := map[bool]string{true: "A", false: "E"}[raw[len(raw)-1:] != "A"]
	if _, err := issuer.Verify(raw[:len(raw)-1]+last, Access); !errors.Is(err, ErrUnverified) {
		t.Errorf("altered: %v", err)
	}
	now = now.Add(AccessLife)
	if _, err := issuer.Verify(raw, Access); !errors.Is(err, ErrExpired) {
		t.Errorf("when its time is over: %v", err)
	}
}

// TestVerifiedTokensAreBounded verifies more than are remembered.
func TestVerifiedTokensAreBounded(t *testing.T) {
	t.Parallel()
	issuer := NewIssuer([]byte("secret"), func() time.Time { return time.Unix(1_700_000_000, 0) })
	for i := range maxVerified + 10 {
		raw := issuer.Access(fmt.Sprintf("did:plc:%d", i), Access)
		if _, err := issuer.Verify(raw, Access); err != nil {
			t.Fatal(err)
		}
	}
	if known := len(issuer.verified.known); known != 10 {
		t.Errorf("%d tokens are remembered, want 10", known)
	}
}
