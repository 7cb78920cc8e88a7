package mockserver

import "github.com/pdsconform/pdsconform/mockserver/internal/pds"

// AccountState is what an account is like at present, without its secrets.
type AccountState = pds.AccountState

// AppPasswordState is an app password without its text.
type AppPasswordState = pds.AppPasswordState

// AccountChange says what of an account is to be another; nil leaves it.
type AccountChange = pds.AccountChange

// SessionState is one session, without its tokens.
type SessionState = pds.SessionState

// InviteState is one invite code.
type InviteState = pds.InviteState

// Accounts lists the accounts, sorted by DID.
func (s *Server) Accounts() []AccountState { return s.core.Accounts() }

// Account is the state of the account that has a DID, handle or e-mail address;
// ErrUnknownAccount where none has.
func (s *Server) Account(identifier string) (AccountState, error) { return s.core.Account(identifier) }

// ChangeAccount changes the account that has a DID, handle or e-mail address, as
// no client could. What is ill-formed or taken is an error that begins with the
// field's name; ErrUnknownAccount where there is no such account.
func (s *Server) ChangeAccount(identifier string, change AccountChange) (AccountState, error) {
	return s.core.ChangeAccount(identifier, change)
}

// RemoveAccount deletes the account that has a DID, handle or e-mail address at
// once; ErrUnknownAccount where none has.
func (s *Server) RemoveAccount(identifier string) error { return s.core.RemoveAccount(identifier) }

// Sessions lists all sessions, sorted by ID. An access token outlives its
// session.
func (s *Server) Sessions() []SessionState { return s.core.Sessions() }

// EndSession ends a session, as deleteSession does; it reports whether there was
// one of that ID.
func (s *Server) EndSession(id string) bool { return s.core.EndSession(id) }

// Invites lists all invite codes, sorted by code.
func (s *Server) Invites() []InviteState { return s.core.Invites() }

// AddInvite adds an invite code that is an account's to give away, by DID, handle
// or e-mail address; nobody's in particular where that is empty. Without a Code
// one is made up. The error begins with the field's name; ErrUnknownAccount where
// there is no such account.
func (s *Server) AddInvite(invite Invite, of string) (InviteState, error) {
	return s.core.AddInvite(invite, of)
}

// SetInviteDisabled makes a code useless, as an administrator of a real server
// can, or valid again; it reports whether there is such a code.
func (s *Server) SetInviteDisabled(code string, disabled bool) bool {
	return s.core.SetInviteDisabled(code, disabled)
}
