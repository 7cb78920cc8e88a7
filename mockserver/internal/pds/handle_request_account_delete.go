package pds

// Document: lexicons/2023-04/com/atproto/server/requestAccountDelete.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/requestAccountDelete.json

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// requestAccountDelete mails a code, which replaces an earlier one.
func (s *Server) requestAccountDelete(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	token := s.NewMailToken(call.Caller.DID)
	var account store.Account
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		var found bool
		account, found = tx.Account(call.Caller.DID)
		if err := s.refuses(call, account, found); err != nil {
			return err
		}
		tx.PutMailToken(store.DeleteAccount, token)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.send(account, DeletionSubject, fmt.Sprintf(
		"Somebody, hopefully you, asked to delete the account %s.\n\n"+
			"The code to confirm it with is %s. It works for fifteen minutes.\n\n"+
			"Nothing happens without it.\n", account.Handle, token.Text), token)
	return nil, nil
}
