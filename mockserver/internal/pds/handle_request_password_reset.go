package pds

// Document: lexicons/2023-04/com/atproto/server/requestPasswordReset.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/requestPasswordReset.json

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// requestPasswordReset mails a code, which replaces an earlier one. Its answer
// is the same for any address, so that it tells nobody who has an account.
func (s *Server) requestPasswordReset(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	address := strings.ToLower(call.Input.String("email"))
	var account store.Account
	var token store.MailToken
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		var found bool
		account, found = tx.AccountByEmail(address)
		if !found || account.TakenDown {
			account = store.Account{}
			return nil
		}
		token = s.NewMailToken(account.DID)
		tx.PutMailToken(store.ResetPassword, token)
		return nil
	})
	if err != nil || account.DID == "" {
		return nil, err
	}
	s.SendResetCode(account, token)
	return nil, nil
}
