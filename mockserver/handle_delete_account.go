package mockserver

// Document: lexicons/2023-04/com/atproto/server/deleteAccount.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/deleteAccount.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// deleteAccount wants the account's own password, an app password won't do,
// and the code that was mailed to it. The account is gone when it answers.
func (s *Server) deleteAccount(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	did, text := call.Input.String("did"), canonical(call.Input.String("token"))
	var account store.Account
	var refusal error
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		refusal = nil
		var found bool
		if account, found = tx.Account(did); !found || !account.Password.Matches(s.passwordText(call.Input.String("password"))) {
			return xrpc.AuthenticationRequired("Invalid did or password")
		}
		token, found := tx.MailToken(store.DeleteAccount, did)
		if !found || token.Text != text {
			return unknownMailToken()
		}
		if s.hasExpired(token) {
			refusal = xrpc.ExpiredToken("The account deletion token has expired")
			tx.DropMailToken(store.DeleteAccount, did)
			return nil // dropping it is to be committed
		}
		if s.options.odd[oddSlowDeletion] {
			tx.DropMailToken(store.DeleteAccount, did)
			return nil
		}
		tx.DeleteAccount(account)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if refusal == nil && s.options.odd[oddSlowDeletion] {
		s.deleteLater(account)
	}
	return nil, refusal
}
