package mockserver

// Document: lexicons/2023-04/com/atproto/server/listAppPasswords.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/listAppPasswords.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// listAppPasswords tells names and dates; the passwords themselves are not
// kept.
func (s *PDS) listAppPasswords(_ context.Context, call *xrpc.Call) (lexval.Object, error) {
	list := []any{}
	for _, password := range s.store.AppPasswords(call.Caller.DID) {
		list = append(list, lexval.Object{
			field("name", password.Name),
			field("createdAt", timestamp(password.CreatedAt)),
		})
	}
	return lexval.Object{field("passwords", list)}, nil
}
