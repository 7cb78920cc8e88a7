package store

import (
	"maps"
	"slices"
	"strings"
)

// What follows serves servers that are made to be wrong on purpose: it looks
// where no sound one does.

// Rows are kinds of rows that a transaction can overlook.
type Rows int

// The kinds.
const (
	Handles Rows = iota
	Addresses
	Invites
	InviteLists
	ResetCodes
)

// Overlook makes a transaction win although rows that it has read were
// changed meanwhile.
func (tx *Tx) Overlook(kinds ...Rows) {
	s := tx.store
	tables := map[Rows][]versioned{
		Handles: {&s.handles}, Addresses: {&s.addresses}, Invites: {&s.invites}, InviteLists: {&s.invitesFor},
		ResetCodes: {&s.mailTokens[ResetPassword].byDID, &s.mailTokens[ResetPassword].byText, &s.accounts},
	}
	for _, kind := range kinds {
		tx.reads = slices.DeleteFunc(tx.reads, func(r read) bool { return slices.Contains(tables[kind], r.table) })
	}
}

// PutInvite replaces a code, or adds one that is on nobody's list.
func (tx *Tx) PutInvite(invite Invite) {
	tx.write(func(version uint64) { tx.store.invites.put(invite.Code, invite, version) })
}

// PutAppPasswords replaces all app passwords of a DID.
func (tx *Tx) PutAppPasswords(did string, passwords []AppPassword) {
	tx.write(func(version uint64) { tx.store.appPasswords.put(did, slices.Clone(passwords), version) })
}

// DeleteOwnSessions removes the sessions of an account that no app password has
// opened.
func (tx *Tx) DeleteOwnSessions(did string) {
	tx.write(func(uint64) { tx.store.deleteSessions(did, func(s Session) bool { return !s.WithAppPassword }) })
}

// PutAddress makes an address that of a DID.
func (tx *Tx) PutAddress(address, did string) {
	tx.write(func(version uint64) { tx.store.addresses.put(address, did, version) })
}

// Accounts returns all accounts, sorted by DID.
func (s *Store) Accounts() []Account {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	accounts := make([]Account, 0, len(s.accounts.rows))
	for _, found := range s.accounts.rows {
		accounts = append(accounts, found.value)
	}
	slices.SortFunc(accounts, func(a, b Account) int { return strings.Compare(a.DID, b.DID) })
	return accounts
}

// Sessions returns the sessions of an account.
func (s *Store) Sessions(did string) []Session {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	var sessions []Session
	if list := s.sessionsOf[did]; list != nil {
		for _, id := range list.ids {
			session, _ := s.sessions.get(id)
			sessions = append(sessions, session)
		}
	}
	return sessions
}

// MailTokens returns all codes of a purpose, sorted by DID.
func (s *Store) MailTokens(purpose MailPurpose) []MailToken {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	var tokens []MailToken
	rows := s.mailTokens[purpose].byDID.rows
	for _, did := range slices.Sorted(maps.Keys(rows)) {
		tokens = append(tokens, rows[did].value)
	}
	return tokens
}
