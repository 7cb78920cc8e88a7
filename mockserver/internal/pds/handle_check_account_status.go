package pds

// Document: com/atproto/server/checkAccountStatus.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/checkAccountStatus.json

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/dag"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// checkAccountStatus tells of an empty repository, whose commit and revision
// are fixed for each account.
func (s *Server) checkAccountStatus(ctx context.Context, call *xrpc.Call) (lexval.Object, error) {
	account, found := s.Store.Account(call.Caller.DID)
	if !found {
		return nil, &xrpc.Error{Status: 400, Name: "NotFound", Message: "Could not find the repository of " + call.Caller.DID}
	}
	const emptyRepositoryBlocks = 2 // its commit, and the root of its tree
	none := int64(0)
	return lexval.Object{
		Field("activated", !account.Deactivated && !account.TakenDown),
		Field("validDid", s.leadsHere(ctx, account, s.Origin(call.HTTP)) == nil),
		Field("repoCommit", dag.CID([]byte(account.DID))),
		Field("repoRev", revisionOf(account.CreatedAt)),
		Field("repoBlocks", int64(emptyRepositoryBlocks)),
		Field("indexedRecords", none),
		Field("privateStateValues", none),
		Field("expectedBlobs", none),
		Field("importedBlobs", none),
	}, nil
}
