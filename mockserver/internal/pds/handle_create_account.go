package pds

// Document: lexicons/2023-04/com/atproto/server/createAccount.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createAccount.json

import (
	"context"
	"net/mail"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// createAccount checks first what the request says and then, in one
// transaction, what the store says; a refused request leaves nothing behind.
func (s *Server) createAccount(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	if err := s.checkSignUp(call.Input); err != nil {
		return nil, err
	}
	account := s.NewAccount(call.Input.String("handle"), call.Input.String("email"), call.Input.String("password"))
	session := s.NewSession(account.DID)
	err := s.transact(ctx, call, func(tx *store.Tx) error {
		if s.config.InviteRequired {
			if err := s.useInvite(tx, call.Input.String("inviteCode"), account.DID); err != nil {
				return err
			}
		}
		if _, taken := tx.AccountByHandle(account.Handle); taken {
			return xrpc.Fail("HandleNotAvailable", "Handle already taken: "+account.Handle)
		}
		if _, taken := tx.AccountByEmail(account.Email); taken {
			return xrpc.InvalidRequest("Email already taken: " + call.Input.String("email"))
		}
		tx.InsertAccount(account)
		tx.PutSession(session, account.CreatedAt)
		return nil
	})
	if err != nil {
		return nil, err
	}
	tokens, err := s.TokensOf(session)
	if err != nil {
		return nil, err
	}
	return append(lexval.Object{Field("handle", account.Handle), Field("did", account.DID)}, tokens...), nil
}

// checkSignUp refuses what no state of the store could mend, in the order of
// the real server; what that one accepts comes last.
func (s *Server) checkSignUp(input lexval.Values) error {
	if s.config.InviteRequired && input.String("inviteCode") == "" {
		return xrpc.Fail("InvalidInviteCode", "No invite code provided")
	}
	if err := s.checkHandle(strings.ToLower(input.String("handle"))); err != nil {
		return err
	}
	if !IsAddress(input.String("email")) {
		return xrpc.InvalidRequest("Input/email must be a valid e-mail address")
	}
	if problem := s.passwordProblem(input.String("password")); problem != "" {
		return xrpc.Fail("InvalidPassword", problem)
	}
	if key := input.String("recoveryKey"); key != "" {
		if _, err := atcrypto.ParsePublicDIDKey(key); err != nil {
			return xrpc.InvalidRequest("Input/recoveryKey must be a did:key of a secp256k1 or p256 key")
		}
	}
	return nil
}

// NewAccount returns an account that is not stored yet.
func (s *Server) NewAccount(handle, email, password string) store.Account {
	return store.Account{
		DID:       "did:plc:" + s.Entropy.Base32(24),
		Handle:    strings.ToLower(handle),
		Email:     strings.ToLower(email),
		Password:  s.NewPassword(s.PasswordText(password)),
		CreatedAt: s.Clock.Now(),
	}
}

func (s *Server) useInvite(tx *store.Tx, code, did string) error {
	invite, found := tx.Invite(code)
	if !found || !invite.Usable() {
		return xrpc.Fail("InvalidInviteCode", "Provided invite code not available")
	}
	tx.UseInvite(code, store.InviteUse{By: did, At: s.Clock.Now()})
	return nil
}

// IsAddress reports whether mail could be sent there: a bare address, without
// a name before it.
// Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1
func IsAddress(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}
