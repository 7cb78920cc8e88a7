// Package token signs and verifies the tokens of sessions. It knows no
// accounts and no sessions: whether a token still stands for something is for
// its callers to ask.
package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
)

// The scopes by which tokens are told apart.
const (
	Access                = "com.atproto.access"
	AppPassword           = "com.atproto.appPass"
	PrivilegedAppPassword = "com.atproto.appPassPrivileged"
	Takendown             = "com.atproto.takendown" // of a session of an account that is taken down
	Refresh               = "com.atproto.refresh"
)

// How long tokens live.
const (
	AccessLife  = 120 * time.Minute
	RefreshLife = 90 * 24 * time.Hour
)

// What is wrong with a token that Verify refuses.
var (
	ErrUnverified = errors.New("token could not be verified")
	ErrExpired    = errors.New("token has expired")
	ErrMalformed  = errors.New("malformed token")
)

// Claims is what a token says. Its JSON holds exactly scope, sub, iat and
// exp, and jti for a refresh token.
type Claims struct {
	Scope     string   `json:"scope"`
	Subject   string   `json:"sub"`
	IssuedAt  *float64 `json:"iat"` // seconds since 1970, like the other times
	ExpiresAt *float64 `json:"exp"`
	ID        string   `json:"jti,omitempty"`
	NotBefore *float64 `json:"nbf,omitempty"` // never issued, yet heeded
}

// date is a claim as the library takes it. Its own type for one is decoded by
// reflection twice, on the way of every request.
func date(seconds *float64) (*jwt.NumericDate, error) {
	if seconds == nil {
		return nil, nil
	}
	whole, part := math.Modf(*seconds)
	return jwt.NewNumericDate(time.Unix(int64(whole), int64(part*float64(time.Second)))), nil
}

// The methods of jwt.Claims.

// GetExpirationTime returns the claim exp.
func (c *Claims) GetExpirationTime() (*jwt.NumericDate, error) { return date(c.ExpiresAt) }

// GetIssuedAt returns the claim iat.
func (c *Claims) GetIssuedAt() (*jwt.NumericDate, error) { return date(c.IssuedAt) }

// GetNotBefore returns the claim nbf.
func (c *Claims) GetNotBefore() (*jwt.NumericDate, error) { return date(c.NotBefore) }

// GetIssuer returns "": tokens name no issuer.
func (c *Claims) GetIssuer() (string, error) { return "", nil }

// GetSubject returns the claim sub.
func (c *Claims) GetSubject() (string, error) { return c.Subject, nil }

// GetAudience returns nothing: tokens name no audience.
func (c *Claims) GetAudience() (jwt.ClaimStrings, error) { return nil, nil }

// Issuer signs and verifies with one secret, by HS256.
type Issuer struct {
	// Opaque makes tokens long, and not for clients to read. It is set before
	// the first one.
	Opaque bool

	// Audience is whom tokens are for; empty: they don't say. Where they do, the
	// header tells access from refresh tokens. It is set before the first one.
	Audience string

	secret   []byte
	now      func() time.Time
	parser   *jwt.Parser
	verified verified
	macs     sync.Pool // of HMACs of the secret, which take half of the time of a signature to make
}

// NewIssuer returns an issuer that lives by the given clock.
func NewIssuer(secret []byte, now func() time.Time) *Issuer {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(now),
		jwt.WithStrictDecoding(), // or a signature could be altered in its last, unused bits
	)
	issuer := &Issuer{secret: secret, now: now, parser: parser}
	issuer.macs.New = func() any { return hmac.New(sha256.New, secret) }
	return issuer
}

// Access returns an access token for a DID; scope is Access or AppPassword.
func (i *Issuer) Access(did, scope string) string {
	return i.sign(Claims{Scope: scope, Subject: did}, AccessLife)
}

// AccessOf is Access for a token that names its session.
func (i *Issuer) AccessOf(did, scope, id string) string {
	return i.sign(Claims{Scope: scope, Subject: did, ID: id}, AccessLife)
}

// Refresh returns the refresh token of a session.
func (i *Issuer) Refresh(did, id string) string {
	return i.sign(Claims{Scope: Refresh, Subject: did, ID: id}, RefreshLife)
}

// heads begin the tokens of each type: the same bytes as the library would write.
var heads = func() map[string]string {
	all := map[string]string{}
	for _, kind := range []string{"JWT", accessType, refreshType} {
		all[kind] = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"`+kind+`"}`)) + "."
	}
	return all
}()

// The types by which headers tell tokens apart.
// Source: https://www.rfc-editor.org/rfc/rfc9068#section-2.1
const (
	accessType  = "at+jwt"
	refreshType = "refresh+jwt"
)

// head begins a token.
func (i *Issuer) head(claims Claims) string {
	switch {
	case i.Audience == "":
		return heads["JWT"]
	case claims.Scope == Refresh:
		return heads[refreshType]
	}
	return heads[accessType]
}

// sign puts a token together without reflection, since most requests that
// change something are answered with two.
func (i *Issuer) sign(claims Claims, life time.Duration) string {
	now := i.now().Unix()
	var room [512]byte
	text := lexval.AppendString(append(room[:0], `{"scope":`...), claims.Scope)
	text = lexval.AppendString(append(text, `,"sub":`...), claims.Subject)
	text = strconv.AppendInt(append(text, `,"iat":`...), now, 10)
	text = strconv.AppendInt(append(text, `,"exp":`...), now+int64(life/time.Second), 10)
	if i.Audience != "" {
		text = lexval.AppendString(append(text, `,"aud":`...), i.Audience)
	}
	if claims.ID != "" {
		text = lexval.AppendString(append(text, `,"jti":`...), claims.ID)
	}
	text = append(text, '}')
	var signedRoom [768]byte
	content := base64.RawURLEncoding.AppendEncode(append(signedRoom[:0], i.head(claims)...), text)
	signed := string(i.appendSignature(content))
	if i.Opaque {
		return wrap(signed)
	}
	return signed
}

// appendSignature signs what there is of a token, by HS256.
// Source: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
func (i *Issuer) appendSignature(content []byte) []byte {
	mac := i.macs.Get().(hash.Hash)
	defer i.macs.Put(mac)
	mac.Reset()
	mac.Write(content)
	var sum [sha256.Size]byte
	return base64.RawURLEncoding.AppendEncode(append(content, '.'), mac.Sum(sum[:0]))
}

// Verify returns the claims of a token that is genuine, in date, of one of
// the scopes and about a DID. Age is looked at before scope, so an expired
// token of the wrong kind is ErrExpired.
func (i *Issuer) Verify(raw string, scopes ...string) (*Claims, error) {
	claims, err := i.parse(raw)
	if err != nil {
		return nil, err
	}
	return claims, claims.check(scopes)
}

// VerifyAnyAge is Verify for a caller to whom an expired token is as good as
// a fresh one.
func (i *Issuer) VerifyAnyAge(raw string, scopes ...string) (*Claims, error) {
	claims, err := i.parse(raw)
	if err != nil && !errors.Is(err, ErrExpired) {
		return nil, err
	}
	return claims, claims.check(scopes)
}

// Unverified returns the claims of anything that has the form of a token,
// whoever made it.
func (i *Issuer) Unverified(raw string) (*Claims, error) {
	claims := &Claims{}
	_, _, err := jwt.NewParser().ParseUnverified(i.plain(raw), claims)
	return claims, err
}

// Signed returns a token with the right signature in the place of its last part,
// whatever that was.
func (i *Issuer) Signed(raw string) string {
	content := raw[:max(0, strings.LastIndexByte(raw, '.'))]
	return string(i.appendSignature([]byte(content)))
}

// parse returns the claims of an expired token as well, with ErrExpired. They
// are shared with other callers, and not to be changed.
func (i *Issuer) parse(raw string) (*Claims, error) {
	if claims := i.verified.claims(raw); claims != nil {
		if expires, _ := date(claims.ExpiresAt); !i.now().Before(expires.Time) {
			return claims, ErrExpired
		}
		return claims, nil
	}
	claims, err := i.parseUnknown(raw)
	if err == nil && claims.NotBefore == nil {
		i.verified.keep(raw, claims)
	}
	return claims, err
}

func (i *Issuer) parseUnknown(raw string) (*Claims, error) {
	signed := i.plain(raw)
	if strings.ContainsAny(signed, "\r\n") { // which decoders of base64 skip: the token would not be the one issued
		return nil, ErrUnverified
	}
	claims := &Claims{}
	_, err := i.parser.ParseWithClaims(signed, claims, func(*jwt.Token) (any, error) { return i.secret, nil })
	switch {
	case err == nil:
		return claims, nil
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenNotValidYet):
		return claims, ErrExpired
	default:
		return nil, ErrUnverified
	}
}

func (c *Claims) check(scopes []string) error {
	for _, scope := range scopes {
		if c.Scope != scope {
			continue
		}
		if !strings.HasPrefix(c.Subject, "did:") {
			return ErrMalformed
		}
		if scope == Refresh && c.ID == "" {
			return ErrUnverified
		}
		return nil
	}
	return ErrUnverified
}
