package pds

// Document: lexicons/2023-04/com/atproto/server/createInviteCode.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/createInviteCode.json

import (
	"cmp"
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// createInviteCode makes one code, for the administrator where no account is
// named. The number of uses has no bounds: a code of none is of no use.
func (s *Server) createInviteCode(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	account := cmp.Or(call.Input.String("forAccount"), AdminAccount)
	invites := s.NewInvites(1, account, AdminAccount, call.Input.Integer("useCount"))
	if err := s.addInvites(ctx, call, invites); err != nil {
		return nil, err
	}
	return lexval.Object{Field("code", invites[0].Code)}, nil
}
