package pds

// Document: com/atproto/server/requestEmailConfirmation.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/requestEmailConfirmation.json

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// requestEmailConfirmation mails a code to the present address, also where that
// is confirmed already.
func (s *Server) requestEmailConfirmation(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	code := s.NewMailToken(call.Caller.DID)
	var account store.Account
	err := s.transact(ctx, call, func(tx *store.Tx) (err error) {
		if account, err = s.withAddress(tx, call.Caller.DID); err != nil {
			return err
		}
		tx.PutMailToken(store.ConfirmEmail, code)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.send(account, ConfirmationSubject, fmt.Sprintf(
		"Please confirm that %s is the e-mail address of %s.\n\n"+
			"The code to do so with is %s. It works for fifteen minutes.\n", account.Email, account.Handle, code.Text), code)
	return nil, nil
}

// withAddress reads an account that mail can be sent to.
func (s *Server) withAddress(tx *store.Tx, did string) (store.Account, error) {
	account, found := tx.Account(did)
	switch {
	case !found:
		return account, accountNotFound(did)
	case account.Email == "":
		return account, xrpc.InvalidRequest("The account has no e-mail address")
	}
	return account, nil
}
