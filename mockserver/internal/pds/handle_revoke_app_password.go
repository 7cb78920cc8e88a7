package pds

// Document: lexicons/2023-04/com/atproto/server/revokeAppPassword.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/revokeAppPassword.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// revokeAppPassword also ends the sessions that the password opened; their
// access tokens work until they expire. A name that is not in use is no error.
func (s *Server) revokeAppPassword(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	return nil, s.transact(ctx, call, func(tx *store.Tx) error {
		tx.DeleteAppPassword(call.Caller.DID, call.Input.String("name"))
		return nil
	})
}
