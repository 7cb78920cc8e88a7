package faults

import (
	"net/http"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const (
	serviceAuth = "getServiceAuth"
	reserveKey  = "reserveSigningKey"
)

// serviceAuthDefects are those of service tokens and of keys that are reserved.
func serviceAuthDefects() []defect {
	taking := func(name, description, parameter, instead string, bad func(string) bool) defect {
		return behaviour(serviceAuth, name, description, func(s faultyCall) (lexval.Object, error) {
			if bad(s.call.Params.String(parameter)) {
				s.call.Params[parameter] = instead
			}
			return s.carryOut()
		})
	}
	return []defect{
		answering(serviceAuth, "session-token-given", "gives away the token of the session", "token", func(s faultyCall, _ any) any {
			raw, _ := pds.BearerToken(s.call.HTTP)
			return raw
		}),
		serviceTokensTaken(),
		taking("audience-unchecked", "takes any audience", "aud", "did:web:feed.example.com",
			func(audience string) bool { return !strings.HasPrefix(audience, "did:") }),
		taking("protected-methods-granted", "makes tokens for methods that manage the account", "lxm", "com.example.method",
			func(method string) bool { return strings.HasPrefix(method, pds.Prefix) && method != pds.Prefix+signUp }),
		behaviour(serviceAuth, "service-refused", "refuses an audience that names one service of a DID", func(s faultyCall) (lexval.Object, error) {
			if strings.Contains(s.call.Params.String("aud"), "#") {
				return nil, xrpc.InvalidRequest("aud must be a DID")
			}
			return s.carryOut()
		}),
		behaviour(serviceAuth, "expiration-refused", "refuses every expiration, also one that lies ahead", func(s faultyCall) (lexval.Object, error) {
			if s.asks("exp") {
				return nil, xrpc.Fail("BadExpiration", "The expiration lies in the past")
			}
			return s.carryOut()
		}),
		behaviour(serviceAuth, "app-password-unlimited", "makes tokens to move the account for a session of an app password", func(s faultyCall) (lexval.Object, error) {
			if s.call.Caller.Scope == token.AppPassword {
				s.call.Params["lxm"] = "com.example.method"
			}
			return s.carryOut()
		}),
		answering(reserveKey, "no-did-key", "answers with a key that is no did:key", "signingKey",
			func(_ faultyCall, key any) any { return strings.TrimPrefix(key.(string), "did:key:") }),
		behaviour(reserveKey, "credential-refused", "refuses whoever sends a credential along", func(s faultyCall) (lexval.Object, error) {
			if s.call.HTTP.Header.Get("Authorization") != "" {
				return nil, xrpc.InvalidToken("Unexpected credential")
			}
			return s.carryOut()
		}),
	}
}

// serviceTokensTaken is a server that looks at who has made a token, and not at
// whom it was made for.
func serviceTokensTaken() defect {
	return behaviourOf("getSession", "service-token-accepted", "takes tokens that an account has made for another service", func(_ *server, p *plan) {
		p.look("getSession", func(r *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
			raw, _ := pds.BearerToken(r)
			var claims jwt.RegisteredClaims
			if _, _, parsed := jwt.NewParser().ParseUnverified(raw, &claims); err == nil || parsed != nil || claims.Issuer == "" {
				return caller, err
			}
			return xrpc.Caller{DID: claims.Issuer, Scope: token.Access}, nil
		})
	}).where("method.getServiceAuth")
}

// factorDefects are those of logging in with a second factor, and to an account
// that was taken down.
func factorDefects() []defect {
	return []defect{
		behaviour(logIn, "factor-code-unchecked", "takes any code of the second factor", func(s faultyCall) (lexval.Object, error) {
			if code := s.text("authFactorToken"); code != "" {
				mailed := s.core.NewMailToken(s.core.Named(s.text("identifier")).DID)
				mailed.Text = pds.Canonical(code)
				s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(store.AuthFactor, mailed) })
			}
			return s.carryOut()
		}).where("input.authFactorToken"),
		behaviour(logIn, "factor-code-refused", "refuses every code of the second factor", func(s faultyCall) (lexval.Object, error) {
			if s.text("authFactorToken") != "" {
				return nil, xrpc.InvalidToken("Token is invalid")
			}
			return s.carryOut()
		}).where("input.authFactorToken"),
		behaviour(logIn, "allowed-takedown-refused", "lets nobody log in to an account that was taken down, though the client allows for it",
			func(s faultyCall) (lexval.Object, error) {
				s.setInput("allowTakendown", false)
				return s.carryOut()
			}).where("input.allowTakendown"),
	}
}
