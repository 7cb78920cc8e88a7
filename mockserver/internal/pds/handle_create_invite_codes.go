package pds

// Document: lexicons/2023-04/com/atproto/server/createInviteCodes.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createInviteCodes.json

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// maxCodesPerCall keeps one request from filling the memory. The document
// states no bound; none is near what anyone asks for.
const maxCodesPerCall = 10_000

// createInviteCodes makes codeCount codes for each account, in the order of
// the accounts; an account that is named twice gets two entries.
func (s *Server) createInviteCodes(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	accounts, given := call.Input.Strings("forAccounts")
	if !given {
		accounts = []string{AdminAccount}
	}
	count := max(0, call.Input.Integer("codeCount"))
	if count > maxCodesPerCall || count*int64(len(accounts)) > maxCodesPerCall {
		return nil, xrpc.InvalidRequest(fmt.Sprintf("Input/codeCount must not ask for more than %d codes in all", maxCodesPerCall))
	}
	var all []store.Invite
	entries := []any{}
	for _, account := range accounts {
		invites := s.NewInvites(int(count), account, AdminAccount, call.Input.Integer("useCount"))
		all = append(all, invites...)
		entries = append(entries, describeGift(account, invites))
	}
	if err := s.addInvites(ctx, call, all); err != nil {
		return nil, err
	}
	return lexval.Object{Field("codes", entries)}, nil
}

func describeGift(account string, invites []store.Invite) lexval.Object {
	codes := make([]any, 0, len(invites))
	for _, invite := range invites {
		codes = append(codes, invite.Code)
	}
	return lexval.Object{Field("account", account), Field("codes", codes)}
}
