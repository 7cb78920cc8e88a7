// Package store keeps the state of a mock server in memory. Everything that it
// hands out is a copy. It must not know XRPC, nor which errors clients see.
//
// Changes are made by optimistic transactions: a Tx notes the version of every
// row that it reads and works without a lock; Commit compares, and fails where
// another transaction was faster.
package store

import (
	"sync"
)

// Store is the state. It is safe for use by several goroutines.
type Store struct {
	mutex   sync.RWMutex
	commits uint64 // the version of the last commit; it never goes back

	accounts     table[Account]       // by DID
	handles      table[string]        // DIDs by handle
	addresses    table[string]        // DIDs by e-mail address
	appPasswords table[[]AppPassword] // by DID
	sessions     table[Session]       // by token ID
	sessionsOf   map[string]*sessionList
	invites      table[Invite]   // by code
	invitesFor   table[[]string] // codes by DID
	mailTokens   [mailPurposes]mailTokens
}

// New returns an empty store.
func New() *Store {
	store := &Store{}
	store.Reset()
	return store
}

// Reset empties the store and gives its memory back. A transaction that began
// before loses, unless all that it read was absent.
func (s *Store) Reset() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.empty()
}

// empty resets every table; the lock is held.
func (s *Store) empty() {
	s.accounts.reset()
	s.handles.reset()
	s.addresses.reset()
	s.appPasswords.reset()
	s.sessions.reset()
	s.sessionsOf = map[string]*sessionList{}
	s.invites.reset()
	s.invitesFor.reset()
	for purpose := range s.mailTokens {
		s.mailTokens[purpose].reset()
	}
}

// Account returns the account of a DID.
func (s *Store) Account(did string) (Account, bool) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.accounts.get(did)
}

// AccountByHandle returns the account that has a handle.
func (s *Store) AccountByHandle(handle string) (Account, bool) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	did, found := s.handles.get(handle)
	if !found {
		return Account{}, false
	}
	return s.accounts.get(did)
}

// AppPasswords returns the app passwords of a DID in the order of creation.
func (s *Store) AppPasswords(did string) []AppPassword {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	passwords, _ := s.appPasswords.get(did)
	return passwords[:len(passwords):len(passwords)] // elements are never changed in place
}

// Invites returns the invite codes for a DID in the order of creation.
func (s *Store) Invites(did string) []Invite {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	codes, _ := s.invitesFor.get(did)
	return s.invitesNamed(codes)
}
