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
}

// refusal is a state of a session or of its account, and how binding it is that
// a method refuses it.
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
	session := func(refuses ...refusal) caller { return caller{spec.AccessToken, refuses} }
	should := func(of *state) refusal { return refusal{of, reports.Should} }
	may := func(of *state) refusal { return refusal{of, reports.May} }
	return map[string]caller{
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

		nsidGetSession:               session(should(ofTakenDown)),
		nsidGetAccountInviteCodes:    session(may(ofAppPassword), should(ofTakenDown), may(ofDeactivated)),
		nsidCreateAppPassword:        session(),
		nsidListAppPasswords:         session(),
		nsidRevokeAppPassword:        session(),
		nsidRequestAccountDelete:     session(should(ofAppPassword), should(ofTakenDown)),
		nsidGetServiceAuth:           session(should(ofDeleted)),
		nsidCheckAccountStatus:       session(should(ofDeleted)),
		nsidActivateAccount:          session(should(ofAppPassword), should(ofDeleted)),
		nsidDeactivateAccount:        session(should(ofAppPassword), should(ofDeleted)),
		nsidRequestEmailConfirmation: session(should(ofTakenDown), should(ofDeleted)),
		nsidConfirmEmail:             session(), // it needs a code that is good, see confirmations
		nsidRequestEmailUpdate:       session(should(ofAppPassword), should(ofTakenDown), should(ofDeleted)),
		nsidUpdateEmail:              session(should(ofAppPassword), should(ofTakenDown), should(ofDeleted)),
	}
}
