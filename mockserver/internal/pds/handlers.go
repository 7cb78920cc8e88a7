package pds

import (
	"slices"

	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const Prefix = "com.atproto.server."

// Endpoints is the one table of what is served: New refuses to start where it
// and the lexicon documents differ.
func (s *Server) Endpoints() []xrpc.Endpoint {
	return []xrpc.Endpoint{
		{NSID: Prefix + "createAccount", Handle: s.createAccount, Writes: true},
		{NSID: Prefix + "createAppPassword", Authorize: s.fullAccess, Handle: s.createAppPassword, Writes: true},
		{NSID: Prefix + "createInviteCode", Authorize: s.admin, Handle: s.createInviteCode, Writes: true},
		{NSID: Prefix + "createInviteCodes", Authorize: s.admin, Handle: s.createInviteCodes, Writes: true},
		{NSID: Prefix + "createSession", Handle: s.createSession, Writes: true},
		{NSID: Prefix + "deleteAccount", Handle: s.deleteAccount, Writes: true},
		{NSID: Prefix + "deleteSession", Authorize: s.refreshOfAnyAge, AuthorizeLast: true, Handle: s.deleteSession, Writes: true},
		{NSID: Prefix + "describeServer", Handle: s.describeServer()},
		{NSID: Prefix + "getAccountInviteCodes", Authorize: s.accessUnlessGone, Handle: s.getAccountInviteCodes, Writes: true},
		{NSID: Prefix + "getSession", Authorize: s.anyAccess, Handle: s.getSession},
		{NSID: Prefix + "listAppPasswords", Authorize: s.accessOfAccount, Handle: s.listAppPasswords},
		{NSID: Prefix + "refreshSession", Authorize: s.Refresh, Handle: s.refreshSession, Writes: true},
		{NSID: Prefix + "requestAccountDelete", Authorize: s.accessUnlessGone, Handle: s.requestAccountDelete, Writes: true},
		{NSID: Prefix + "requestPasswordReset", Handle: s.requestPasswordReset, Writes: true},
		{NSID: Prefix + "resetPassword", Handle: s.resetPassword, Writes: true},
		{NSID: Prefix + "revokeAppPassword", Authorize: s.anyAccess, Handle: s.revokeAppPassword, Writes: true},
	}
}

// writes reports whether the method of that NSID changes anything.
func (s *Server) writes(nsid string) bool {
	return slices.ContainsFunc(s.Endpoints(), func(e xrpc.Endpoint) bool { return e.NSID == nsid && e.Writes })
}
