package pds

// Document: com/atproto/server/updateEmail.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/updateEmail.json

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// updateEmail stores another address, which is unconfirmed, and voids every
// code that was mailed to the account. Sessions live on.
func (s *Server) updateEmail(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	address, code := strings.ToLower(call.Input.String("email")), call.Input.String("token")
	if !s.takesAddress(call.Input.String("email")) {
		return nil, xrpc.InvalidRequest("Input/email must be a valid e-mail address")
	}
	return nil, s.transact(ctx, call, func(tx *store.Tx) error {
		account, found := tx.Account(call.Caller.DID)
		if !found {
			return s.refuses(call, store.Account{}, false)
		}
		if code == "" && account.EmailConfirmed {
			return xrpc.Fail("TokenRequired", "A confirmed address is changed with a code only")
		}
		if code != "" { // also where none is needed
			if err := s.checkCode(tx, store.UpdateEmail, account.DID, code); err != nil {
				return err
			}
		}
		if other, taken := tx.AccountByEmail(address); taken && other.DID != account.DID {
			return xrpc.InvalidRequest("This e-mail address is in use")
		}
		if wanted, given := call.Input["emailAuthFactor"].(bool); given && (account.EmailConfirmed || !wanted) {
			account.AuthFactor = wanted
		}
		account.Email, account.EmailConfirmed = address, false
		tx.UpdateAccount(account)
		tx.DropMailTokens(account.DID)
		return nil
	})
}
