package store

import (
	"strings"
	"time"
)

// Invite is one invite code.
type Invite struct {
	Code       string      `json:"code"`
	Available  int64       `json:"available"` // uses in all, not what is left; may be negative
	Disabled   bool        `json:"disabled,omitempty"`
	ForAccount string      `json:"forAccount"` // a DID, or a word such as "admin"
	CreatedBy  string      `json:"createdBy"`
	CreatedAt  time.Time   `json:"createdAt"`
	Uses       []InviteUse `json:"uses,omitempty"`
}

// InviteUse is one sign-up with a code.
type InviteUse struct {
	By string    `json:"by"` // DID
	At time.Time `json:"at"`
}

// Exhausted reports whether all uses are used up.
func (i Invite) Exhausted() bool { return int64(len(i.Uses)) >= i.Available }

// Usable reports whether an account can be created with the code.
func (i Invite) Usable() bool { return !i.Disabled && !i.Exhausted() }

// Invite reads a code.
func (tx *Tx) Invite(code string) (Invite, bool) {
	invite, found := get(tx, &tx.store.invites, code)
	return invite.shared(), found
}

// InvitesFor reads the codes for a DID. The transaction loses only where codes
// were added since; a use of one of them is no conflict.
func (tx *Tx) InvitesFor(did string) []Invite {
	codes, _ := get(tx, &tx.store.invitesFor, did)
	tx.store.mutex.RLock()
	defer tx.store.mutex.RUnlock()
	return tx.store.invitesNamed(codes)
}

// AddInvites adds codes. Those for a DID are listed with it; nobody asks for
// the list of a word such as "admin", which could become long.
func (tx *Tx) AddInvites(invites []Invite) {
	tx.write(func(version uint64) {
		for _, invite := range invites {
			tx.store.invites.put(invite.Code, invite, version)
			if strings.HasPrefix(invite.ForAccount, "did:") {
				codes, _ := tx.store.invitesFor.get(invite.ForAccount)
				tx.store.invitesFor.put(invite.ForAccount, append(codes, invite.Code), version)
			}
		}
	})
}

// UseInvite records a use of a code that the transaction has read.
func (tx *Tx) UseInvite(code string, use InviteUse) {
	tx.write(func(version uint64) {
		invite, _ := tx.store.invites.get(code)
		invite.Uses = append(invite.Uses, use)
		tx.store.invites.put(code, invite, version)
	})
}

// invitesNamed copies codes out; a lock is held.
func (s *Store) invitesNamed(codes []string) []Invite {
	invites := make([]Invite, 0, len(codes))
	for _, code := range codes {
		invite, _ := s.invites.get(code)
		invites = append(invites, invite.shared())
	}
	return invites
}

// shared returns a copy whose uses can't be appended to in place: only the
// store, under its lock, appends to the list that it holds.
func (i Invite) shared() Invite {
	i.Uses = i.Uses[:len(i.Uses):len(i.Uses)]
	return i
}
