package pds

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

// What a test may see and change that no client can.

// AccountState is what an account is like at present, without its secrets.
type AccountState struct {
	DID            string    `json:"did"`
	Handle         string    `json:"handle"`
	Email          string    `json:"email"` // empty where it has none
	EmailConfirmed bool      `json:"emailConfirmed"`
	AuthFactor     bool      `json:"authFactor"` // whether a log-in asks for a mailed code
	TakenDown      bool      `json:"takenDown"`
	Deactivated    bool      `json:"deactivated"`
	DeleteAfter    string    `json:"deleteAfter,omitempty"` // as deactivateAccount was given it
	CreatedAt      time.Time `json:"createdAt"`

	AppPasswords []AppPasswordState `json:"appPasswords"` // in the order of creation
}

// AppPasswordState is an app password without its text.
type AppPasswordState struct {
	Name       string    `json:"name"`
	Privileged bool      `json:"privileged"`
	CreatedAt  time.Time `json:"createdAt"`
}

// Accounts lists the accounts, sorted by DID.
func (s *Server) Accounts() []AccountState {
	held := s.Store.Accounts()
	states := make([]AccountState, 0, len(held))
	for _, account := range held {
		states = append(states, s.stateOf(account))
	}
	return states
}

// Account is the state of the account that has a DID, handle or address;
// ErrUnknownAccount where none has.
func (s *Server) Account(identifier string) (AccountState, error) {
	account, found := s.Find(identifier)
	if !found {
		return AccountState{}, fmt.Errorf("%w: %s", ErrUnknownAccount, identifier)
	}
	return s.stateOf(account), nil
}

func (s *Server) stateOf(account store.Account) AccountState {
	state := AccountState{
		DID: account.DID, Handle: account.Handle, Email: account.Email, EmailConfirmed: account.EmailConfirmed,
		AuthFactor: account.AuthFactor, TakenDown: account.TakenDown, Deactivated: account.Deactivated,
		DeleteAfter: account.DeleteAfter, CreatedAt: account.CreatedAt, AppPasswords: []AppPasswordState{},
	}
	for _, password := range s.Store.AppPasswords(account.DID) {
		state.AppPasswords = append(state.AppPasswords, AppPasswordState{password.Name, password.Privileged, password.CreatedAt})
	}
	return state
}

// AccountChange says what of an account is to be another; nil leaves it.
type AccountChange struct {
	Handle         *string `json:"handle"`
	Email          *string `json:"email"` // an empty one takes the address away
	EmailConfirmed *bool   `json:"emailConfirmed"`
	AuthFactor     *bool   `json:"authFactor"`
	Deactivated    *bool   `json:"deactivated"`
}

// ChangeAccount changes the account that has a DID, handle or address, as no
// client could. What is ill-formed or taken is an error that begins with the
// field's name; ErrUnknownAccount where there is no such account.
func (s *Server) ChangeAccount(identifier string, change AccountChange) (AccountState, error) {
	if err := change.check(); err != nil {
		return AccountState{}, err
	}
	for {
		tx := s.Store.Begin()
		account, found := named(tx, identifier)
		if !found {
			return AccountState{}, fmt.Errorf("%w: %s", ErrUnknownAccount, identifier)
		}
		if err := change.apply(tx, &account); err != nil {
			return AccountState{}, err
		}
		tx.UpdateAccount(account)
		if err := tx.Commit(); !errors.Is(err, store.ErrConflict) {
			return s.stateOf(account), err
		}
	}
}

func (c AccountChange) check() error {
	if c.Handle != nil && !lexval.IsHandle(*c.Handle) {
		return fmt.Errorf("handle %q is not a valid handle", *c.Handle)
	}
	if c.Email != nil && *c.Email != "" && !IsAddress(*c.Email) {
		return fmt.Errorf("email %q is not a valid e-mail address", *c.Email)
	}
	return nil
}

func (c AccountChange) apply(tx *store.Tx, account *store.Account) error {
	if c.Handle != nil {
		account.Handle = strings.ToLower(*c.Handle)
		if other, taken := tx.AccountByHandle(account.Handle); taken && other.DID != account.DID {
			return fmt.Errorf("handle %s is taken", account.Handle)
		}
	}
	if c.Email != nil {
		account.Email = strings.ToLower(*c.Email)
		if other, taken := tx.AccountByEmail(account.Email); taken && other.DID != account.DID {
			return fmt.Errorf("email %s is taken", account.Email)
		}
	}
	for flag, into := range map[*bool]*bool{
		c.EmailConfirmed: &account.EmailConfirmed, c.AuthFactor: &account.AuthFactor, c.Deactivated: &account.Deactivated,
	} {
		if flag != nil {
			*into = *flag
		}
	}
	if account.AuthFactor && account.Email == "" {
		return errors.New("authFactor needs an email to send codes to")
	}
	if !account.Deactivated {
		account.DeleteAfter = ""
	}
	return nil
}

// RemoveAccount deletes the account that has a DID, handle or address at once;
// ErrUnknownAccount where none has.
func (s *Server) RemoveAccount(identifier string) error {
	found := false
	s.Alter(func(tx *store.Tx) {
		var account store.Account
		if account, found = named(tx, identifier); found {
			tx.DeleteAccount(account)
		}
	})
	if !found {
		return fmt.Errorf("%w: %s", ErrUnknownAccount, identifier)
	}
	return nil
}

// SessionState is one session, without its tokens.
type SessionState struct {
	ID              string    `json:"id"`
	DID             string    `json:"did"`
	WithAppPassword bool      `json:"withAppPassword"`
	AppPassword     string    `json:"appPassword,omitempty"` // its name
	ExpiresAt       time.Time `json:"expiresAt"`
}

// Sessions lists all sessions, sorted by ID. An access token outlives its
// session.
func (s *Server) Sessions() []SessionState {
	states := []SessionState{}
	for _, session := range s.Store.Snapshot().Sessions {
		states = append(states, SessionState{session.ID, session.DID, session.WithAppPassword, session.AppPassword, session.ExpiresAt})
	}
	return states
}

// EndSession ends a session, as deleteSession does; it reports whether there
// was one of that ID.
func (s *Server) EndSession(id string) bool {
	found := false
	s.Alter(func(tx *store.Tx) {
		if _, found = tx.Session(id); found {
			tx.DeleteSession(id)
		}
	})
	return found
}

// InviteState is one invite code.
type InviteState struct {
	Code       string   `json:"code"`
	ForAccount string   `json:"forAccount"` // a DID, or a word such as "admin"
	CreatedBy  string   `json:"createdBy"`
	Available  int64    `json:"available"` // uses in all
	UsedBy     []string `json:"usedBy"`    // DIDs
	Disabled   bool     `json:"disabled"`
}

// Invites lists all invite codes, sorted by code.
func (s *Server) Invites() []InviteState {
	states := []InviteState{}
	for _, invite := range s.Store.Snapshot().Invites {
		states = append(states, inviteState(invite))
	}
	slices.SortFunc(states, func(a, b InviteState) int { return strings.Compare(a.Code, b.Code) })
	return states
}

func inviteState(invite store.Invite) InviteState {
	state := InviteState{invite.Code, invite.ForAccount, invite.CreatedBy, invite.Available, []string{}, invite.Disabled}
	for _, use := range invite.Uses {
		state.UsedBy = append(state.UsedBy, use.By)
	}
	return state
}

// SetInviteDisabled makes a code useless, or valid again; it reports whether
// there is such a code.
func (s *Server) SetInviteDisabled(code string, disabled bool) bool {
	found := false
	s.Alter(func(tx *store.Tx) {
		var invite store.Invite
		if invite, found = tx.Invite(code); found {
			invite.Disabled = disabled
			tx.PutInvite(invite)
		}
	})
	return found
}
