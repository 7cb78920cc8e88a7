package mockserver

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
func (s *PDS) getAccountInviteCodes(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	invites, err := s.earnedInvites(ctx, call)
	if err != nil {
		return nil, err
	}
	includeUsed := call.Params.Boolean("includeUsed")
	list := []any{}
	for _, invite := range invites {
		if includeUsed || !invite.Exhausted() {
			list = append(list, describeInvite(invite))
		}
	}
	return lexval.Object{field("codes", list)}, nil
}

// earnedInvites returns all codes of the caller. Of two requests that would
// add to the same list only one can: the other lost, and says so.
func (s *PDS) earnedInvites(ctx context.Context, call *xrpc.Call) ([]store.Invite, error) {
	tx := s.store.Begin()
	account, found := tx.Account(call.Caller.DID)
	if !found || account.TakenDown {
		return nil, xrpc.AccountTakedown()
	}
	invites := tx.InvitesFor(account.DID)
	if !call.Params.Boolean("createAvailable") {
		return invites, nil
	}
	interval, age := s.config.InviteInterval, s.clock.Now().Sub(account.CreatedAt)
	count := invitesToCreate(interval, age, invites)
	if hooks := s.hooks.Load(); hooks != nil && hooks.Earned != nil && interval > 0 {
		count = hooks.Earned(interval, age, invites)
	}
	if count <= 0 {
		return invites, nil
	}
	fresh := s.newInvites(int(count), account.DID, account.DID, 1)
	tx.AddInvites(fresh)
	err := s.commit(ctx, call.NSID, tx)
	if errors.Is(err, store.ErrConflict) {
		return nil, xrpc.Fail("DuplicateCreate", "attempted to create additional codes in another request")
	}
	return append(invites, fresh...), err
}

// invitesToCreate counts what an account of that age may add to its codes: one
// for each interval it has lived through, less those that it has had in any
// way, up to the number that may be open at a time.
func invitesToCreate(interval, age time.Duration, invites []store.Invite) int64 {
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

// describeInvite tells the uses in all as available, not what is left.
func describeInvite(invite store.Invite) lexval.Object {
	uses := []any{}
	for _, use := range invite.Uses {
		uses = append(uses, lexval.Object{
			field("usedBy", use.By),
			field("usedAt", timestamp(use.At)),
		})
	}
	return lexval.Object{
		field("code", invite.Code),
		field("available", invite.Available),
		field("disabled", invite.Disabled),
		field("forAccount", invite.ForAccount),
		field("createdBy", invite.CreatedBy),
		field("createdAt", timestamp(invite.CreatedAt)),
		field("uses", uses),
	}
}
