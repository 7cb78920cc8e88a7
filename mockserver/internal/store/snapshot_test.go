package store

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// initial returns a store with something of everything.
func initial(t *testing.T) *Store {
	t.Helper()
	s := New()
	do(t, s, func(tx *Tx) {
		alice := account("did:a")
		alice.Password, alice.TakenDown = NewPassword([SaltSize]byte{1}, "secret"), true
		alice.EmailConfirmed, alice.AuthFactor, alice.Deactivated, alice.DeleteAfter, alice.Imported = true, true, true, "2030-01-01T00:00:00Z", true
		tx.InsertAccount(alice)
		tx.InsertAccount(account("did:b"))
		tx.AddAppPassword("did:a", AppPassword{Name: "", Password: NewPassword([SaltSize]byte{2}, "app"), CreatedAt: noon})
		tx.AddAppPassword("did:a", AppPassword{Name: "a-second", CreatedAt: noon})
		tx.PutSession(Session{ID: "2", DID: "did:a", ExpiresAt: noon.Add(time.Hour), Next: "1"}, noon)
		tx.PutSession(Session{ID: "1", DID: "did:a", WithAppPassword: true, ExpiresAt: noon.Add(time.Hour)}, noon)
		tx.AddInvites([]Invite{{Code: "z", Available: 2, ForAccount: "did:a"}, {Code: "y", Available: -1, ForAccount: "did:a"}, {Code: "x", Disabled: true, ForAccount: "admin"}})
		tx.UseInvite("z", InviteUse{By: "did:b", At: noon})
		for purpose := range mailPurposes {
			tx.PutMailToken(purpose, MailToken{DID: "did:a", Text: "T" + strconv.Itoa(int(purpose)), GrantedAt: noon})
		}
	})
	return s
}

// TestSnapshotTravels goes through JSON into another store, that had other
// things in it.
func TestSnapshotTravels(t *testing.T) {
	t.Parallel()
	taken := initial(t).Snapshot()
	text, err := json.Marshal(taken)
	if err != nil {
		t.Fatal(err)
	}
	var read Snapshot
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	other := New()
	do(t, other, func(tx *Tx) {
		tx.InsertAccount(account("did:c"))
		tx.PutMailToken(ResetPassword, MailToken{DID: "did:c", Text: "T0"})
	})
	other.Restore(read)
	if diff := cmp.Diff(taken, other.Snapshot(), cmp.AllowUnexported(Password{}), cmpopts.IgnoreUnexported(Session{})); diff != "" {
		t.Errorf("something was lost: %s", diff)
	}
	tx := other.Begin()
	alice, _ := tx.AccountByEmail("did:a@example.com")
	if !alice.Password.Matches("secret") || alice.Password.Matches("other") || !alice.TakenDown {
		t.Errorf("account is %+v", alice)
	}
	if codes := tx.InvitesFor("did:a"); len(codes) != 2 || codes[0].Code != "z" || codes[0].Uses[0].By != "did:b" {
		t.Errorf("codes are %+v", codes)
	}
	if token, found := tx.MailTokenByText(ResetPassword, "T0"); !found || token.DID != "did:a" {
		t.Errorf("reset code is of %+v", token)
	}
	if _, found := tx.AccountByHandle("did:c.test"); found {
		t.Error("what was there before still is")
	}
	do(t, other, func(tx *Tx) { tx.DeleteSessions("did:a") })
	if left := other.Snapshot().Sessions; len(left) != 0 {
		t.Errorf("sessions of the account are left: %+v", left)
	}
}

// TestSnapshotStays changes the store that it was taken from, and one that it
// was restored to.
func TestSnapshotStays(t *testing.T) {
	t.Parallel()
	s := initial(t)
	taken := s.Snapshot()
	before, _ := json.Marshal(taken)
	for range 2 {
		for range 3 { // appends in place, where there is room
			do(t, s, func(tx *Tx) {
				tx.AddAppPassword("did:a", AppPassword{Name: "more"})
				tx.AddInvites([]Invite{{Code: "more", ForAccount: "did:a"}})
				tx.UseInvite("z", InviteUse{By: "did:more"})
			})
		}
		do(t, s, func(tx *Tx) { tx.DeleteAccount(account("did:a")) })
		s.Restore(taken)
	}
	if after, _ := json.Marshal(taken); string(after) != string(before) || strings.Contains(string(after), "more") {
		t.Errorf("the snapshot changed: %s", after)
	}
	tx := s.Begin()
	tx.Account("did:a")
	s.Restore(taken)
	if tx.Commit() == nil {
		t.Error("a transaction that read what was restored won")
	}
}

func TestPasswordText(t *testing.T) {
	t.Parallel()
	var read Password
	for _, bad := range []string{"", "AAAA", "not base64!", strings.Repeat("A", 68)} {
		if read.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
