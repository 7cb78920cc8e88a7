package pds

// Document: lexicons/2023-04/com/atproto/server/deleteAccount.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/deleteAccount.json

import (
	"context"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// deleteAccount wants the account's own password, an app password won't do,
// and the code that was mailed to it. The account is gone when it answers.
func (s *Server) deleteAccount(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	did, text := call.Input.String("did"), Canonical(call.Input.String("token"))
	var account store.Account
	var refusal error
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		refusal = nil
		var found bool
		if account, found = tx.Account(did); !found || !account.Password.Matches(s.PasswordText(call.Input.String("password"))) {
			return xrpc.AuthenticationRequired("Invalid did or password")
		}
		token, found := tx.MailToken(store.DeleteAccount, did)
		if !found || token.Text != text {
			return unknownMailToken()
		}
		if s.HasExpired(token) {
			refusal = xrpc.ExpiredToken("The account deletion token has expired")
			tx.DropMailToken(store.DeleteAccount, did)
			return nil // dropping it is to be committed
		}
		if s.config.Variants.SlowDeletion {
			tx.DropMailToken(store.DeleteAccount, did)
			return nil
		}
		tx.DeleteAccount(account)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if refusal == nil && s.config.Variants.SlowDeletion {
		s.deleteLater(account)
	}
	return nil, refusal
}

// deletionDelay is how long a deletion takes to show, by the base clock.
const deletionDelay = time.Second

// deleteLater deletes an account that has been answered for. It only touches
// memory, so nobody has to wait for it.
func (s *Server) deleteLater(account store.Account) {
	s.config.Clock.AfterFunc(deletionDelay, func() {
		s.Alter(func(tx *store.Tx) {
			if found, ok := tx.Account(account.DID); ok && found.CreatedAt.Equal(account.CreatedAt) {
				tx.DeleteAccount(found)
			}
		})
	}, "deletion")
}
