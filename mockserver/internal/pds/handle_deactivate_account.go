package pds

// Document: com/atproto/server/deactivateAccount.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/deactivateAccount.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// deactivateAccount can be repeated, and sets deleteAfter anew each time.
// Sessions and app passwords live on, handle and address stay taken.
func (s *Server) deactivateAccount(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	return nil, s.transact(ctx, call, func(tx *store.Tx) error {
		account, found := tx.Account(call.Caller.DID)
		if !found {
			return unknownAccount(call.Caller.DID)
		}
		account.Deactivated, account.DeleteAfter = true, call.Input.String("deleteAfter")
		tx.UpdateAccount(account)
		return nil
	})
}
