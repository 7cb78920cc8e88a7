package faults

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// longHeader is longer than any token that this server issues.
const longHeader = 4000

// credentialDefects are those of a server that breaks on the form of an
// Authorization header, or takes one for another.
func credentialDefects(method *lexicons.Method, rule pds.Rule) []defect {
	if rule.Takes == 0 || rule.Takes&pds.NoCredentials != 0 {
		return nil
	}
	isAdmin := rule.Takes == pds.AdminPassword
	crashing := func(name, description string, on func(*http.Request) bool) defect {
		return about(method, "credentials", name+"-server-error", "answers "+description+" with 500", func(f *xrpc.Faults) {
			f.Authorize = append(f.Authorize, func(r *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
				if on(r) {
					return caller, crash()
				}
				return caller, err
			})
		})
	}
	all := []defect{
		schemeCaseDefect(method),
		crashing("scheme-alone", "a scheme with nothing behind it", func(r *http.Request) bool {
			header := authorization(r)
			return header != "" && !strings.Contains(header, " ")
		}),
		crashing("long", "a credential of many letters", func(r *http.Request) bool { return len(authorization(r)) > longHeader }),
		crashing("not-ascii", "a credential of letters outside ASCII", func(r *http.Request) bool {
			encoded := strings.TrimPrefix(authorization(r), "Basic ")
			decoded, _ := base64.StdEncoding.DecodeString(encoded)
			return !isASCII(encoded) || isAdmin && !isASCII(string(decoded))
		}),
	}
	if isAdmin {
		return append(append(all, adminLaxities(method)...),
			crashing("not-base64", "a credential that is no base64", func(r *http.Request) bool {
				encoded, isBasic := strings.CutPrefix(authorization(r), "Basic ")
				_, err := base64.StdEncoding.DecodeString(encoded)
				return isBasic && err != nil
			}),
			crashing("no-colon", "a credential without a colon", func(r *http.Request) bool {
				encoded, isBasic := strings.CutPrefix(authorization(r), "Basic ")
				decoded, err := base64.StdEncoding.DecodeString(encoded)
				return isBasic && err == nil && !strings.Contains(string(decoded), ":")
			}),
			taking(method, "bearer-taken", "takes the password of the administrator as a bearer token", func(s *server, r *http.Request, _ error) (xrpc.Caller, error) {
				return xrpc.Caller{}, unless(authorization(r) == "Bearer "+s.core.Config().AdminPassword)
			}),
		)
	}
	return append(all, tokenFormDefects(method, rule, crashing)...)
}

// schemeCaseDefect is of a server that compares schemes letter by letter.
func schemeCaseDefect(method *lexicons.Method) defect {
	return about(method, "credentials", "scheme-case-refused", "refuses a scheme in small letters", func(f *xrpc.Faults) {
		f.Authorize = append(f.Authorize, func(r *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
			if header := authorization(r); strings.HasPrefix(header, "bearer ") || strings.HasPrefix(header, "basic ") {
				return caller, xrpc.AuthenticationRequired("Authentication Required")
			}
			return caller, err
		})
	})
}

func tokenFormDefects(method *lexicons.Method, rule pds.Rule, crashing func(string, string, func(*http.Request) bool) defect) []defect {
	return []defect{
		crashing("two-spaces", "a token after two spaces", func(r *http.Request) bool { return strings.Contains(authorization(r), "  ") }),
		crashing("two-headers", "two Authorization headers", func(r *http.Request) bool { return len(r.Header.Values("Authorization")) > 1 }),
		crashing("claims", "a token with claims that it doesn't expect", func(r *http.Request) bool {
			parts := strings.Split(strings.TrimPrefix(authorization(r), "Bearer "), ".")
			if len(parts) != 3 {
				return false
			}
			var claims struct{ Sub *string }
			decoded, _ := base64.RawURLEncoding.DecodeString(parts[1])
			return json.Unmarshal(decoded, &claims) != nil || claims.Sub == nil
		}),
		taking(method, "scheme-unchecked", "takes a token under any scheme, and without one", func(s *server, r *http.Request, _ error) (xrpc.Caller, error) {
			words := strings.Fields(authorization(r))
			if len(words) == 0 || words[0] == "Basic" {
				return xrpc.Caller{}, errRefused
			}
			return pds.CallerOf(s.core.Tokens.Verify(words[len(words)-1], rule.Takes.Scopes()...))
		}),
		taking(method, "algorithm-trusted", "doesn't check tokens that name another algorithm", func(s *server, r *http.Request, _ error) (xrpc.Caller, error) {
			raw, given := pds.BearerToken(r)
			header, _, _ := strings.Cut(raw, ".")
			decoded, _ := base64.RawURLEncoding.DecodeString(header)
			if !given || !strings.Contains(string(decoded), `"RS256"`) {
				return xrpc.Caller{}, errRefused
			}
			return pds.CallerOf(s.core.Tokens.Unverified(raw))
		}),
		signatureLax(method, rule, "signature-case-ignored", "takes a signature in any letter case", strings.EqualFold),
		signatureLax(method, rule, "signature-tail-unchecked", "doesn't look at the end of a signature", func(given, right string) bool {
			const tail = 20
			return len(given) == len(right) && len(right) > tail && given[:len(given)-tail] == right[:len(right)-tail]
		}),
		about(method, "credentials", "called-expired", "calls tokens expired that are no good for another reason", func(f *xrpc.Faults) {
			f.Authorize = append(f.Authorize, func(_ *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
				if isNamed(err, "InvalidToken") {
					err = xrpc.ExpiredToken("Token has expired")
				}
				return caller, err
			})
		}),
	}
}

// signatureLax is a method that takes a token whose signature is nearly the right
// one.
func signatureLax(method *lexicons.Method, rule pds.Rule, name, description string, alike func(given, right string) bool) defect {
	return taking(method, name, description, func(s *server, r *http.Request, _ error) (xrpc.Caller, error) {
		raw, given := pds.BearerToken(r)
		right := s.core.Tokens.Signed(raw)
		if !given || !alike(raw, right) {
			return xrpc.Caller{}, errRefused
		}
		return pds.CallerOf(s.core.Tokens.Verify(right, rule.Takes.Scopes()...))
	})
}

// taking is a defect of a server that lets in whom it ought to refuse.
func taking(method *lexicons.Method, name, description string, look secondLook) defect {
	made := about(method, "credentials", name, description, nil)
	made.apply = func(s *server, p *plan) {
		f := p.on(method.NSID)
		f.Authorize = append(f.Authorize, lettingIn(s, look))
	}
	return made
}

func authorization(r *http.Request) string { return r.Header.Get("Authorization") }

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 }) < 0
}
