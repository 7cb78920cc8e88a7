package mockserver

// Document: lexicons/2023-04/com/atproto/server/createInviteCode.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createInviteCode.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// createInviteCode makes one code, for the administrator where no account is
// named. The number of uses has no bounds: a code of none is of no use.
func (s *PDS) createInviteCode(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	account := or(call.Input.String("forAccount"), adminAccount)
	invites := s.newInvites(1, account, adminAccount, call.Input.Integer("useCount"))
	if err := s.addInvites(ctx, call, invites); err != nil {
		return nil, err
	}
	return lexval.Object{field("code", invites[0].Code)}, nil
}
