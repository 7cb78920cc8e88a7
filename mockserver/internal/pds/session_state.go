package pds

import (
	"context"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// sessionMembers is how many members an answer about a session has at most,
// tokens included.
const sessionMembers = 9

// describeSession is what every answer about a session tells of its account;
// a document that lists less gets less.
func describeSession(account store.Account) lexval.Object {
	output := append(make(lexval.Object, 0, sessionMembers), Field("did", account.DID), Field("handle", account.Handle))
	if account.Email != "" {
		output = append(output, Field("email", account.Email), Field("emailConfirmed", account.EmailConfirmed))
	} else {
		output = append(output, Field("emailConfirmed", false))
	}
	if account.AuthFactor {
		output = append(output, Field("emailAuthFactor", true))
	}
	status := statusOf(account)
	if output = append(output, Field("active", status == "")); status != "" {
		output = append(output, Field("status", status))
	}
	return output
}

// sessionOutput is describeSession for the answer to a call, with what servers add
// where they are set to.
func (s *Server) sessionOutput(ctx context.Context, call *xrpc.Call, account store.Account) lexval.Object {
	output := describeSession(account)
	if !s.config.Variants.DIDDocuments || !call.Tells("didDoc") {
		return output
	}
	if current, err := s.identityOf(ctx, account, s.Origin(call.HTTP)); err == nil {
		output = append(output, Field("didDoc", didDocument(account.DID, current)))
	}
	return output
}

// statusOf is why an account is not active, or "".
func statusOf(account store.Account) string {
	switch {
	case account.TakenDown:
		return "takendown"
	case account.Deactivated:
		return "deactivated"
	}
	return ""
}
