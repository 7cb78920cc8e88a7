package pds

// Document: lexicons/2023-04/com/atproto/server/resetPassword.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/resetPassword.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// resetPassword finds the account by the code alone. It ends all sessions of
// the account, app-password sessions too; app passwords and access tokens go
// on working.
func (s *Server) resetPassword(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	text, password := Canonical(call.Input.String("token")), call.Input.String("password")
	hashed := s.NewPassword(s.PasswordText(password))
	var refusal error
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		refusal = nil
		token, found := tx.MailTokenByText(store.ResetPassword, text)
		if !found {
			return unknownMailToken()
		}
		if s.HasExpired(token) {
			refusal = xrpc.ExpiredToken("The password reset token has expired")
			tx.DropMailToken(store.ResetPassword, token.DID)
			return nil // dropping it is to be committed
		}
		if problem := s.passwordProblem(password); problem != "" {
			return xrpc.InvalidRequest(problem) // this document declares no InvalidPassword
		}
		account, found := tx.Account(token.DID)
		if !found {
			return unknownMailToken()
		}
		account.Password = hashed
		tx.UpdateAccount(account)
		tx.DropMailToken(store.ResetPassword, account.DID)
		tx.DeleteSessions(account.DID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return nil, refusal
}
