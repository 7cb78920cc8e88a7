package store

import "testing"

func TestUpdateMovesHandleAndAddress(t *testing.T) {
	t.Parallel()
	s := New()
	do(t, s, func(tx *Tx) { tx.InsertAccount(account("a")) })
	moved := account("a")
	moved.Handle, moved.Email = "new.test", "new@example.com"
	do(t, s, func(tx *Tx) { tx.UpdateAccount(moved) })
	tx := s.Begin()
	for key, find := range map[string]func(string) (Account, bool){
		"new.test": tx.AccountByHandle, "new@example.com": tx.AccountByEmail,
	} {
		if found, ok := find(key); !ok || found.DID != "a" {
			t.Errorf("%s finds %+v", key, found)
		}
	}
	for key, find := range map[string]func(string) (Account, bool){
		"a.test": tx.AccountByHandle, "a@example.com": tx.AccountByEmail,
	} {
		if _, ok := find(key); ok {
			t.Errorf("%s still finds somebody", key)
		}
	}
}

// Accounts without an address don't share the empty one.
func TestNoAddress(t *testing.T) {
	t.Parallel()
	s := New()
	do(t, s, func(tx *Tx) {
		for _, did := range []string{"a", "b"} {
			without := account(did)
			without.Email = ""
			tx.InsertAccount(without)
		}
	})
	if _, found := s.Begin().AccountByEmail(""); found {
		t.Error("the empty address finds an account")
	}
	do(t, s, func(tx *Tx) { tx.UpdateAccount(account("a")) })
	if found, ok := s.Begin().AccountByEmail("a@example.com"); !ok || found.DID != "a" {
		t.Error("an address that came later finds nobody")
	}
}

func TestDropMailTokens(t *testing.T) {
	t.Parallel()
	s := initial(t)
	do(t, s, func(tx *Tx) { tx.DropMailTokens("did:a") })
	for purpose := range mailPurposes {
		if _, found := s.Begin().MailToken(purpose, "did:a"); found {
			t.Errorf("the code of purpose %d is still there", purpose)
		}
	}
}
