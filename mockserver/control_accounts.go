package mockserver

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// ErrUnknownAccount is the error of a DID that no account has.
var ErrUnknownAccount = errors.New("there is no account of this did")

// Takedown takes an account down, or reinstates it. What was taken down loses
// its sessions for good. A DID without an account is ErrUnknownAccount.
func (s *Server) Takedown(did string, down bool) error {
	if !down && s.faulty("behaviour.createSession.takedown-not-reversible") {
		return nil
	}
	for {
		tx := s.store.Begin()
		account, found := tx.Account(did)
		if !found {
			return fmt.Errorf("%w: %s", ErrUnknownAccount, did)
		}
		account.TakenDown = down
		tx.UpdateAccount(account)
		if down && !s.faulty("behaviour.refreshSession.takedown-forgotten") {
			tx.DeleteSessions(did)
		}
		if err := tx.Commit(); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func (s *Server) controlSeed(r *http.Request) (any, error) {
	var account Account
	if err := readControl(r, &account); err != nil {
		return nil, err
	}
	did, err := s.SeedAccount(account)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	seeded, _ := s.store.Account(did)
	return map[string]string{"did": did, "handle": seeded.Handle, "email": seeded.Email}, nil
}

func (s *Server) controlTakedown(r *http.Request) (any, error)  { return s.takedownOf(r, true) }
func (s *Server) controlReinstate(r *http.Request) (any, error) { return s.takedownOf(r, false) }

func (s *Server) takedownOf(r *http.Request, down bool) (any, error) {
	did := r.PathValue("did")
	if !lexval.IsDID(did) {
		return nil, badRequest(fmt.Sprintf("did %q is no valid did", did))
	}
	if err := s.Takedown(did, down); err != nil {
		return nil, notFound(err.Error())
	}
	return map[string]any{"did": did, "takenDown": down}, nil
}
