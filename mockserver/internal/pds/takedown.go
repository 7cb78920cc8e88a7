package pds

import (
	"errors"
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// ErrUnknownAccount is the error of a DID that no account has.
var ErrUnknownAccount = errors.New("there is no account of this did")

// Takedown takes an account down, or reinstates it. What was taken down loses
// its sessions for good. A DID without an account is ErrUnknownAccount.
func (s *Server) Takedown(did string, down bool) error {
	hooks := s.Hooks.Load()
	if !down && hooks != nil && hooks.NeverReinstated {
		return nil
	}
	for {
		tx := s.Store.Begin()
		account, found := tx.Account(did)
		if !found {
			return fmt.Errorf("%w: %s", ErrUnknownAccount, did)
		}
		account.TakenDown = down
		tx.UpdateAccount(account)
		if down && (hooks == nil || !hooks.SessionsOutliveTakedown) {
			tx.DeleteSessions(did)
		}
		if err := tx.Commit(); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}
