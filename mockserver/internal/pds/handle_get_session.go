package pds

// Document: lexicons/2023-04/com/atproto/server/getSession.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/getSession.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// getSession knows no difference between an account that was taken down and
// one that is not there.
func (s *Server) getSession(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	account, found := s.Store.Account(call.Caller.DID)
	if err := s.refuses(call, account, found); err != nil {
		return nil, err
	}
	return s.sessionOutput(ctx, call, account), nil
}
