package target

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

const address = "alice@example.com"

func openMailbox(t *testing.T, mail MailSource) *Mailbox {
	t.Helper()
	box, err := targetAt(t, unreached, Options{Drivers: Drivers{Mail: mail}}).Mailbox(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// wantCode waits for a code; what comes is seen by the clock of a bubble.
func wantCode(t *testing.T, box *Mailbox, want string, atMost time.Duration) {
	t.Helper()
	start := time.Now()
	code, err := box.Code(t.Context(), AboutReset())
	if err != nil || code != want {
		t.Errorf("code %q and error %v, want %q", code, err, want)
	}
	if waited := time.Since(start); waited > atMost {
		t.Errorf("it waited for %s, want %s at most", waited, atMost)
	}
}

func TestMailboxShowsWhatCameSince(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mail := &post{}
		mail.put(address, "Reset your password: 111111")
		box := openMailbox(t, mail)
		if messages, err := box.Peek(t.Context()); err != nil || len(messages) != 0 {
			t.Errorf("what was there before is shown: %v, error %v", messages, err)
		}
		mail.put("bob@example.com", "Reset your password: 333333")
		mail.put(address, "Reset your password: 222222")
		for range 2 { // a look takes nothing away
			if messages, err := box.Peek(t.Context()); err != nil || len(messages) != 1 || messages[0].Code() != "222222" {
				t.Errorf("shown: %v, error %v", messages, err)
			}
		}
		wantCode(t, box, "222222", 0)
		mail.put(address, "Reset your password: 444444")
		wantCode(t, box, "444444", 0) // of a second request, not the first's again
		mail.put(address, "Reset your password: 555555")
		mail.put(address, "Reset your password: 666666")
		wantCode(t, box, "666666", 0) // the newest of several
		if messages, err := box.Peek(t.Context()); err != nil || len(messages) != 0 {
			t.Errorf("what was read is shown again: %v, error %v", messages, err)
		}
	})
}

func TestMailThatComesLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mail := &post{}
		box := openMailbox(t, mail)
		time.AfterFunc(mailPatience(0)/2, func() { mail.put(address, "Reset your password: 111111") })
		wantCode(t, box, "111111", mailPatience(0)/2+mailInterval)
	})
}

func TestMailThatDoesNotCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mail := &post{}
		box := openMailbox(t, mail)
		start := time.Now()
		wantCode(t, box, "", mailPatience(0)+2*mailInterval)
		if waited := time.Since(start); waited < mailPatience(0) {
			t.Errorf("it waited for %s only", waited)
		}
		mail.put(address, "no code in it")
		wantCode(t, box, "", mailPatience(0)+2*mailInterval)
		mail.put(address, "Reset your password: 111111")
		wantCode(t, box, "111111", 0)
	})
}

// TestPatienceForMailEnds misses mail several times, as with a target whose
// mail goes elsewhere.
func TestPatienceForMailEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mail := &post{}
		box := openMailbox(t, mail)
		for misses := range 8 {
			wantCode(t, box, "", mailPatience(misses)+2*mailInterval)
		}
		mail.put(address, "Reset your password: 111111")
		wantCode(t, box, "111111", 0)
		time.AfterFunc(mailPatience(0)/2, func() { mail.put(address, "Reset your password: 222222") })
		wantCode(t, box, "222222", mailPatience(0)) // what has come once is waited for
	})
}

// A welcome that comes late is not taken for what was asked for.
func TestMailAboutSomethingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mail := &post{}
		box := openMailbox(t, mail)
		mail.put(address, "Welcome! Confirm your address: 111111")
		time.AfterFunc(otherMailGrace/2, func() { mail.put(address, "Reset your password: 222222") })
		wantCode(t, box, "222222", otherMailGrace/2+mailInterval)
		mail.put(address, "Ihr Code: 333333")
		wantCode(t, box, "333333", otherMailGrace+mailInterval) // in a language of its own
		if read := box.Read(); len(read) != 3 {
			t.Errorf("%d messages read, want 3", len(read))
		}
	})
}

func TestMailboxThatWasEmptied(t *testing.T) {
	t.Parallel()
	mail := &post{}
	mail.put(address, "Reset your password: 111111")
	box := openMailbox(t, mail)
	mail.messages = nil
	if messages, err := box.Peek(t.Context()); err != nil || len(messages) != 0 {
		t.Errorf("shown: %v, error %v", messages, err)
	}
}

func TestMailThatCantBeRead(t *testing.T) {
	t.Parallel()
	_, err := targetAt(t, unreached, Options{}).Mailbox(t.Context(), address)
	wantMissing(t, err, Mail, "--mail")

	broken := errors.New("no connection")
	mail := &post{}
	box := openMailbox(t, mail)
	mail.fails = broken
	if _, err := box.Code(t.Context(), AboutReset()); !errors.Is(err, broken) {
		t.Errorf("error %v, want the driver's", err)
	}
	if _, err := box.Peek(t.Context()); !errors.Is(err, broken) {
		t.Errorf("error %v, want the driver's", err)
	}
	if _, err := box.target.Mailbox(t.Context(), address); !errors.Is(err, broken) {
		t.Errorf("error %v, want the driver's", err)
	}
}

func TestWaitingForMailIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		box := openMailbox(t, &post{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := box.Code(ctx, AboutReset()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("it ended after %s", waited)
		}
	})
}

func TestMailedCodesAreSecrets(t *testing.T) {
	t.Parallel()
	mail := &post{}
	box := openMailbox(t, mail)
	mail.put(address, "Reset your password: ABCDE-FGH23")
	wantCode(t, box, "ABCDE-FGH23", ample)
	if shown := box.target.Client().Secrets().Replace("token=ABCDE-FGH23"); shown != "token=[mailed code]" {
		t.Errorf("shown in a report: %q", shown)
	}
}

// TestHookThatShowsOldMail is suspected where no new mail comes, and one that shows
// none isn't.
func TestHookThatShowsOldMail(t *testing.T) {
	t.Parallel()
	for script, suspected := range map[string]bool{`echo 111111`: true, `true`: false} {
		target := targetAt(t, unreached, Options{ImmediateEffects: true, Drivers: Drivers{Mail: &MailHook{Hook: shell(script)}}})
		box, err := target.Mailbox(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		if code, err := box.Code(t.Context(), AboutReset()); code != "" || err != nil {
			t.Errorf("%s: code %q, error %v", script, code, err)
		}
		if got := box.Suspicion(); (got != "") != suspected {
			t.Errorf("%s: suspicion %q", script, got)
		}
	}
}
