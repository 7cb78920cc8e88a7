package pds

// Document: com/atproto/server/reserveSigningKey.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/reserveSigningKey.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// reserveSigningKey tells the key that an account of that DID will have. It
// follows from the DID, so that nothing has to be kept; without a DID each call
// has another.
func (s *Server) reserveSigningKey(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	whose := call.Input.String("did")
	if whose == "" {
		whose = s.Entropy.Base64(32)
	}
	key, err := didKey(s.accountKey(whose))
	if err != nil {
		return nil, err
	}
	// Nothing is kept, and it takes as long as if something were.
	err = s.transact(ctx, call, func(*store.Tx) error { return nil })
	return lexval.Object{Field("signingKey", key)}, err
}
