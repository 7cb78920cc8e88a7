package mockserver_test

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/pdsconform/pdsconform/mockserver"
)

const secret = "secret of the tests"

// forge signs claims as somebody would who knows the secret.
func forge(t testing.TB, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	signed, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestTokenGallery(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{JWTSecret: secret, Clock: quartz.NewMock(t)}) // rows may wait for long
	s := c.signUp("alice")
	_, app := c.appPassword(s, "phone")
	now := c.server.Now().Unix()
	claims := func(changes jwt.MapClaims) jwt.MapClaims {
		made := jwt.MapClaims{"scope": "com.atproto.access", "sub": s.did, "iat": now, "exp": now + 100}
		for name, value := range changes {
			if made[name] = value; value == nil {
				delete(made, name)
			}
		}
		return made
	}
	signed := func(changes jwt.MapClaims) string {
		return "Bearer " + forge(t, jwt.SigningMethodHS256, []byte(secret), claims(changes))
	}
	const unverified = "Token could not be verified"
	for name, row := range map[string]struct {
		header  string
		status  int
		error   string
		message string
	}{
		"absent":                {"", 401, "AuthenticationRequired", "Authentication Required"},
		"scheme alone":          {"Bearer", 401, "AuthenticationRequired", ""},
		"scheme and space":      {"Bearer ", 401, "AuthenticationRequired", ""},
		"raw token":             {s.access, 401, "AuthenticationRequired", ""},
		"basic":                 {basic("admin:admin-pass"), 401, "AuthenticationRequired", ""},
		"lower-case scheme":     {"bearer " + s.access, 200, "", ""},
		"upper-case scheme":     {"BEARER " + s.access, 200, "", ""},
		"garbage":               {"Bearer x", 400, "InvalidToken", unverified},
		"three parts":           {"Bearer a.b.c", 400, "InvalidToken", unverified},
		"two spaces":            {"Bearer  " + s.access, 400, "InvalidToken", unverified},
		"wrong secret":          {"Bearer " + forge(t, jwt.SigningMethodHS256, []byte("other"), claims(nil)), 400, "InvalidToken", unverified},
		"tampered":              {"Bearer " + tampered(s.access), 400, "InvalidToken", unverified},
		"last character":        {"Bearer " + lastChanged(s.access), 400, "InvalidToken", unverified},
		"no signature":          {"Bearer " + s.access[:strings.LastIndexByte(s.access, '.')+1], 400, "InvalidToken", unverified},
		"alg none":              {"Bearer " + forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims(nil)), 400, "InvalidToken", unverified},
		"HS512":                 {"Bearer " + forge(t, jwt.SigningMethodHS512, []byte(secret), claims(nil)), 400, "InvalidToken", unverified},
		"forged well":           {signed(nil), 200, "", ""},
		"nbf in the future":     {signed(jwt.MapClaims{"nbf": now + 50}), 400, "InvalidToken", unverified},
		"no scope":              {signed(jwt.MapClaims{"scope": nil}), 400, "InvalidToken", unverified},
		"unknown scope":         {signed(jwt.MapClaims{"scope": "com.atproto.other"}), 400, "InvalidToken", unverified},
		"scope no string":       {signed(jwt.MapClaims{"scope": 1}), 400, "InvalidToken", unverified},
		"refresh token":         {"Bearer " + s.refresh, 400, "InvalidToken", unverified},
		"expired":               {signed(jwt.MapClaims{"exp": now - 1}), 400, "ExpiredToken", "Token has expired"},
		"expired, wrong scope":  {signed(jwt.MapClaims{"exp": now - 1, "scope": "x"}), 400, "ExpiredToken", "Token has expired"},
		"expired, wrong secret": {"Bearer " + forge(t, jwt.SigningMethodHS256, []byte("other"), claims(jwt.MapClaims{"exp": now - 1})), 400, "InvalidToken", unverified},
		"issued in the future":  {signed(jwt.MapClaims{"iat": now + 50}), 200, "", ""},
		"exp beyond any clock":  {signed(jwt.MapClaims{"exp": 1e15}), 200, "", ""},
		"sub no string":         {signed(jwt.MapClaims{"sub": 1}), 400, "InvalidToken", ""},
		"no exp":                {signed(jwt.MapClaims{"exp": nil}), 400, "InvalidToken", unverified},
		"exp no number":         {signed(jwt.MapClaims{"exp": "later"}), 400, "InvalidToken", unverified},
		"no sub":                {signed(jwt.MapClaims{"sub": nil}), 400, "InvalidToken", "Malformed token"},
		"sub no did":            {signed(jwt.MapClaims{"sub": "alice.test"}), 400, "InvalidToken", "Malformed token"},
		"unknown did":           {signed(jwt.MapClaims{"sub": "did:plc:x"}), 400, "InvalidRequest", "Could not find user info for account: did:plc:x"},
		"app-password session":  {"Bearer " + app.access, 200, "", ""},
		"further claims":        {signed(jwt.MapClaims{"aud": "did:web:x", "iss": "y"}), 200, "", ""},
		"claims that are a row": {"Bearer " + rowOfClaims(t), 400, "InvalidToken", unverified},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			if row.header != "" {
				headers = []string{"Authorization", row.header}
			}
			a := newClient(t, c.server).send(http.MethodGet, "/xrpc/com.atproto.server.getSession", nil, headers...)
			if row.status == 200 {
				a.ok()
				return
			}
			a.is(row.status, row.error, row.message)
			if a.header.Get("WWW-Authenticate") != "" {
				t.Error("answer has WWW-Authenticate")
			}
			if row.error == "ExpiredToken" && len(a.body) > 81 {
				t.Errorf("body has %d bytes, clients give up beyond 81", len(a.body))
			}
		})
	}
}

// tampered changes a claim under the old signature.
func tampered(token string) string {
	parts := strings.Split(token, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), "did:plc:", "did:web:", 1)))
	return strings.Join(parts, ".")
}

// lastChanged flips bits of the last character that no byte of the signature
// depends on.
func lastChanged(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last^1])
}

func rowOfClaims(t testing.TB) string {
	t.Helper()
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))
	text := head + "." + base64.RawURLEncoding.EncodeToString([]byte(`[1]`))
	signature, err := jwt.SigningMethodHS256.Sign(text, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestRefreshTokenGallery(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{JWTSecret: secret})
	s := c.signUp("alice")
	_, app := c.appPassword(s, "phone")
	now := c.server.Now().Unix()
	signed := func(exp int64, jti any, did string) string {
		claims := jwt.MapClaims{"scope": "com.atproto.refresh", "sub": did, "iat": now, "exp": exp, "jti": jti}
		if jti == nil {
			delete(claims, "jti")
		}
		return forge(t, jwt.SigningMethodHS256, []byte(secret), claims)
	}
	c.post("refreshSession", "", nil).is(401, "AuthenticationRequired", "Authentication Required")
	c.post("refreshSession", "junk", nil).is(400, "InvalidToken", "Token could not be verified")
	c.post("refreshSession", s.access, nil).is(400, "InvalidToken", "Token could not be verified")
	c.post("refreshSession", app.access, nil).is(400, "InvalidToken", "Token could not be verified")
	c.post("refreshSession", signed(now+100, nil, s.did), nil).is(400, "InvalidToken", "Token could not be verified")
	c.post("refreshSession", signed(now-100, "x", s.did), nil).is(400, "ExpiredToken", "Token has expired")
	c.post("refreshSession", signed(now+100, "x", s.did), nil).is(400, "ExpiredToken", "Token has been revoked")
	c.post("refreshSession", signed(now+100, "x", "did:plc:x"), nil).is(400, "InvalidRequest", "Could not find user info for account: did:plc:x")

	c.post("deleteSession", "", nil).is(401, "AuthenticationRequired", "")
	c.send("POST", "/xrpc/com.atproto.server.deleteSession", nil, "Authorization", basic("a:b")).is(401, "AuthenticationRequired", "")
	c.post("deleteSession", s.access, nil).is(400, "InvalidToken", "")
	c.post("deleteSession", app.access, nil).is(400, "InvalidToken", "")
	expiredAccess := forge(t, jwt.SigningMethodHS256, []byte(secret),
		jwt.MapClaims{"scope": "com.atproto.access", "sub": s.did, "iat": now - 200, "exp": now - 100})
	c.post("deleteSession", expiredAccess, nil).is(400, "InvalidToken", "")
	c.post("deleteSession", signed(now-100, "x", s.did), nil).ok()
	c.post("deleteSession", signed(now+100, "x", "did:plc:x"), nil).ok()
}

func TestTokenClaims(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{JWTSecret: secret})
	s := c.signUp("alice")
	_, app := c.appPassword(s, "phone")
	for _, row := range []struct {
		token, scope string
		life         float64
		names        []string
	}{
		{s.access, "com.atproto.access", 7200, []string{"exp", "iat", "scope", "sub"}},
		{app.access, "com.atproto.appPass", 7200, []string{"exp", "iat", "scope", "sub"}},
		{s.refresh, "com.atproto.refresh", 7776000, []string{"exp", "iat", "jti", "scope", "sub"}},
		{app.refresh, "com.atproto.refresh", 7776000, []string{"exp", "iat", "jti", "scope", "sub"}},
	} {
		claims := claimsOf(t, row.token)
		if diff := cmp.Diff(row.names, sortedNames(claims)); diff != "" {
			t.Errorf("claims of %s: %s", row.scope, diff)
		}
		if claims["scope"] != row.scope || claims["sub"] != s.did {
			t.Errorf("claims are %v, want scope %s", claims, row.scope)
		}
		if got := claims["exp"].(float64) - claims["iat"].(float64); got != row.life {
			t.Errorf("%s lives %v seconds, want %v", row.scope, got, row.life)
		}
	}
	if jti := claimsOf(t, s.refresh)["jti"].(string); len(jti) != 43 {
		t.Errorf("jti is %q", jti)
	}
	head, _ := base64.RawURLEncoding.DecodeString(strings.Split(s.access, ".")[0])
	if string(head) != `{"alg":"HS256","typ":"JWT"}` {
		t.Errorf("header is %s", head)
	}
}

func claimsOf(t testing.TB, token string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := c.signUp("alice")
	advance(t, c.server, 2*time.Hour-time.Minute)
	c.get("getSession", s.access).ok()
	advance(t, c.server, time.Minute)
	c.get("getSession", s.access).is(400, "ExpiredToken", "Token has expired")
	advance(t, c.server, 90*24*time.Hour)
	c.post("refreshSession", s.refresh, nil).is(400, "ExpiredToken", "Token has expired")
	c.post("deleteSession", s.refresh, nil).ok()
}

func TestFormats(t *testing.T) {
	t.Parallel()
	c := start(t, mockserver.Options{Hostname: "pds.example.com"})
	s := c.signUp("alice")
	password, _ := c.appPassword(s, "phone")
	created := c.get("listAppPasswords", s.access).ok().list("passwords")[0].(object)["createdAt"].(string)
	c.post("requestAccountDelete", s.access, nil).ok()
	for pattern, text := range map[string]string{
		`^did:plc:[a-z2-7]{24}$`:                            s.did,
		`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`:          created,
		`^pds-example-com-[a-z2-7]{5}-[a-z2-7]{5}$`:         c.admin("createInviteCode", object{"useCount": 1}).text("code"),
		`^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$`: password,
		`^[A-Z2-7]{5}-[A-Z2-7]{5}$`:                         c.mailToken(s.email),
		`^did:web:pds\.example\.com$`:                       c.get("describeServer", "").text("did"),
	} {
		if !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("%q does not match %s", text, pattern)
		}
	}
}
