package faults

import (
	"slices"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const (
	activation   = "activateAccount"
	deactivation = "deactivateAccount"
	status       = "checkAccountStatus"
)

// statusDefects are those of accounts that are active, or not.
func statusDefects() []defect {
	return slices.Concat(activationDefects(), deactivationDefects(), []defect{
		answering(status, "always-activated", "says of every account that it is active", "activated", func(faultyCall, any) any { return true }),
		answering(status, "did-always-valid", "says of every account that its DID document is right", "validDid", func(faultyCall, any) any { return true }),
		answering("getSession", "always-active", "says of every account that it is active", "active", func(faultyCall, any) any { return true }).where("output.active"),
		answering(logIn, "always-active", "says of every account that it is active", "active", func(faultyCall, any) any { return true }).where("output.active"),
	})
}

func activationDefects() []defect {
	return []defect{
		behaviour(activation, "no-effect", "does nothing, and answers as if it had", func(faultyCall) (lexval.Object, error) { return nil, nil }),
		behaviour(activation, "takedown-lifted", "brings accounts back that were taken down", func(s faultyCall) (lexval.Object, error) {
			s.alterCaller(func(a *store.Account) { a.TakenDown = false })
			return s.carryOut()
		}),
		behaviour(activation, "second-time-refused", "refuses an account that is active", func(s faultyCall) (lexval.Object, error) {
			if !s.core.Named(s.caller()).Deactivated {
				return nil, xrpc.InvalidRequest("The account is active")
			}
			return s.carryOut()
		}),
		behaviour(activation, "identity-unchecked", "activates accounts whose DID documents name another server", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if account := s.core.Named(s.caller()); err != nil && account.Deactivated && !account.TakenDown {
				s.alterCaller(func(a *store.Account) { a.Deactivated = false })
				return nil, nil
			}
			return output, err
		}),
	}
}

func deactivationDefects() []defect {
	return []defect{
		behaviour(deactivation, "no-effect", "does nothing, and answers as if it had", func(faultyCall) (lexval.Object, error) { return nil, nil }),
		behaviour(deactivation, "deactivates-all", "deactivates the accounts of others too", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			for _, account := range s.core.Store.Accounts() {
				account.Deactivated = true
				s.core.Alter(func(tx *store.Tx) { tx.UpdateAccount(account) })
			}
			return output, err
		}),
		behaviour(deactivation, "second-time-refused", "refuses an account that is deactivated", func(s faultyCall) (lexval.Object, error) {
			if s.core.Named(s.caller()).Deactivated {
				return nil, xrpc.InvalidRequest("The account is deactivated")
			}
			return s.carryOut()
		}),
		behaviour(logIn, "deactivated-refused", "lets nobody log in to an account that is deactivated", func(s faultyCall) (lexval.Object, error) {
			if s.core.Named(s.text("identifier")).Deactivated {
				return nil, xrpc.InvalidRequest("The account is deactivated")
			}
			return s.carryOut()
		}).where("method.deactivateAccount"),
	}
}
