package pds

// Document: com/atproto/server/requestEmailUpdate.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/requestEmailUpdate.json

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// requestEmailUpdate mails a code to the present address where that is
// confirmed. An address that is not needs none.
func (s *Server) requestEmailUpdate(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	code := s.NewMailToken(call.Caller.DID)
	var account store.Account
	err := s.transact(ctx, call, func(tx *store.Tx) (err error) {
		if account, err = s.withAddress(tx, call.Caller.DID); err == nil && account.EmailConfirmed {
			tx.PutMailToken(store.UpdateEmail, code)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if account.EmailConfirmed {
		s.send(account, UpdateSubject, fmt.Sprintf(
			"Somebody, hopefully you, asked to change the e-mail address of %s.\n\n"+
				"The code to do so with is %s. It works for fifteen minutes.\n\n"+
				"Without it the address stays.\n", account.Handle, code.Text), code)
	}
	return lexval.Object{Field("tokenRequired", account.EmailConfirmed)}, nil
}
