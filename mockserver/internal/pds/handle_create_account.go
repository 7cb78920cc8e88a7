package pds

// Document: lexicons/2023-04/com/atproto/server/createAccount.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createAccount.json

import (
	"context"
	"net/http"
	"net/mail"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/plc"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// createAccount checks first what the request says and then, in one
// transaction, what the store says; a refused request leaves nothing behind.
func (s *Server) createAccount(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	did, said, err := s.imported(ctx, call)
	if err != nil {
		return nil, err
	}
	if err := s.checkSignUp(call.Input, did, said); err != nil {
		return nil, err
	}
	account := s.NewAccount(call.Input.String("handle"), call.Input.String("email"), call.Input.String("password"))
	if _, given := call.Input["password"]; !given {
		account.Password = store.Password{} // which no text matches
	}
	if did != "" {
		account.DID, account.Imported, account.Deactivated = did, true, true
	}
	session := s.NewSession(account.DID)
	err = s.transact(ctx, call, func(tx *store.Tx) error {
		if err := s.checkFree(tx, call.Input, account); err != nil {
			return err
		}
		if err := s.checkOperation(call, did, account.Handle); err != nil {
			return err
		}
		tx.InsertAccount(account)
		tx.PutSession(session, account.CreatedAt)
		return nil
	})
	if err != nil {
		return nil, err
	}
	output := append(lexval.Object{Field("handle", account.Handle), Field("did", account.DID)}, s.TokensOf(session)...)
	if !call.Tells("didDoc") { // whose keys cost more than all the rest of a sign-up
		return output, nil
	}
	if current, err := s.identityOf(ctx, account, s.Origin(call.HTTP)); err == nil {
		output = append(output, Field("didDoc", didDocument(account.DID, current)))
	}
	return output, nil
}

// checkSignUp refuses what no state of the store could mend, in the order of
// the real server; what that one accepts comes last. What a document does not
// require may be absent.
func (s *Server) checkSignUp(input lexval.Values, did string, said plc.Operation) error {
	if s.settings.Load().InviteRequired && input.String("inviteCode") == "" {
		return xrpc.Fail("InvalidInviteCode", "No invite code provided")
	}
	if err := s.checkNewHandle(strings.ToLower(input.String("handle")), did, said); err != nil {
		return err
	}
	if address, given := input["email"].(string); given && !s.takesAddress(address) {
		return xrpc.InvalidRequest("Input/email must be a valid e-mail address")
	}
	if password, given := input["password"].(string); given {
		if problem := s.passwordProblem(password); problem != "" {
			return xrpc.Fail("InvalidPassword", problem)
		}
	}
	if key := input.String("recoveryKey"); key != "" && did == "" {
		if _, err := atcrypto.ParsePublicDIDKey(key); err != nil {
			return xrpc.InvalidRequest("Input/recoveryKey must be a did:key of a secp256k1 or p256 key")
		}
	}
	return nil
}

// checkNewHandle lets an account that comes from elsewhere keep a handle that
// its identity names.
func (s *Server) checkNewHandle(handle, did string, said plc.Operation) error {
	if did == "" || s.DomainOf(handle) != "" {
		return s.checkHandle(handle)
	}
	if !slices.Contains(said.AlsoKnownAs, "at://"+handle) {
		return xrpc.InvalidRequest("The handle does not resolve to the DID")
	}
	return nil
}

// checkFree refuses what others have, and uses the invite code.
func (s *Server) checkFree(tx *store.Tx, input lexval.Values, account store.Account) error {
	if code := input.String("inviteCode"); s.settings.Load().InviteRequired || code != "" && s.values.ChecksEveryInvite {
		if err := s.useInvite(tx, code, account.DID); err != nil {
			return err
		}
	}
	if _, taken := tx.AccountByHandle(account.Handle); taken {
		return xrpc.Fail("HandleNotAvailable", "Handle already taken: "+account.Handle)
	}
	if account.Email != "" {
		if _, taken := tx.AccountByEmail(account.Email); taken {
			return xrpc.InvalidRequest("Email already taken: " + input.String("email"))
		}
	}
	if account.Imported {
		if _, taken := tx.Account(account.DID); taken {
			return &xrpc.Error{Status: http.StatusBadRequest, Name: "AlreadyExists", Message: "Account already exists: " + account.DID}
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

// takesAddress reports whether an account may have that address.
func (s *Server) takesAddress(text string) bool {
	return IsAddress(text) && !(s.config.Variants.StrictAddresses && isUnusualAddress(text))
}

// isUnusualAddress reports whether an address has a plus sign, or is at a domain
// that has no mail.
// Source: https://www.rfc-editor.org/rfc/rfc6761#section-6
func isUnusualAddress(address string) bool {
	domain := address[strings.LastIndexByte(address, '@')+1:]
	topLevel := strings.ToLower(domain[strings.LastIndexByte(domain, '.')+1:])
	return strings.Contains(address, "+") || !strings.Contains(domain, ".") ||
		slices.Contains([]string{"example", "invalid", "localhost", "test"}, topLevel)
}

// IsAddress reports whether mail could be sent there: a bare address, without
// a name before it.
// Source: https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1
func IsAddress(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}
