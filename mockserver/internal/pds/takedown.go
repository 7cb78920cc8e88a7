package pds

import (
	"errors"
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// ErrUnknownAccount is the error of a DID, handle or address that no account has.
var ErrUnknownAccount = errors.New("there is no account with this DID, handle or email")

// Takedown takes the account that has a DID, handle or address down, or
// reinstates it. What was taken down loses its sessions for good.
// ErrUnknownAccount where there is no such account.
func (s *Server) Takedown(identifier string, down bool) error {
	hooks := s.Hooks.Load()
	if !down && hooks != nil && hooks.NeverReinstated {
		return nil
	}
	for {
		tx := s.Store.Begin()
		account, found := named(tx, identifier)
		if !found {
			return fmt.Errorf("%w: %s", ErrUnknownAccount, identifier)
		}
		account.TakenDown = down
		tx.UpdateAccount(account)
		if down {
			s.endSessions(tx, account.DID)
		}
		if err := tx.Commit(); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// endSessions ends the sessions of an account that is taken down.
func (s *Server) endSessions(tx *store.Tx, did string) {
	hooks := s.Hooks.Load()
	if hooks == nil {
		hooks = &Hooks{}
	}
	switch {
	case hooks.AppSessionsOutliveTakedown:
		tx.DeleteOwnSessions(did)
	case !hooks.SessionsOutliveTakedown:
		tx.DeleteSessions(did)
	}
	if hooks.TakedownRevokesAppPasswords {
		tx.PutAppPasswords(did, nil)
	}
}
