package pds

// Document: com/atproto/server/getServiceAuth.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/getServiceAuth.json

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// How far ahead a service token may expire: one that is bound to a method may
// be asked for longer than one that would open them all.
const (
	serviceTokenLife    = time.Minute // where none is asked for
	maxServiceTokenLife = time.Hour
	maxUnboundTokenLife = time.Minute
)

// protectedMethods change the account itself, which no other server may do in
// its name.
func protectedMethods() []string {
	return []string{
		"com.atproto.admin.sendEmail", "com.atproto.identity.requestPlcOperationSignature",
		"com.atproto.identity.signPlcOperation", "com.atproto.identity.updateHandle",
		Prefix + "activateAccount", Prefix + "confirmEmail", Prefix + "createAppPassword", Prefix + "deactivateAccount",
		Prefix + "getAccountInviteCodes", Prefix + "getSession", Prefix + "listAppPasswords", Prefix + "requestAccountDelete",
		Prefix + "requestEmailConfirmation", Prefix + "requestEmailUpdate", Prefix + "revokeAppPassword", Prefix + "updateEmail",
	}
}

// privilegedOnly reports whether a plain app password may not ask for tokens
// for a method.
func privilegedOnly(method string) bool {
	return method == Prefix+"createAccount" || strings.HasPrefix(method, "chat.bsky.")
}

// getServiceAuth signs with the key that the account's DID document names.
func (s *Server) getServiceAuth(_ context.Context, call *xrpc.Call) (lexval.Object, error) {
	audience, method := call.Params.String("aud"), call.Params.String("lxm")
	if !isAudience(audience) {
		return nil, xrpc.InvalidRequest("aud must be a DID, or a DID and the fragment of a service")
	}
	if method == "" && s.config.Variants.BoundServiceTokens {
		return nil, xrpc.InvalidRequest("lxm is needed")
	}
	if err := s.mayAskFor(call, method); err != nil {
		return nil, err
	}
	now := s.Clock.Now().Unix()
	expires, err := expiry(call.Params, method, now)
	if err != nil {
		return nil, err
	}
	if slices.Contains(protectedMethods(), method) {
		return nil, xrpc.InvalidRequest("No service token is given out for " + method)
	}
	key, err := s.accountKey(call.Caller.DID)
	if err != nil {
		return nil, err
	}
	signed, err := token.SignService(key, token.ServiceClaims{
		Issuer: call.Caller.DID, Audience: audience, Method: method, IssuedAt: now, ExpiresAt: expires, ID: s.Entropy.Base64(16),
	})
	if err != nil {
		return nil, err
	}
	return lexval.Object{Field("token", signed)}, nil
}

// mayAskFor refuses what a session's kind, or the state of its account, does
// not allow. An account that was taken down can still leave.
func (s *Server) mayAskFor(call *xrpc.Call, method string) error {
	account, found := s.Store.Account(call.Caller.DID)
	if !found {
		return s.refuses(call, store.Account{}, false)
	}
	if (account.TakenDown || call.Caller.Scope == token.Takendown) && method != Prefix+"createAccount" {
		return xrpc.InvalidToken("Bad token scope")
	}
	if call.Caller.Scope == token.AppPassword && privilegedOnly(method) {
		return xrpc.InvalidRequest("An app password without privileges gets no service token for " + method)
	}
	return nil
}

// expiry is when a token expires, in seconds since 1970.
func expiry(params lexval.Values, method string, now int64) (int64, error) {
	if _, given := params["exp"]; !given {
		return now + int64(serviceTokenLife/time.Second), nil
	}
	asked := params.Integer("exp")
	ahead := asked - now
	switch {
	case asked <= now:
		return 0, xrpc.Fail("BadExpiration", "The expiration lies in the past")
	case ahead > int64(maxServiceTokenLife/time.Second):
		return 0, xrpc.Fail("BadExpiration", "A service token expires within an hour")
	case method == "" && ahead > int64(maxUnboundTokenLife/time.Second):
		return 0, xrpc.Fail("BadExpiration", "A service token that names no method expires within a minute")
	}
	return asked, nil
}

// isAudience takes a did:plc or a did:web of a host, alone or with one
// fragment.
func isAudience(text string) bool {
	did, fragment, hasFragment := strings.Cut(text, "#")
	if hasFragment && (fragment == "" || strings.Contains(fragment, "#")) {
		return false
	}
	if !lexval.IsDID(did) {
		return false
	}
	if host, isWeb := strings.CutPrefix(did, "did:web:"); isWeb {
		return !strings.Contains(host, ":")
	}
	return strings.HasPrefix(did, "did:plc:")
}
