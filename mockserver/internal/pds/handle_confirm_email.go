package pds

// Document: com/atproto/server/confirmEmail.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/confirmEmail.json

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// confirmEmail looks at the address before the code, and at the code before its
// age. One that is too old stays, and says so each time.
func (s *Server) confirmEmail(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	return nil, s.transact(ctx, call, func(tx *store.Tx) error {
		account, found := tx.Account(call.Caller.DID)
		switch {
		case !found:
			return s.refuses(call, store.Account{}, false)
		case account.Email == "" || !strings.EqualFold(account.Email, call.Input.String("email")):
			return xrpc.Fail("InvalidEmail", "The address is not that of the account")
		}
		if err := s.checkCode(tx, store.ConfirmEmail, account.DID, call.Input.String("token")); err != nil {
			return err
		}
		account.EmailConfirmed = true
		tx.UpdateAccount(account)
		tx.DropMailToken(store.ConfirmEmail, account.DID)
		return nil
	})
}

// checkCode holds a code against the one that was mailed to the account.
func (s *Server) checkCode(tx *store.Tx, purpose store.MailPurpose, did, given string) error {
	mailed, found := tx.MailToken(purpose, did)
	switch {
	case !found || mailed.Text != Canonical(given):
		return unknownMailToken()
	case s.HasExpired(mailed):
		return xrpc.ExpiredToken("The code has expired")
	}
	return nil
}
