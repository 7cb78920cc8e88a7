package derive

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

func part(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// signed is a JWT with those claims and some signature.
func signed(claims string) string {
	return part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(claims) + "." + part("a signature of thirty-two bytes..")
}

const claims = `{"scope":"com.atproto.access","sub":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","iat":1681850467,"exp":1681857667,"aud":["x"]}`

// opaqueTokens are no JWTs, though some look like one.
var opaqueTokens = []string{
	"", "x", "opaque-token", "a.b", "a.b.c", "a.b.c.d", "..", strings.Repeat("Az09-_", 30),
	part(`{"alg":"none"}`) + "." + part("no JSON") + ".x", part(`{}`) + "." + part(`["a","list"]`) + ".x", part(`{}`) + ".a=b.x",
}

func TestAlter(t *testing.T) {
	t.Parallel()
	unsigned := strings.TrimSuffix(signed(claims), part("a signature of thirty-two bytes.."))
	for _, token := range append([]string{signed(claims), unsigned, "AAAAAAAA", "BBBBBBBB", "a.A"}, opaqueTokens...) {
		altered := alter(token)
		if altered == token || alterTail(token) == token {
			t.Errorf("%q is left as it was", token)
		}
		head := strings.LastIndex(token, ".") + 1
		if altered[:head] != token[:head] {
			t.Errorf("%q: all but the last part is altered as well: %q", token, altered)
		}
		if strings.HasSuffix(token, ".") || token == "" {
			continue // there was nothing to change
		}
		differing := 0
		for i := range token {
			if altered[i] != token[i] {
				differing++
			}
		}
		if len(altered) != len(token) || differing != 1 {
			t.Errorf("%q: %d characters are altered: %q", token, differing, altered)
		}
	}
}

// TestAlteredSignature decodes what was altered: another last character alone
// can stand for the same bytes.
func TestAlteredSignature(t *testing.T) {
	t.Parallel()
	for length := 16; length < 80; length++ {
		for _, octet := range []string{"\x00", "\xff", "a"} {
			signature := strings.Repeat(octet, length)
			token := "h.c." + part(signature)
			for _, change := range []func(string) string{alter, alterTail} {
				altered, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(change(token), "h.c."))
				if err != nil || string(altered) == signature {
					t.Errorf("%d bytes of %q: altered to %q, error %v", length, octet, altered, err)
				}
			}
		}
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]int64{
		signed(claims):                                         1681857667,
		signed(`{"exp":0}`):                                    0,
		signed(`{"exp":1681857667.9}`):                         1681857667,
		signed(`{"exp":1.681857667e9,"iat":5}`):                1681857667,
		part(`{"alg":"none"}`) + "." + part(`{"exp":7}`) + ".": 7,
	} {
		if at, ok := Expiry(token); !ok || !at.Equal(time.Unix(want, 0)) {
			t.Errorf("%s expires at %v (%v), want %d", token, at, ok, want)
		}
	}
	for _, token := range append([]string{signed(`{}`), signed(`{"exp":"1681857667"}`), signed(`{"exp":null}`), signed(`null`)}, opaqueTokens...) {
		if at, ok := Expiry(token); ok || !at.IsZero() {
			t.Errorf("%q expires at %v", token, at)
		}
	}
}

func TestUntilBothExpired(t *testing.T) {
	t.Parallel()
	of := func(claims string) string { return signed(claims) }
	for name, test := range map[string]struct {
		access, refresh string
		want            time.Duration
	}{
		"opaque":       {"a", "b", lifetime},
		"short":        {of(`{"iat":100,"exp":7300}`), of(`{"iat":100,"exp":200}`), lifetime},
		"long refresh": {of(`{"iat":100,"exp":7300}`), of(`{"iat":0,"exp":10000000}`), 10_000_000*time.Second + time.Minute},
		"long access":  {of(`{"iat":0,"exp":10000000}`), "opaque", 10_000_000*time.Second + time.Minute},
		"no issue":     {of(`{"exp":99999999999}`), of(`{"exp":99999999999}`), lifetime},
	} {
		if got := untilBothExpired(target.Session{Access: test.access, Refresh: test.refresh}); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// parsed are the parts of a token, the claims decoded.
func parsed(t *testing.T, token string) (header, claims map[string]any, signature string) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q has %d parts", token, len(parts))
	}
	for i, into := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	return header, claims, parts[2]
}

func TestReclaim(t *testing.T) {
	t.Parallel()
	var forged string
	if verdict := try(t, func(trial *spec.Trial) { forged = reclaim(trial, signed(claims)) }); verdict.Outcome != reports.Passed {
		t.Fatalf("%+v", verdict)
	}
	header, got, signature := parsed(t, forged)
	wantHeader, want, wantSignature := parsed(t, signed(claims))
	if sub := got["sub"]; sub == want["sub"] || !strings.HasPrefix(sub.(string), "did:plc:") {
		t.Errorf("sub %v", sub)
	}
	delete(got, "sub")
	delete(want, "sub")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("other claims (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantHeader, header); diff != "" || signature != wantSignature {
		t.Errorf("signature %s, header (-want +got):\n%s", signature, diff)
	}
}

func TestUnsign(t *testing.T) {
	t.Parallel()
	var forged string
	if verdict := try(t, func(trial *spec.Trial) { forged = unsign(trial, signed(claims)) }); verdict.Outcome != reports.Passed {
		t.Fatalf("%+v", verdict)
	}
	header, got, signature := parsed(t, forged)
	_, want, _ := parsed(t, signed(claims))
	if diff := cmp.Diff(want, got); diff != "" || header["alg"] != "none" || signature != "" {
		t.Errorf("header %v, signature %q, claims (-want +got):\n%s", header, signature, diff)
	}
}

// TestOpaqueTokensAreNotAccused: nothing says that a token is a JWT.
func TestOpaqueTokensAreNotAccused(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(*spec.Trial, string) string{"reclaim": reclaim, "unsign": unsign, "alterCase": alterCase} {
		for _, token := range opaqueTokens {
			verdict := try(t, func(trial *spec.Trial) { forge(trial, token) })
			if verdict.Outcome != reports.NotObserved || verdict.Reason != opaque {
				t.Errorf("%s of %q: %s: %s", name, token, verdict.Outcome, verdict.Reason)
			}
		}
	}
}
