package store

import "time"

// Account is one account.
type Account struct {
	DID       string    `json:"did"`
	Handle    string    `json:"handle"` // lower-case
	Email     string    `json:"email"`  // lower-case; empty where the account has none
	Password  Password  `json:"password"`
	CreatedAt time.Time `json:"createdAt"`
	TakenDown bool      `json:"takenDown,omitempty"`

	EmailConfirmed bool `json:"emailConfirmed,omitempty"`
	AuthFactor     bool `json:"authFactor,omitempty"` // whether a log-in asks for a mailed code

	Deactivated bool   `json:"deactivated,omitempty"`
	DeleteAfter string `json:"deleteAfter,omitempty"` // as it was given; only where it is deactivated

	// Imported says that the identity is older than the account: it stands in a
	// PLC directory, and not with the account.
	Imported bool `json:"imported,omitempty"`
}

// AppPassword is one app password of an account; its name is unique there.
type AppPassword struct {
	Name       string    `json:"name"`
	Password   Password  `json:"password"`
	CreatedAt  time.Time `json:"createdAt"`
	Privileged bool      `json:"privileged,omitempty"`
}

// Account reads the account of a DID.
func (tx *Tx) Account(did string) (Account, bool) { return get(tx, &tx.store.accounts, did) }

// AccountByHandle reads the account that has a handle.
func (tx *Tx) AccountByHandle(handle string) (Account, bool) {
	return tx.accountBy(&tx.store.handles, handle)
}

// AccountByEmail reads the account that has an address.
func (tx *Tx) AccountByEmail(address string) (Account, bool) {
	return tx.accountBy(&tx.store.addresses, address)
}

func (tx *Tx) accountBy(index *table[string], key string) (Account, bool) {
	did, found := get(tx, index, key)
	if !found {
		return Account{}, false
	}
	return tx.Account(did)
}

// InsertAccount adds an account. The transaction must have read that its
// handle and address are free.
func (tx *Tx) InsertAccount(account Account) {
	tx.write(func(version uint64) { tx.store.putAccount(account, version) })
}

func (s *Store) putAccount(account Account, version uint64) {
	s.accounts.put(account.DID, account, version)
	s.handles.put(account.Handle, account.DID, version)
	if account.Email != "" {
		s.addresses.put(account.Email, account.DID, version)
	}
}

// UpdateAccount replaces an account that the transaction has read. Where handle
// or address are others, it must have read that they are free.
func (tx *Tx) UpdateAccount(account Account) {
	tx.write(func(version uint64) {
		s := tx.store
		known, _ := s.accounts.get(account.DID)
		if known.Handle != account.Handle {
			s.handles.delete(known.Handle)
			s.handles.put(account.Handle, account.DID, version)
		}
		if known.Email != account.Email {
			s.addresses.delete(known.Email)
			if account.Email != "" {
				s.addresses.put(account.Email, account.DID, version)
			}
		}
		s.accounts.put(account.DID, account, version)
	})
}

// DeleteAccount removes an account that the transaction has read, with its app
// passwords, sessions, mail tokens and the list of its invite codes. The codes
// themselves, and the record of their uses, stay.
func (tx *Tx) DeleteAccount(account Account) {
	tx.write(func(uint64) {
		s := tx.store
		s.accounts.delete(account.DID)
		s.handles.delete(account.Handle)
		s.addresses.delete(account.Email)
		s.appPasswords.delete(account.DID)
		s.invitesFor.delete(account.DID)
		s.deleteSessions(account.DID, func(Session) bool { return true })
		for purpose := range s.mailTokens {
			s.mailTokens[purpose].drop(account.DID)
		}
	})
}

// AppPasswords reads the app passwords of a DID.
func (tx *Tx) AppPasswords(did string) []AppPassword {
	passwords, _ := get(tx, &tx.store.appPasswords, did)
	return passwords[:len(passwords):len(passwords)]
}

// AddAppPassword adds an app password. The transaction must have read that its
// name is free.
func (tx *Tx) AddAppPassword(did string, password AppPassword) {
	tx.write(func(version uint64) {
		passwords, _ := tx.store.appPasswords.get(did)
		tx.store.appPasswords.put(did, append(passwords, password), version)
	})
}

// DeleteAppPassword removes the app password of that name, if there is one,
// and the sessions that were opened with it.
func (tx *Tx) DeleteAppPassword(did, name string) {
	tx.write(func(version uint64) {
		passwords, _ := tx.store.appPasswords.get(did)
		kept := make([]AppPassword, 0, len(passwords))
		for _, password := range passwords {
			if password.Name != name {
				kept = append(kept, password)
			}
		}
		if len(kept) == len(passwords) {
			return
		}
		tx.store.appPasswords.put(did, kept, version)
		tx.store.deleteSessions(did, func(s Session) bool { return s.WithAppPassword && s.AppPassword == name })
	})
}
