package target

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/smtp"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func TestCleanUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fake        *fakePDS
		mail, admin bool
		left        int
		by, notBy   string // methods
	}{
		"by mail":                 {&fakePDS{}, true, false, 0, "deleteAccount", ""},
		"by mail, with invites":   {&fakePDS{invites: true}, true, true, 0, "deleteAccount", ""},
		"mail goes before admin":  {&fakePDS{adminMethods: true}, true, true, 0, "deleteAccount", "adminDeleteAccount"},
		"by the admin":            {&fakePDS{adminMethods: true}, false, true, 0, "", "createSession"},
		"by the admin in the end": {&fakePDS{adminMethods: true, noDeletion: true}, true, true, 0, "deleteAccount", ""},
		"neither":                 {&fakePDS{adminMethods: true}, false, false, 5, "", "requestAccountDelete"},
		"admin has no method":     {&fakePDS{}, false, true, 5, "", "requestAccountDelete"},
		"refused":                 {&fakePDS{noDeletion: true}, true, false, 5, "deleteAccount", ""},
		"goes on after a failure": {&fakePDS{stuck: []string{"a1.", "a4."}}, true, false, 2, "deleteAccount", ""},
		"of the admin, likewise":  {&fakePDS{adminMethods: true, stuck: []string{"a1.", "a4."}}, false, true, 2, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := Options{}
			if test.mail {
				options.Drivers.Mail = &test.fake.post
			}
			if test.admin {
				options.AdminPassword = "admin-pass"
			}
			target := probed(t, test.fake.serve(t), options)
			signedUp(t, target, 5)
			if left := target.CleanUp(t.Context()); left != test.left || target.AccountsLeft() != left || len(test.fake.left()) != left {
				t.Errorf("%d are left, want %d; on the server %v", left, test.left, test.fake.left())
			}
			if test.by != "" && test.fake.called(test.by) < 5 {
				t.Errorf("%s was called %d times", test.by, test.fake.called(test.by))
			}
			if test.notBy != "" && test.fake.called(test.notBy) != 0 {
				t.Errorf("%s was called", test.notBy)
			}
			test.fake.noDeletion, test.fake.stuck = false, nil
			if again := target.CleanUp(t.Context()); again > 0 && (test.mail || test.fake.adminMethods && test.admin) {
				t.Errorf("%d are left after a second try", again)
			}
		})
	}
}

// TestCleanUpOfAccountsTakenDown reinstates them first: they can't log in.
func TestCleanUpOfAccountsTakenDown(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{adminMethods: true}
	target := probed(t, fake.serve(t), Options{AdminPassword: "admin-pass", Drivers: Drivers{Mail: &fake.post}})
	accounts := signedUp(t, target, 3)
	for _, account := range accounts[:2] {
		if err := target.SetTakedown(t.Context(), account.DID, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := target.SetTakedown(t.Context(), accounts[0].DID, false); err != nil {
		t.Fatal(err)
	}
	if left := target.CleanUp(t.Context()); left != 0 {
		t.Errorf("%d are left: %v", left, fake.left())
	}
	if got := fake.called("updateSubjectStatus"); got != 5 { // asked whether it is there, two down, two up again
		t.Errorf("updateSubjectStatus was called %d times", got)
	}
	if got := fake.called("deleteAccount"); got != 3 {
		t.Errorf("deleteAccount was called %d times", got)
	}
}

// TestCleanUpWhereTakedownsFail has a driver that does what it is told once,
// and then never again.
func TestCleanUpWhereTakedownsFail(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	fake := &fakePDS{}
	taker := &taker{fails: broken}
	target := probed(t, fake.serve(t), Options{Drivers: Drivers{Mail: &fake.post, Takedown: taker}})
	accounts := signedUp(t, target, 2)
	if err := target.SetTakedown(t.Context(), accounts[0].DID, true); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if left := target.CleanUp(t.Context()); left != 0 {
		t.Errorf("%d are left, though none was taken down", left)
	}

	taker.fails = nil
	account := signedUp(t, target, 1)[0]
	if err := target.SetTakedown(t.Context(), account.DID, true); err != nil {
		t.Fatal(err)
	}
	fake.accounts[account.DID].down = true
	taker.fails = broken
	if err := target.SetTakedown(t.Context(), account.DID, false); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if left := target.CleanUp(t.Context()); left != 1 {
		t.Errorf("%d are left", left)
	}
	taker.fails = nil
	fake.accounts[account.DID].down = false
	if left := target.CleanUp(t.Context()); left != 0 || taker.down[account.DID] {
		t.Errorf("%d are left, taken down %v", left, taker.down)
	}
}

func TestCleanUpIsInterrupted(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{Drivers: Drivers{Mail: &fake.post}})
	signedUp(t, target, 5)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if left := target.CleanUp(ctx); left != 5 {
		t.Errorf("%d are left", left)
	}
}

func TestCleanUpOfNothing(t *testing.T) {
	t.Parallel()
	target := targetAt(t, unreached, Options{})
	if left := target.CleanUp(t.Context()); left != 0 || target.Client().Sent() != 0 {
		t.Errorf("%d are left, %d requests were sent", left, target.Client().Sent())
	}
}

// TestCleanUpOfTheMock removes accounts from a whole server: by the control
// server's mail, by mail over SMTP, after passwords were changed, and one that was
// made without an e-mail address.
func TestCleanUpOfTheMock(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"control", "smtp"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			sink := sinkFor(t)
			mock := mockserver.RunT(t, mockserver.Options{Revision: "2026-07", InviteRequired: true, Mailer: smtp.To(sink.Address())})
			control, err := NewControl(t.Context(), mock.ControlURL, ample)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(control.Close)
			drivers := Drivers{Mail: control, Takedown: control}
			if driver == "smtp" {
				drivers.Mail = sink
			}
			target := probed(t, mock.URL, Options{AdminPassword: "admin-pass", Drivers: drivers})
			accounts := signedUp(t, target, 6)
			if err := target.SetTakedown(t.Context(), accounts[0].DID, true); err != nil {
				t.Fatal(err)
			}
			changePassword(t, target, accounts[1])
			request, err := target.SignUpRequest(t.Context(), direct{target}, target.NewIdentity())
			if err != nil {
				t.Fatal(err)
			}
			if exchange := (direct{target}).Do(t.Context(), request.Without("email")); !exchange.Succeeded() {
				t.Fatalf("the sign-up without an address is answered %d", exchange.Status)
			}
			if left := target.CleanUp(t.Context()); left != 0 {
				t.Errorf("%d are left: %v", left, target.Left())
			}
			for _, account := range accounts {
				if exchange := target.Client().Do(t.Context(), account.LoginRequest(account.DID)); exchange.Status != 401 || exchange.ErrorName() != "AuthenticationRequired" {
					t.Errorf("%s is answered %d %s", account.DID, exchange.Status, exchange.ErrorName())
				}
			}
		})
	}
}

// changePassword resets the password of an account by the code that is mailed.
func changePassword(t *testing.T, target *Target, account *Account) {
	t.Helper()
	box, err := target.Mailbox(t.Context(), account.Email)
	if err != nil {
		t.Fatal(err)
	}
	target.Client().Do(t.Context(), xrpc.Procedure("com.atproto.server.requestPasswordReset", map[string]any{"email": account.Email}))
	code, err := box.Code(t.Context(), AboutReset())
	if err != nil {
		t.Fatal(err)
	}
	password := target.NewPassword()
	reset := target.Client().Do(t.Context(), xrpc.Procedure("com.atproto.server.resetPassword", map[string]any{"token": code, "password": password}))
	if !reset.Succeeded() {
		t.Fatalf("the reset is answered %d", reset.Status)
	}
	if err := target.PasswordChanged(account, password); err != nil {
		t.Fatal(err)
	}
}

// remainsOf is what the journal of a run says that was cut off after it had
// made accounts.
func remainsOf(t *testing.T, base string, number int) (Remains, []*Account) {
	t.Helper()
	journal := begun(t)
	target := probed(t, base, Options{Journal: journal})
	accounts := signedUp(t, target, number)
	return readBack(t, journal), accounts
}

func TestCleanUpRemains(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{repos: true}
	base := fake.serve(t)
	remains, accounts := remainsOf(t, base, 3)
	delete(fake.accounts, accounts[0].DID)                                                 // removed, but not noted any more
	remains.accounts = append(remains.accounts, left{Handle: "never.test", Password: "x"}) // noted, but never made
	target := probed(t, base, Options{Drivers: Drivers{Mail: &fake.post}})
	if removed, err := target.CleanUpRemains(t.Context(), remains); removed != 2 || err != nil || len(fake.left()) != 0 {
		t.Errorf("%d removed, error %v, left %v", removed, err, fake.left())
	}
	if removed, err := probed(t, base, Options{Drivers: Drivers{Mail: &fake.post}}).CleanUpRemains(t.Context(), remains); removed != 0 || err != nil {
		t.Errorf("once more: %d removed, error %v", removed, err)
	}
}

func TestCleanUpRemainsThatFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		breaks  func(*fakePDS, []*Account)
		removed int
		want    string
	}{
		"taken down": {func(f *fakePDS, accounts []*Account) { f.accounts[accounts[1].DID].down = true }, 2, "1 accounts could not be deleted, or not be seen to be gone"},
		"refused":    {func(f *fakePDS, _ []*Account) { f.noDeletion = true }, 0, "3 accounts could not be deleted"},
		"in part":    {func(f *fakePDS, _ []*Account) { f.stuck = []string{"a2."} }, 2, "1 accounts could not be deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakePDS{}
			base := fake.serve(t)
			remains, accounts := remainsOf(t, base, 3)
			test.breaks(fake, accounts)
			removed, err := probed(t, base, Options{Drivers: Drivers{Mail: &fake.post}}).CleanUpRemains(t.Context(), remains)
			if removed != test.removed || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%d removed, error %v", removed, err)
			}
		})
	}
	limited := methods{describeServer: described(false), createSession: always(429, failure("RateLimitExceeded", ""))}
	remains := Remains{accounts: []left{{Handle: "a.test", Password: "x"}}}
	if _, err := probed(t, limited.serve(t), Options{}).CleanUpRemains(t.Context(), remains); err == nil || !strings.Contains(err.Error(), "limits requests") {
		t.Errorf("error %v", err)
	}
	if _, err := targetAt(t, unreached, Options{}).CleanUpRemains(t.Context(), remains); err == nil || !strings.Contains(err.Error(), "did not answer") {
		t.Errorf("error %v", err)
	}
}

// TestCleanUpRemainsWithoutLogins uses the sessions that the sign-ups gave, and
// where they can't be used says what is left.
func TestCleanUpRemainsWithoutLogins(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{noLogins: true}
	base := fake.serve(t)
	remains, accounts := remainsOf(t, base, 2)
	_, err := probed(t, base, Options{}).CleanUpRemains(t.Context(), remains)
	if err == nil || !strings.Contains(err.Error(), "2 accounts") || !strings.Contains(err.Error(), accounts[0].Handle) || !strings.Contains(err.Error(), accounts[1].DID) {
		t.Errorf("without mail: %v", err)
	}
	removed, err := probed(t, base, Options{Drivers: Drivers{Mail: &fake.post}}).CleanUpRemains(t.Context(), remains)
	if removed != 2 || err != nil || len(fake.left()) != 0 {
		t.Errorf("with mail: %d removed, error %v, left %v", removed, err, fake.left())
	}
}

// TestCleanUpOfAppPasswords needs the account that has them.
func TestCleanUpOfAppPasswords(t *testing.T) {
	t.Parallel()
	remains := Remains{appPasswords: []string{"one", "two"}, owner: "mine.test"}
	for name, test := range map[string]struct {
		handle, password string
		noDeletion       bool
		want             string // in the error; empty for none
	}{
		"with the account":         {"mine.test", "my-password", false, ""},
		"without an account":       {"", "", false, "mine.test need --account"},
		"with another account":     {"other.test", "other-password", false, "mine.test need --account"},
		"with a wrong password":    {"mine.test", "x", false, "mine.test need --account"},
		"where they can't go away": {"mine.test", "my-password", true, "2 app passwords of mine.test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakePDS{noDeletion: test.noDeletion}
			base := fake.serve(t)
			for _, name := range []string{"mine", "other"} {
				did := "did:web:" + name + ".test"
				fake.accounts[did] = &fakeAccount{did: did, handle: name + ".test", password: map[string]string{"mine": "my-password", "other": "other-password"}[name]}
			}
			fake.appPasswords = map[string]bool{"one": true, "two": true, "their own": true}
			target := probed(t, base, Options{AccountHandle: test.handle, AccountPassword: test.password})
			_, err := target.CleanUpRemains(t.Context(), remains)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if gone := !fake.appPasswords["one"] && !fake.appPasswords["two"]; gone != (test.want == "") || !fake.appPasswords["their own"] {
				t.Errorf("on the server: %v", fake.appPasswords)
			}
			if fake.called("createAccount") != 0 || !slices.Equal(fake.left(), []string{"did:web:mine.test", "did:web:other.test"}) {
				t.Errorf("accounts: %v", fake.left())
			}
		})
	}
}

// TestCleanUpRemainsReinstates what the journal says was taken down.
func TestCleanUpRemainsReinstates(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{adminMethods: true}
	base, journal := fake.serve(t), begun(t)
	admin := Options{AdminPassword: "admin-pass", Drivers: Drivers{Mail: &fake.post}, Journal: journal}
	target := probed(t, base, admin)
	accounts := signedUp(t, target, 3)
	for _, account := range accounts[:2] {
		if err := target.SetTakedown(t.Context(), account.DID, true); err != nil {
			t.Fatal(err)
		}
	}
	remains := readBack(t, journal)
	admin.Journal = nil
	removed, err := probed(t, base, admin).CleanUpRemains(t.Context(), remains)
	if removed != 3 || err != nil || len(fake.left()) != 0 {
		t.Errorf("%d removed, error %v, left %v", removed, err, fake.left())
	}
}

// TestCleanUpWaits where the target says for how long, unless each request
// counts.
func TestCleanUpWaits(t *testing.T) {
	t.Parallel()
	for budget, want := range map[int]int{0: 3, 1000: 1} {
		asked := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked < 3 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		}))
		t.Cleanup(server.Close)
		target := targetAt(t, server.URL, Options{BudgetRequests: budget})
		exchange := direct{target}.Do(t.Context(), LoginRequest("a.test", "x"))
		if asked != want || exchange.Succeeded() != (want == 3) {
			t.Errorf("with a budget of %d: asked %d times, answered %d", budget, asked, exchange.Status)
		}
	}
}
