package faults

import (
	"net/http"
	"slices"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const refresh = "refreshSession"

func refreshDefects() []defect {
	return slices.Concat(tokenDefects(refresh), somebodyElsesIn(refresh, "did", "handle"), []defect{
		answering(refresh, "old-token-returned", "answers with the refresh token that it was called with", "refreshJwt",
			func(s faultyCall, _ any) any { raw, _ := pds.BearerToken(s.call.HTTP); return raw }),
		behaviour(refresh, "grace-never-ends", "takes a used refresh token for as long as it lives", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			s.core.Alter(func(tx *store.Tx) {
				if parent, found := tx.Session(s.call.Caller.TokenID); found {
					parent.ExpiresAt = s.core.Clock.Now().Add(token.RefreshLife)
					tx.PutSession(parent, s.core.Clock.Now())
				}
			})
			return output, err
		}),
		behaviour(refresh, "ends-other-sessions", "ends all other sessions of the account", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if successor, found := s.sessionOf(output); found {
				parent, _ := s.core.Store.Begin().Session(s.call.Caller.TokenID)
				s.core.Alter(func(tx *store.Tx) {
					tx.DeleteSessions(successor.DID)
					tx.PutSession(parent, s.core.Clock.Now())
					tx.PutSession(successor, s.core.Clock.Now())
				})
			}
			return output, err
		}),
		behaviour(refresh, "app-password-session-gets-full", "gives an app-password session full power", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			return s.scoped(output, false), err
		}),
		behaviourOf(refresh, "app-password-session-gets-full-later", "gives an app-password session full power that was refreshed before", func(s *server, p *plan) {
			var refreshed sync.Map // IDs of sessions
			p.act(s, refresh, func(s faultyCall) (lexval.Object, error) {
				output, err := s.carryOut()
				if _, before := refreshed.Load(s.call.Caller.TokenID); before {
					output = s.scoped(output, false)
				}
				if session, found := s.sessionOf(output); found {
					refreshed.Store(session.ID, true)
				}
				return output, err
			})
		}),
		behaviour(refresh, "full-session-gets-limited", "leaves a session with the power of an app password only", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			return s.scoped(output, true), err
		}),
		hooked(refresh, "takedown-forgotten", "takes the tokens from before a takedown once it is lifted",
			func(_ *server, hooks *pds.Hooks) { hooks.SessionsOutliveTakedown = true }),
	})
}

const logOut = "deleteSession"

func logOutDefects() []defect {
	return []defect{
		behaviour(logOut, "no-effect", "lets the session live on", func(faultyCall) (lexval.Object, error) { return nil, nil }),
		behaviour(logOut, "ends-all-sessions", "ends all sessions of the account", func(s faultyCall) (lexval.Object, error) {
			s.core.Alter(func(tx *store.Tx) { tx.DeleteSessions(s.caller()) })
			return s.carryOut()
		}),
		behaviour(logOut, "password-dead", "takes the password away", func(s faultyCall) (lexval.Object, error) {
			s.setPassword(s.core.Named(s.caller()), s.core.Entropy.Base32(12))
			return s.carryOut()
		}),
		behaviour(logOut, "second-time-refused", "refuses a session that has ended", func(s faultyCall) (lexval.Object, error) {
			if _, found := s.core.Store.Begin().Session(s.call.Caller.TokenID); !found {
				return nil, xrpc.ExpiredToken("Token has been revoked")
			}
			return s.carryOut()
		}),
		behaviourOf(logOut, "expired-token-refused", "refuses an expired refresh token", func(s *server, p *plan) {
			p.look(logOut, func(r *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
				if err != nil {
					return caller, err
				}
				rule := s.core.Rule(pds.Prefix + logOut)
				rule.AnyAge = false
				return s.core.Admit(r, rule)
			})
		}).where("!error.ExpiredToken"),
	}
}
