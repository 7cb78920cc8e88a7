package pds

// Document: com/atproto/server/checkAccountStatus.json
// Source: https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/server/checkAccountStatus.json

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"

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
		Field("repoCommit", commitOf(account.DID)),
		Field("repoRev", revisionOf(account.CreatedAt)),
		Field("repoBlocks", int64(emptyRepositoryBlocks)),
		Field("indexedRecords", none),
		Field("privateStateValues", none),
		Field("expectedBlobs", none),
		Field("importedBlobs", none),
	}, nil
}

// commitOf is a CID: version 1, dag-cbor, sha2-256.
// Source: https://atproto.com/specs/data-model#link-and-cid-formats
func commitOf(did string) string {
	sum := sha256.Sum256([]byte(did))
	encoded := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(append([]byte{0x01, 0x71, 0x12, 0x20}, sum[:]...))
	return "b" + strings.ToLower(encoded)
}
