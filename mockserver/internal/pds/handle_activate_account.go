package pds

// Document: com/atproto/server/activateAccount.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/activateAccount.json

import (
	"context"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// activateAccount looks first at what the identity says, also for an account
// that is active already: it must lead here.
func (s *Server) activateAccount(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	account, found := s.Store.Account(call.Caller.DID)
	if !found {
		return nil, s.refuses(call, store.Account{}, false)
	}
	if err := s.leadsHere(ctx, account, s.Origin(call.HTTP)); err != nil {
		return nil, err
	}
	return nil, s.transact(ctx, call, func(tx *store.Tx) error {
		account, found := tx.Account(call.Caller.DID)
		switch {
		case !found:
			return s.refuses(call, store.Account{}, false)
		case account.TakenDown:
			return &xrpc.Error{Status: http.StatusBadRequest, Name: "AccountNotFound", Message: "Account not found"} // no document declares it
		}
		account.Deactivated, account.DeleteAfter = false, ""
		tx.UpdateAccount(account)
		return nil
	})
}
