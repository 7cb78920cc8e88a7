package store

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2023, 4, 18, 12, 0, 0, 0, time.UTC)

func account(did string) Account {
	return Account{DID: did, Handle: did + ".test", Email: did + "@example.com", CreatedAt: noon}
}

// do commits a transaction that must win.
func do(t testing.TB, s *Store, work func(*Tx)) {
	t.Helper()
	tx := s.Begin()
	work(tx)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// TestCommitCompares lets another transaction in between reading and writing.
func TestCommitCompares(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		read, meanwhile func(*Tx)
		lost            bool
	}{
		"same account":         {func(tx *Tx) { tx.Account("a") }, func(tx *Tx) { tx.UpdateAccount(account("a")) }, true},
		"other account":        {func(tx *Tx) { tx.Account("a") }, func(tx *Tx) { tx.InsertAccount(account("b")) }, false},
		"deleted":              {func(tx *Tx) { tx.Account("a") }, func(tx *Tx) { tx.DeleteAccount(account("a")) }, true},
		"handle was free":      {func(tx *Tx) { tx.AccountByHandle("b.test") }, func(tx *Tx) { tx.InsertAccount(account("b")) }, true},
		"address was free":     {func(tx *Tx) { tx.AccountByEmail("b@example.com") }, func(tx *Tx) { tx.InsertAccount(account("b")) }, true},
		"other handle":         {func(tx *Tx) { tx.AccountByHandle("c.test") }, func(tx *Tx) { tx.InsertAccount(account("b")) }, false},
		"invite used":          {func(tx *Tx) { tx.Invite("code") }, func(tx *Tx) { tx.UseInvite("code", InviteUse{By: "b"}) }, true},
		"list of invites":      {func(tx *Tx) { tx.InvitesFor("did:x") }, func(tx *Tx) { tx.AddInvites([]Invite{{Code: "2", ForAccount: "did:x"}}) }, true},
		"list, one used":       {func(tx *Tx) { tx.InvitesFor("did:x") }, func(tx *Tx) { tx.UseInvite("code", InviteUse{By: "b"}) }, false},
		"app passwords":        {func(tx *Tx) { tx.AppPasswords("a") }, func(tx *Tx) { tx.AddAppPassword("a", AppPassword{Name: "x"}) }, true},
		"app password unknown": {func(tx *Tx) { tx.AppPasswords("a") }, func(tx *Tx) { tx.DeleteAppPassword("a", "unknown") }, false},
		"session":              {func(tx *Tx) { tx.Session("s") }, func(tx *Tx) { tx.DeleteSession("s") }, true},
		"new session":          {func(tx *Tx) { tx.Session("s") }, func(tx *Tx) { tx.PutSession(Session{ID: "2", DID: "a", ExpiresAt: noon.Add(1)}, noon) }, false},
		"mail token":           {func(tx *Tx) { tx.MailToken(ResetPassword, "a") }, func(tx *Tx) { tx.PutMailToken(ResetPassword, MailToken{DID: "a", Text: "T"}) }, true},
		"other mail token":     {func(tx *Tx) { tx.MailToken(ResetPassword, "a") }, func(tx *Tx) { tx.PutMailToken(DeleteAccount, MailToken{DID: "a", Text: "T"}) }, false},
		"mail token by text":   {func(tx *Tx) { tx.MailTokenByText(ResetPassword, "T") }, func(tx *Tx) { tx.PutMailToken(ResetPassword, MailToken{DID: "a", Text: "T"}) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New()
			do(t, s, func(tx *Tx) {
				tx.InsertAccount(account("a"))
				tx.AddInvites([]Invite{{Code: "code", Available: 9, ForAccount: "did:x"}})
				tx.PutSession(Session{ID: "s", DID: "a", ExpiresAt: noon.Add(time.Hour)}, noon)
			})
			tx := s.Begin()
			row.read(tx)
			do(t, s, row.meanwhile)
			tx.InsertAccount(account("written"))
			if err := tx.Commit(); errors.Is(err, ErrConflict) != row.lost {
				t.Errorf("commit: %v", err)
			}
			if _, written := s.Account("written"); written == row.lost {
				t.Errorf("written: %v, lost: %v", written, row.lost)
			}
		})
	}
}

func TestResetDefeatsWhoHasRead(t *testing.T) {
	t.Parallel()
	s := New()
	do(t, s, func(tx *Tx) { tx.InsertAccount(account("a")) })
	tx := s.Begin()
	tx.Account("a")
	s.Reset()
	do(t, s, func(tx *Tx) { tx.InsertAccount(account("a")) }) // looks the same and is another
	tx.UpdateAccount(account("a"))
	if err := tx.Commit(); !errors.Is(err, ErrConflict) {
		t.Errorf("commit: %v", err)
	}
}

func TestWhatIsHandedOutStaysAsItWas(t *testing.T) {
	t.Parallel()
	s := New()
	do(t, s, func(tx *Tx) {
		tx.AddInvites([]Invite{{Code: "c", Available: 9, ForAccount: "did:x"}})
		tx.UseInvite("c", InviteUse{By: "one"})
		tx.AddAppPassword("did:x", AppPassword{Name: "one"})
	})
	invite, passwords := s.Invites("did:x")[0], s.AppPasswords("did:x")
	do(t, s, func(tx *Tx) {
		tx.UseInvite("c", InviteUse{By: "two"})
		tx.AddAppPassword("did:x", AppPassword{Name: "two"})
	})
	_ = append(invite.Uses, InviteUse{By: "mine"})
	_ = append(passwords, AppPassword{Name: "mine"})
	if len(invite.Uses) != 1 || len(passwords) != 1 {
		t.Error("a copy has grown")
	}
	if uses := s.Invites("did:x")[0].Uses; uses[1].By != "two" {
		t.Errorf("uses are %v", uses)
	}
	if stored := s.AppPasswords("did:x"); stored[1].Name != "two" {
		t.Errorf("app passwords are %v", stored)
	}
}

// TestSessionLists adds and removes sessions at random and holds the lists of
// the accounts against the table.
func TestSessionLists(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, now := New(), noon
		ids := rapid.IntRange(0, 30)
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			id := ids.Draw(t, "id")
			did := "did:" + strconv.Itoa(id%3)
			tx := s.Begin()
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1, 2:
				life := time.Duration(rapid.IntRange(0, 5).Draw(t, "life")) * time.Hour
				tx.PutSession(Session{ID: strconv.Itoa(id), DID: did, WithAppPassword: id%2 == 0, AppPassword: "x", ExpiresAt: now.Add(life)}, now)
			case 3:
				tx.DeleteSession(strconv.Itoa(id))
			case 4:
				tx.DeleteSessions(did)
			case 5:
				now = now.Add(time.Hour)
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			listed := 0
			for did, list := range s.sessionsOf {
				for place, id := range list.ids {
					session, found := s.sessions.get(id)
					if !found || session.place != place || session.DID != did {
						t.Fatalf("session %s of %s is at %d: %+v", id, did, place, session)
					}
					listed++
				}
			}
			if listed != len(s.sessions.rows) {
				t.Fatalf("%d sessions listed, %d stored", listed, len(s.sessions.rows))
			}
		}
	})
}

// TestExpiredSessionsDoNotPileUp opens sessions for longer than they live.
func TestExpiredSessionsDoNotPileUp(t *testing.T) {
	t.Parallel()
	s, now := New(), noon
	for i := range 5000 {
		now = now.Add(time.Minute)
		do(t, s, func(tx *Tx) {
			tx.PutSession(Session{ID: strconv.Itoa(i), DID: "a", ExpiresAt: now.Add(time.Hour)}, now)
		})
	}
	if alive := len(s.sessions.rows); alive > 120 {
		t.Errorf("%d sessions are kept, 60 are alive", alive)
	}
}

func TestDeletionLeavesNothing(t *testing.T) {
	t.Parallel()
	s := New()
	do(t, s, func(tx *Tx) {
		tx.InsertAccount(account("did:a"))
		tx.PutSession(Session{ID: "s", DID: "did:a", ExpiresAt: noon.Add(1)}, noon)
		tx.AddAppPassword("did:a", AppPassword{Name: "x"})
		tx.AddInvites([]Invite{{Code: "c", ForAccount: "did:a"}})
		tx.PutMailToken(ResetPassword, MailToken{DID: "did:a", Text: "1"})
		tx.PutMailToken(DeleteAccount, MailToken{DID: "did:a", Text: "2"})
	})
	do(t, s, func(tx *Tx) { tx.DeleteAccount(account("did:a")) })
	left := len(s.accounts.rows) + len(s.handles.rows) + len(s.addresses.rows) + len(s.appPasswords.rows) +
		len(s.sessions.rows) + len(s.sessionsOf) + len(s.invitesFor.rows)
	for _, tokens := range s.mailTokens {
		left += len(tokens.byDID.rows) + len(tokens.byText.rows)
	}
	if left != 0 {
		t.Errorf("%d rows are left", left)
	}
	if len(s.invites.rows) != 1 {
		t.Error("the code itself is gone")
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	one := NewPassword([SaltSize]byte{1}, "text")
	if !one.Matches("text") || one.Matches("Text") || one.Matches("text\x00") || one.Matches("") {
		t.Error("a password matches by something else than its bytes")
	}
	if one == NewPassword([SaltSize]byte{2}, "text") {
		t.Error("the salt makes no difference")
	}
}
