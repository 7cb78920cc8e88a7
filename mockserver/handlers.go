package mockserver

import "github.com/pdsconform/pdsconform/mockserver/internal/xrpc"

const prefix = "com.atproto.server."

// endpoints is the one table of what is served: New refuses to start where it
// and the lexicon documents differ.
func (s *Server) endpoints() []xrpc.Endpoint {
	return []xrpc.Endpoint{
		{NSID: prefix + "createAccount", Handle: s.createAccount},
		{NSID: prefix + "createAppPassword", Authorize: s.fullAccess, Handle: s.createAppPassword},
		{NSID: prefix + "createInviteCode", Authorize: s.admin, Handle: s.createInviteCode},
		{NSID: prefix + "createInviteCodes", Authorize: s.admin, Handle: s.createInviteCodes},
		{NSID: prefix + "createSession", Handle: s.createSession},
		{NSID: prefix + "deleteAccount", Handle: s.deleteAccount},
		{NSID: prefix + "deleteSession", Handle: s.deleteSession}, // looks at its token after the body
		{NSID: prefix + "describeServer", Handle: s.describeServer},
		{NSID: prefix + "getAccountInviteCodes", Authorize: s.accessUnlessGone, Handle: s.getAccountInviteCodes},
		{NSID: prefix + "getSession", Authorize: s.anyAccess, Handle: s.getSession},
		{NSID: prefix + "listAppPasswords", Authorize: s.accessOfAccount, Handle: s.listAppPasswords},
		{NSID: prefix + "refreshSession", Authorize: s.refresh, Handle: s.refreshSession},
		{NSID: prefix + "requestAccountDelete", Authorize: s.accessUnlessGone, Handle: s.requestAccountDelete},
		{NSID: prefix + "requestPasswordReset", Handle: s.requestPasswordReset},
		{NSID: prefix + "resetPassword", Handle: s.resetPassword},
		{NSID: prefix + "revokeAppPassword", Authorize: s.anyAccess, Handle: s.revokeAppPassword},
	}
}

// committing lists the methods that change something, for which the moment
// before the commit can be stretched.
func committing() []string {
	var nsids []string
	for _, name := range []string{
		"createAccount", "createAppPassword", "createInviteCode", "createInviteCodes", "createSession",
		"deleteAccount", "deleteSession", "getAccountInviteCodes", "refreshSession",
		"requestAccountDelete", "requestPasswordReset", "resetPassword", "revokeAppPassword",
	} {
		nsids = append(nsids, prefix+name)
	}
	return nsids
}
