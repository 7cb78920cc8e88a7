package store

import (
	"maps"
	"slices"
)

// Snapshot is all that a store holds, in an order that depends on nothing
// else. It shares no memory that a store would write to, and stays as it is.
type Snapshot struct {
	Accounts     []Account                `json:"accounts"`
	AppPasswords map[string][]AppPassword `json:"appPasswords"` // by DID, in the order of creation
	Sessions     []Session                `json:"sessions"`
	Invites      []Invite                 `json:"invites"`
	InvitesFor   map[string][]string      `json:"invitesFor"` // codes by DID, in the order of creation
	ResetTokens  []MailToken              `json:"resetTokens"`
	DeleteTokens []MailToken              `json:"deleteTokens"`

	// What came with a later revision; a snapshot without them is read as well.
	ConfirmTokens []MailToken `json:"confirmTokens,omitempty"`
	UpdateTokens  []MailToken `json:"updateTokens,omitempty"`
	FactorTokens  []MailToken `json:"factorTokens,omitempty"`
}

// tokens are the lists of mail tokens by purpose.
func (s *Snapshot) tokens() map[MailPurpose]*[]MailToken {
	return map[MailPurpose]*[]MailToken{
		ResetPassword: &s.ResetTokens, DeleteAccount: &s.DeleteTokens, ConfirmEmail: &s.ConfirmTokens,
		UpdateEmail: &s.UpdateTokens, AuthFactor: &s.FactorTokens,
	}
}

// Snapshot returns what the store holds.
func (s *Store) Snapshot() Snapshot {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	taken := Snapshot{
		Accounts:     values(&s.accounts),
		AppPasswords: map[string][]AppPassword{},
		Sessions:     values(&s.sessions),
		Invites:      values(&s.invites),
		InvitesFor:   map[string][]string{},
	}
	for purpose, list := range taken.tokens() {
		*list = values(&s.mailTokens[purpose].byDID)
	}
	for did, row := range s.appPasswords.rows {
		taken.AppPasswords[did] = slices.Clip(row.value) // elements are never changed in place
	}
	for did, row := range s.invitesFor.rows {
		taken.InvitesFor[did] = slices.Clip(row.value)
	}
	for i, invite := range taken.Invites {
		taken.Invites[i] = invite.shared()
	}
	return taken
}

// Restore makes the store hold what the snapshot does, and nothing else. A
// transaction that began before loses, unless all that it read was absent
// before and is so after.
func (s *Store) Restore(from Snapshot) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.empty()
	s.commits++
	version := s.commits
	for _, account := range from.Accounts {
		s.putAccount(account, version)
	}
	for did, passwords := range from.AppPasswords {
		s.appPasswords.put(did, slices.Clip(passwords), version)
	}
	for _, session := range from.Sessions {
		s.putSession(session, version)
	}
	for _, invite := range from.Invites {
		s.invites.put(invite.Code, invite.shared(), version)
	}
	for did, codes := range from.InvitesFor {
		s.invitesFor.put(did, slices.Clip(codes), version)
	}
	for purpose, list := range from.tokens() {
		for _, token := range *list {
			s.mailTokens[purpose].put(token, version)
		}
	}
}

// values returns the rows of a table in the order of their keys.
func values[V any](from *table[V]) []V {
	list := make([]V, 0, len(from.rows))
	for _, key := range slices.Sorted(maps.Keys(from.rows)) {
		list = append(list, from.rows[key].value)
	}
	return list
}
