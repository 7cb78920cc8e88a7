package pds

// Document: lexicons/2023-04/com/atproto/server/refreshSession.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/refreshSession.json

import (
	"context"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// refreshGrace is how long a refresh token works on after its first use, so
// that a client whose answer got lost can ask again.
const refreshGrace = 2 * time.Hour

func (s *Server) refreshSession(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	var account store.Account
	var successor store.Session
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		var found bool
		account, found = tx.Account(call.Caller.DID)
		if err := s.refuses(call, account, found); err != nil {
			return err
		}
		session, found := tx.Session(call.Caller.TokenID)
		if !found || session.DID != account.DID || session.Expired(s.Clock.Now()) {
			return xrpc.ExpiredToken("Token has been revoked")
		}
		successor = s.rotate(tx, session)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return append(s.sessionOutput(ctx, call, account), s.TokensOf(successor)...), nil
}

// rotate returns the session's successor. It is fixed at the first use, which
// also leaves the session no longer than the grace; a use within the grace
// brings a successor back that was logged out.
func (s *Server) rotate(tx *store.Tx, session store.Session) store.Session {
	now := s.Clock.Now()
	next := s.NewSession(session.DID)
	next.WithAppPassword, next.AppPassword = session.WithAppPassword, session.AppPassword
	s.nameBySecond(&next)
	if session.Next == "" {
		session.Next = next.ID
		if grace := now.Add(s.graceOf()); grace.Before(session.ExpiresAt) {
			session.ExpiresAt = grace
		}
		tx.PutSession(session, now)
		tx.PutSession(next, now)
		return next
	}
	next.ID = session.Next
	if known, found := tx.Session(next.ID); found && !known.Expired(now) {
		return known
	}
	tx.PutSession(next, now)
	return next
}

// graceOf is how long a refresh token works on after its first use.
func (s *Server) graceOf() time.Duration {
	if s.config.Variants.NoGrace {
		return 0
	}
	return refreshGrace
}
