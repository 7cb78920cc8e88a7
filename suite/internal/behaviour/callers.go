package behaviour

import "github.com/pdsconform/pdsconform/suite/internal/spec"

// MailMethods are those that mail a code whenever they succeed for an account, and
// so can't while the server has no way to send mail.
func MailMethods() []string {
	return []string{nsidRequestPasswordReset, nsidRequestAccountDelete, nsidRequestEmailConfirmation}
}

// callers says which credential each method takes. The documents don't: they
// have a word of it in some descriptions, for readers.
// Sources: the descriptions of the methods, and for those that say nothing
// https://github.com/bluesky-social/atproto/tree/main/packages/pds/src/api/com/atproto/server
func callers() map[string]spec.Credential {
	return map[string]spec.Credential{
		nsidDescribeServer:           spec.NoCredential,
		nsidCreateAccount:            spec.NoCredential,
		nsidCreateSession:            spec.NoCredential,
		nsidDeleteAccount:            spec.NoCredential, // it is proved by password and mailed code
		nsidRequestPasswordReset:     spec.NoCredential,
		nsidResetPassword:            spec.NoCredential,
		nsidReserveSigningKey:        spec.NoCredential,
		nsidRefreshSession:           spec.RefreshToken,
		nsidDeleteSession:            spec.RefreshToken,
		nsidCreateInviteCode:         spec.AdminBasic,
		nsidCreateInviteCodes:        spec.AdminBasic,
		nsidGetSession:               spec.AccessToken,
		nsidGetAccountInviteCodes:    spec.AccessToken,
		nsidCreateAppPassword:        spec.AccessToken,
		nsidListAppPasswords:         spec.AccessToken,
		nsidRevokeAppPassword:        spec.AccessToken,
		nsidRequestAccountDelete:     spec.AccessToken,
		nsidGetServiceAuth:           spec.AccessToken,
		nsidCheckAccountStatus:       spec.AccessToken,
		nsidActivateAccount:          spec.AccessToken,
		nsidDeactivateAccount:        spec.AccessToken,
		nsidRequestEmailConfirmation: spec.AccessToken,
		nsidConfirmEmail:             spec.AccessToken,
		nsidRequestEmailUpdate:       spec.AccessToken,
		nsidUpdateEmail:              spec.AccessToken,
	}
}
