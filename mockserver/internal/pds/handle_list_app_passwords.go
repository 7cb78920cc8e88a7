package pds

// Document: lexicons/2023-04/com/atproto/server/listAppPasswords.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/listAppPasswords.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// listAppPasswords tells names and dates; the passwords themselves are not
// kept.
func (s *Server) listAppPasswords(_ context.Context, call *xrpc.Call) (lexval.Object, error) {
	list := []any{}
	for _, password := range s.Store.AppPasswords(call.Caller.DID) {
		list = append(list, lexval.Object{
			Field("name", password.Name),
			Field("createdAt", Timestamp(password.CreatedAt)),
			Field("privileged", password.Privileged),
		})
	}
	return lexval.Object{Field("passwords", list)}, nil
}
