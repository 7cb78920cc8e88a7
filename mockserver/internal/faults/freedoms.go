package faults

// freedoms are generated defects that are none: what a server does then, the
// documents leave open. The variant of the value's name does the same, or one
// that is as free.
func freedoms() map[string]string {
	return map[string]string{
		// A server may look for the proof before the DID, or read neither.
		"errors.createAccount.UnresolvableDid.wrong-name":   oddRefusals,
		"errors.createAccount.UnresolvableDid.generic-name": oddRefusals,
		"errors.createAccount.UnresolvableDid.success":      oddImports,
		// Most servers take no operation along, and refuse or ignore all of them.
		"errors.createAccount.IncompatibleDidDoc.wrong-name":   oddRefusals,
		"errors.createAccount.IncompatibleDidDoc.generic-name": oddRefusals,
		"errors.createAccount.IncompatibleDidDoc.success":      oddImports,
		// The token of an account that is gone may be refused for itself.
		"errors.confirmEmail.AccountNotFound.wrong-name":   oddRefusals,
		"errors.confirmEmail.AccountNotFound.generic-name": oddRefusals,
		// The session that it was sent to end ends all the same.
		"errors.deleteSession.ExpiredToken.success": oddOldTokens,
		// A token that names no method is good for all of them, which not every
		// server makes.
		"input.getServiceAuth.lxm.demanded": oddBoundTokens,
	}
}
