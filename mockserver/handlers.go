package mockserver

import (
	"slices"

	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const prefix = "com.atproto.server."

// endpoints is the one table of what is served: New refuses to start where it
// and the lexicon documents differ.
func (s *PDS) endpoints() []xrpc.Endpoint {
	return []xrpc.Endpoint{
		{NSID: prefix + "createAccount", Handle: s.createAccount, Writes: true},
		{NSID: prefix + "createAppPassword", Authorize: s.fullAccess, Handle: s.createAppPassword, Writes: true},
		{NSID: prefix + "createInviteCode", Authorize: s.admin, Handle: s.createInviteCode, Writes: true},
		{NSID: prefix + "createInviteCodes", Authorize: s.admin, Handle: s.createInviteCodes, Writes: true},
		{NSID: prefix + "createSession", Handle: s.createSession, Writes: true},
		{NSID: prefix + "deleteAccount", Handle: s.deleteAccount, Writes: true},
		{NSID: prefix + "deleteSession", Authorize: s.refreshOfAnyAge, AuthorizeLast: true, Handle: s.deleteSession, Writes: true},
		{NSID: prefix + "describeServer", Handle: s.describeServer()},
		{NSID: prefix + "getAccountInviteCodes", Authorize: s.accessUnlessGone, Handle: s.getAccountInviteCodes, Writes: true},
		{NSID: prefix + "getSession", Authorize: s.anyAccess, Handle: s.getSession},
		{NSID: prefix + "listAppPasswords", Authorize: s.accessOfAccount, Handle: s.listAppPasswords},
		{NSID: prefix + "refreshSession", Authorize: s.refresh, Handle: s.refreshSession, Writes: true},
		{NSID: prefix + "requestAccountDelete", Authorize: s.accessUnlessGone, Handle: s.requestAccountDelete, Writes: true},
		{NSID: prefix + "requestPasswordReset", Handle: s.requestPasswordReset, Writes: true},
		{NSID: prefix + "resetPassword", Handle: s.resetPassword, Writes: true},
		{NSID: prefix + "revokeAppPassword", Authorize: s.anyAccess, Handle: s.revokeAppPassword, Writes: true},
	}
}

// writes reports whether the method of that NSID changes anything.
func (s *PDS) writes(nsid string) bool {
	return slices.ContainsFunc(s.endpoints(), func(e xrpc.Endpoint) bool { return e.NSID == nsid && e.Writes })
}
