package pds

import (
	"net/http"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// A few methods of other families are there without their documents, since
// accounts can't come or go without them.

// recommendedCredentials answers com.atproto.identity.getRecommendedDidCredentials:
// what the identity of the caller has to say so that it leads here.
func (s *Server) recommendedCredentials(r *http.Request) (xrpc.Response, error) {
	if err := getOnly(r); err != nil {
		return xrpc.Response{}, err
	}
	caller, err := s.Admit(r, Rule{Takes: AccessToken, Deleted: unknownAccount})
	if err != nil {
		return xrpc.Response{}, err
	}
	account, _ := s.Store.Account(caller.DID)
	said, err := s.credentials(account.DID, account.Handle, s.Origin(r))
	if err != nil {
		return xrpc.Response{}, err
	}
	return answer(describeOperation(said))
}

// repoStatus answers com.atproto.sync.getRepoStatus.
func (s *Server) repoStatus(r *http.Request) (xrpc.Response, error) {
	if err := getOnly(r); err != nil {
		return xrpc.Response{}, err
	}
	did := r.URL.Query().Get("did")
	if !lexval.IsDID(did) {
		return xrpc.Response{}, xrpc.InvalidRequest("Error: Params/did must be a valid did")
	}
	account, found := s.Store.Account(did)
	if !found {
		return xrpc.Response{}, xrpc.Fail("RepoNotFound", "Could not find a repository of "+did)
	}
	output := lexval.Object{Field("did", did)}
	if status := statusOf(account); status != "" {
		return answer(append(output, Field("active", false), Field("status", status)))
	}
	return answer(append(output, Field("active", true), Field("rev", revisionOf(account.CreatedAt))))
}

// DIDDocument is the document of an account's DID, as the sender of a request
// gets it.
func (s *Server) DIDDocument(r *http.Request, account store.Account) (lexval.Object, error) {
	said, err := s.identityOf(r.Context(), account, s.Origin(r))
	if err != nil {
		return nil, upstreamFailure()
	}
	return didDocument(account.DID, said), nil
}

func getOnly(r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return xrpc.InvalidRequest("Incorrect HTTP method (" + r.Method + ") expected GET")
	}
	return nil
}

// revisionOf is a TID of a point in time.
// Source: https://atproto.com/specs/tid
func revisionOf(at time.Time) string {
	const alphabet, characters, clockBits = "234567abcdefghijklmnopqrstuvwxyz", 13, 10
	number := uint64(at.UnixMicro()) << clockBits
	text := make([]byte, characters)
	for i := characters - 1; i >= 0; i-- {
		text[i] = alphabet[number&31]
		number >>= 5
	}
	return string(text)
}
