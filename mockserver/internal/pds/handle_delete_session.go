package pds

// Document: lexicons/2023-04/com/atproto/server/deleteSession.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/deleteSession.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// deleteSession ends the one session of a refresh token. A session that has
// ended already is no error, nor is one whose account is gone.
func (s *Server) deleteSession(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	return nil, s.transact(ctx, call, func(tx *store.Tx) error {
		tx.DeleteSession(call.Caller.TokenID)
		if s.config.Variants.AccessEnds {
			s.loggedOut.Store(call.Caller.TokenID, struct{}{})
		}
		return nil
	})
}
