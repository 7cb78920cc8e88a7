package pds

// Document: lexicons/2023-04/com/atproto/server/getAccountInviteCodes.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/getAccountInviteCodes.json

import (
	"context"
	"errors"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// maxOpenInvites is how many usable codes of its own an account can have at a
// time.
const maxOpenInvites = 5

// getAccountInviteCodes lists the codes of the caller, and first makes those
// that its age has earned. Codes that were made just now are listed in any
// case.
func (s *Server) getAccountInviteCodes(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	invites, err := s.earnedInvites(ctx, call)
	if err != nil {
		return nil, err
	}
	includeUsed := call.Params.Boolean("includeUsed")
	list := []any{}
	for _, invite := range invites {
		if includeUsed || !invite.Exhausted() {
			list = append(list, DescribeInvite(invite))
		}
	}
	return lexval.Object{Field("codes", list)}, nil
}

// earnedInvites returns all codes of the caller. Of two requests that would
// add to the same list only one can: the other lost, and says so.
func (s *Server) earnedInvites(ctx context.Context, call *xrpc.Call) ([]store.Invite, error) {
	tx := s.Store.Begin()
	account, found := tx.Account(call.Caller.DID)
	if err := s.refuses(call, account, found); err != nil {
		return nil, err
	}
	invites := tx.InvitesFor(account.DID)
	if !call.Params.Boolean("createAvailable") {
		return invites, nil
	}
	interval, age := s.config.InviteInterval, s.Clock.Now().Sub(account.CreatedAt)
	count := InvitesToCreate(interval, age, invites)
	if hooks := s.Hooks.Load(); hooks != nil && hooks.Earned != nil && interval > 0 {
		count = hooks.Earned(interval, age, invites)
	}
	if count <= 0 {
		return invites, nil
	}
	fresh := s.NewInvites(int(count), account.DID, account.DID, 1)
	tx.AddInvites(fresh)
	err := s.commit(ctx, call.NSID, tx)
	if errors.Is(err, store.ErrConflict) {
		return nil, xrpc.Fail("DuplicateCreate", "attempted to create additional codes in another request")
	}
	return append(invites, fresh...), err
}

// InvitesToCreate counts what an account of that age may add to its codes: one
// for each interval it has lived through, less those that it has had in any
// way, up to the number that may be open at a time.
func InvitesToCreate(interval, age time.Duration, invites []store.Invite) int64 {
	if interval <= 0 {
		return 0
	}
	open := int64(0)
	for _, invite := range invites {
		if invite.Usable() {
			open++
		}
	}
	earned := int64(age/interval) - int64(len(invites))
	return min(maxOpenInvites-open, earned)
}

// DescribeInvite tells the uses in all as available, not what is left.
func DescribeInvite(invite store.Invite) lexval.Object {
	uses := []any{}
	for _, use := range invite.Uses {
		uses = append(uses, lexval.Object{
			Field("usedBy", use.By),
			Field("usedAt", Timestamp(use.At)),
		})
	}
	return lexval.Object{
		Field("code", invite.Code),
		Field("available", invite.Available),
		Field("disabled", invite.Disabled),
		Field("forAccount", invite.ForAccount),
		Field("createdBy", invite.CreatedBy),
		Field("createdAt", Timestamp(invite.CreatedAt)),
		Field("uses", uses),
	}
}
