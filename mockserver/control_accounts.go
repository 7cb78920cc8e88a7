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

// Account is an account to start with. All fields are required.
type Account struct {
	Handle   string `json:"handle"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

// SeedAccount adds an account without a sign-up and returns its DID. Any
// well-formed handle will do, in any domain, reserved words too, and any
// password; what is taken is an error, as is an ill-formed field. The error
// begins with the field's name.
func (s *Server) SeedAccount(account Account) (did string, err error) {
	switch {
	case !lexval.IsHandle(account.Handle):
		return "", fmt.Errorf("handle %q is no valid handle", account.Handle)
	case !isAddress(account.Email):
		return "", fmt.Errorf("email %q is no valid e-mail address", account.Email)
	case account.Password == "":
		return "", errors.New("password must not be empty")
	}
	seeded := s.newAccount(account.Handle, account.Email, account.Password)
	for {
		tx := s.store.Begin()
		if _, taken := tx.AccountByHandle(seeded.Handle); taken {
			return "", fmt.Errorf("handle %s is taken", seeded.Handle)
		}
		if _, taken := tx.AccountByEmail(seeded.Email); taken {
			return "", fmt.Errorf("email %s is taken", seeded.Email)
		}
		tx.InsertAccount(seeded)
		if err := tx.Commit(); !errors.Is(err, store.ErrConflict) {
			return seeded.DID, err
		}
	}
}

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
