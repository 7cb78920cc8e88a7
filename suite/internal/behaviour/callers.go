package behaviour

import (
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// MailMethods are those that mail a code whenever they succeed for an account, and
// so can't while the server has no way to send mail.
func MailMethods() []string {
	return []string{nsidRequestPasswordReset, nsidRequestAccountDelete, nsidRequestEmailConfirmation}
}

// caller is who may call a method: what it takes as credential, and which
// sessions it refuses although their token is of that kind.
type caller struct {
	credential spec.Credential
	refuses    []refusal
	serves     []refusal // the states in which it is to serve
}

// refusal is a state of a session or of its account, and how binding it is that
// a method refuses it, or serves it.
type refusal struct {
	state *state
	level reports.Level
}

// callers says who may call each method. The documents don't: they have a word of
// it in some descriptions, for readers. What servers are free to serve is left
// out.
// Sources: the descriptions of the methods, and for those that say nothing
// https://github.com/bluesky-social/atproto/tree/main/packages/pds/src/api/com/atproto/server
func callers() map[string]caller {
	anybody := caller{credential: spec.NoCredential}
	administrator := caller{credential: spec.AdminBasic}
	refreshing := caller{credential: spec.RefreshToken}
	session := func(refuses ...refusal) caller { return caller{credential: spec.AccessToken, refuses: refuses} }
	should := func(of *state) refusal { return refusal{of, reports.Should} }
	may := func(of *state) refusal { return refusal{of, reports.May} }
	all := map[string]caller{
		nsidDescribeServer:       anybody,
		nsidCreateAccount:        anybody,
		nsidCreateSession:        anybody,
		nsidDeleteAccount:        anybody, // it is proved by password and mailed code
		nsidRequestPasswordReset: anybody,
		nsidResetPassword:        anybody,
		nsidReserveSigningKey:    anybody,
		nsidRefreshSession:       refreshing,
		nsidDeleteSession:        refreshing,
		nsidCreateInviteCode:     administrator,
		nsidCreateInviteCodes:    administrator,

		nsidGetSession:               session(should(ofTakenDown), should(ofTakenDownApp)),
		nsidGetAccountInviteCodes:    session(may(ofAppPassword), may(ofPrivileged), should(ofTakenDown), should(ofTakenDownApp), should(ofTakendownSession), may(ofDeactivated)),
		nsidCreateAppPassword:        session(should(ofPrivileged)),
		nsidListAppPasswords:         session(should(ofTakendownSession)),
		nsidRevokeAppPassword:        session(should(ofTakendownSession)),
		nsidRequestAccountDelete:     session(should(ofAppPassword), should(ofPrivileged), should(ofTakenDown), should(ofTakendownSession)),
		nsidGetServiceAuth:           session(should(ofDeleted)),
		nsidCheckAccountStatus:       session(should(ofDeleted)),
		nsidActivateAccount:          session(should(ofAppPassword), should(ofPrivileged), should(ofTakendownSession), should(ofDeleted)),
		nsidDeactivateAccount:        session(should(ofAppPassword), should(ofPrivileged), should(ofDeleted)),
		nsidRequestEmailConfirmation: session(should(ofTakenDown), should(ofTakenDownApp), should(ofTakendownSession), should(ofDeleted)),
		nsidConfirmEmail:             session(), // it needs a code that is good, see confirmations
		nsidRequestEmailUpdate:       session(should(ofAppPassword), should(ofPrivileged), should(ofTakenDown), should(ofTakendownSession), should(ofDeleted)),
		nsidUpdateEmail:              session(should(ofAppPassword), should(ofPrivileged), should(ofTakenDown), should(ofTakendownSession), should(ofDeleted)),
	}
	// Who has deactivated an account may look after it, and delete it.
	for nsid, level := range map[string]func(*state) refusal{
		nsidCheckAccountStatus: should, nsidRequestAccountDelete: should, nsidListAppPasswords: may, nsidCreateAppPassword: may,
		nsidRevokeAppPassword: may, nsidGetServiceAuth: may, nsidRequestEmailConfirmation: may, nsidRequestEmailUpdate: may,
	} {
		served := all[nsid]
		served.serves = []refusal{level(whileDeactivated)}
		all[nsid] = served
	}
	return all
}
