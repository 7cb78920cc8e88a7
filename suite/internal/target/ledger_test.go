package target

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// signedUp makes accounts.
func signedUp(t *testing.T, target *Target, number int) []*Account {
	t.Helper()
	var accounts []*Account
	for range number {
		account, err := target.SignUp(t.Context(), journaling{target})
		if err != nil {
			t.Fatal(err)
		}
		accounts = append(accounts, account)
	}
	return accounts
}

// journaling sends requests as a trial does: the journal knows of each before.
type journaling struct{ target *Target }

func (j journaling) Do(ctx context.Context, request xrpc.Request) xrpc.Exchange {
	if err := j.target.Announce(request); err != nil {
		return xrpc.Exchange{Request: request, Err: err}
	}
	return direct(j).Do(ctx, request)
}

// given is a target of whose accounts the run was given one.
func given(t *testing.T, fake *fakePDS, options Options) (*Target, *Account) {
	t.Helper()
	base := fake.serve(t)
	fake.accounts["did:web:mine.test"] = &fakeAccount{did: "did:web:mine.test", handle: "mine.test", email: "mine@example.com", password: "my-password"}
	options.AccountHandle, options.AccountPassword = "mine.test", "my-password"
	target := probed(t, base, options)
	account, err := target.Shared(t.Context(), direct{target})
	if err != nil {
		t.Fatal(err)
	}
	return target, account
}

func appPasswordRequest(token, name string) xrpc.Request {
	return xrpc.Procedure(createAppPassword, map[string]any{"name": name}).WithBearer(token)
}

func TestBudgetOfRequests(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{BudgetRequests: 10})
	question := xrpc.Query(describeServer, nil)
	for sent := target.Client().Sent(); sent < 10; sent++ {
		if missing := allowed(target, question); missing != nil {
			t.Fatalf("after %d requests: %v", sent, missing)
		}
		target.Client().Do(t.Context(), question)
	}
	wantMissing(t, allowed(target, question), SignUp, "budget of 10 requests", "--budget-requests")
}

// TestBudgetLeavesRoomForTheCleanUp ends the requests before accounts could no
// longer be removed.
func TestBudgetLeavesRoomForTheCleanUp(t *testing.T) {
	t.Parallel()
	const budget = 1 + 2 + 2*requestsPerRemoval + 3 // probe, sign-ups, removals, and three more
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{BudgetRequests: budget, Drivers: Drivers{Mail: &fake.post}})
	signedUp(t, target, 2)
	question := xrpc.Query(describeServer, nil)
	for range 3 {
		if missing := allowed(target, question); missing != nil {
			t.Fatal(missing)
		}
		target.Client().Do(t.Context(), question)
	}
	wantMissing(t, allowed(target, question), SignUp, "clean-up")
	if left := target.CleanUp(t.Context()); left != 0 || target.Client().Sent() > budget {
		t.Errorf("%d accounts are left after %d requests of %d", left, target.Client().Sent(), budget)
	}
}

func TestBudgetOfAccounts(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{BudgetAccounts: 2, Drivers: Drivers{Mail: &fake.post}})
	request := xrpc.Procedure(createAccount, nil)
	for range 2 {
		if missing := allowed(target, request); missing != nil {
			t.Fatal(missing)
		}
		signedUp(t, target, 1)
	}
	wantMissing(t, allowed(target, request), SignUp, "budget of 2 accounts", "--budget-accounts")
	if left := target.CleanUp(t.Context()); left != 0 {
		t.Errorf("%d accounts are left", left)
	}
	wantMissing(t, allowed(target, request), SignUp, "budget of 2 accounts") // those that were removed count
	if missing := allowed(target, xrpc.Query(describeServer, nil)); missing != nil {
		t.Error(missing)
	}
}

func TestConsent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		invites, agreed bool
		bogus           bool // whether a request with a code that nobody has may be sent
		signUp          bool
	}{
		"open, agreed":       {false, true, true, true},
		"open, refused":      {false, false, false, false},
		"invites, agreed":    {true, true, true, true},
		"invites, not asked": {true, false, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			fake := &fakePDS{invites: test.invites}
			target := probed(t, fake.serve(t), Options{AdminPassword: "admin-pass", Confirm: func() bool { asked++; return test.agreed }})
			for range 2 {
				bogus := xrpc.Procedure(createAccount, map[string]any{"handle": "x.test", "inviteCode": "pdsconform-bogus-aaaaa-aaaaa"})
				if missing := allowed(target, bogus); (missing == nil) != test.bogus {
					t.Errorf("a bogus code: %v", missing)
				}
				if _, err := target.SignUp(t.Context(), direct{target}); (err == nil) != test.signUp {
					t.Errorf("sign-up: %v", err)
				}
			}
			if asked != 1 {
				t.Errorf("it was asked %d times", asked)
			}
			if !test.signUp {
				if fake.called("createAccount") != 0 {
					t.Error("createAccount was sent without consent")
				}
				_, err := target.SignUp(t.Context(), direct{target})
				wantMissing(t, err, SignUp, "nobody has agreed", "--yes")
			}
		})
	}
}

func TestLedgerCounts(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{Drivers: Drivers{Mail: &fake.post}})
	accounts := signedUp(t, target, 3)
	refused := xrpc.Exchange{Request: xrpc.Procedure(createAccount, nil), Status: 400}
	target.Track(refused)
	target.Track(xrpc.Exchange{Request: xrpc.Query(createAccount, nil), Err: os.ErrClosed})
	if target.AccountsCreated() != 3 || target.AccountsLeft() != 3 {
		t.Errorf("%d made, %d left", target.AccountsCreated(), target.AccountsLeft())
	}
	for _, status := range []int{400, 200, 200} { // deleted by a case, and once more
		target.Track(xrpc.Exchange{Request: xrpc.Procedure(deleteAccount, map[string]any{"did": accounts[0].DID}), Status: status})
	}
	target.Track(xrpc.Exchange{Request: xrpc.Procedure(deleteAccount, map[string]any{"did": "did:web:nobody.test"}), Status: 200})
	if target.AccountsCreated() != 3 || target.AccountsLeft() != 2 {
		t.Errorf("%d made, %d left", target.AccountsCreated(), target.AccountsLeft())
	}
}

// TestAnswersWithoutADID counts accounts of a server whose answer is broken,
// and removes them.
func TestAnswersWithoutADID(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{withoutDID: true}
	target := probed(t, fake.serve(t), Options{Drivers: Drivers{Mail: &fake.post}})
	for range 3 {
		if _, err := target.SignUp(t.Context(), direct{target}); err == nil {
			t.Error("an answer without a DID is adopted")
		}
	}
	if target.AccountsCreated() != 3 || target.AccountsLeft() != 3 {
		t.Errorf("%d made, %d left", target.AccountsCreated(), target.AccountsLeft())
	}
	if left := target.CleanUp(t.Context()); left != 0 || len(fake.left()) != 0 {
		t.Errorf("%d left, on the server %v", left, fake.left())
	}
}

// TestJournalOfARun makes accounts, changes and removes them, and reads what
// the journal has of it.
func TestJournalOfARun(t *testing.T) {
	t.Parallel()
	journal := begun(t)
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{Journal: journal, Drivers: Drivers{Mail: &fake.post}})
	accounts := signedUp(t, target, 3)
	if err := target.PasswordChanged(accounts[1], "a-new-password"); err != nil {
		t.Fatal(err)
	}
	fake.accounts[accounts[1].DID].password = "a-new-password"
	mixed := target.NewIdentity()
	mixed.Handle = strings.ToUpper(mixed.Handle) // the server answers in lower case
	request, err := target.SignUpRequest(t.Context(), journaling{target}, mixed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.Adopt(mixed, journaling{target}.Do(t.Context(), request)); err != nil {
		t.Fatal(err)
	}
	never := target.NewIdentity() // announced, but the run was cut off
	if err := target.Announce(xrpc.Procedure(createAccount, map[string]any{"handle": never.Handle})); err != nil {
		t.Fatal(err)
	}
	fake.stuck = []string{accounts[1].DID}
	if left := target.CleanUp(t.Context()); left != 1 {
		t.Errorf("%d left", left)
	}
	var handles, passwords []string
	for _, account := range readBack(t, journal).accounts {
		handles, passwords = append(handles, account.Handle), append(passwords, account.Password)
	}
	if diff := cmp.Diff([]string{accounts[1].Handle, never.Handle}, handles); diff != "" {
		t.Errorf("left, as the journal says (-want +got):\n%s", diff)
	}
	if passwords[0] != "a-new-password" {
		t.Errorf("password %q", passwords[0])
	}
}

func TestAnnouncementThatCantBeWritten(t *testing.T) {
	t.Parallel()
	journal := begun(t)
	if err := journal.Close(false); err != nil {
		t.Fatal(err)
	}
	target := targetAt(t, unreached, Options{Journal: journal})
	if err := target.Announce(xrpc.Procedure(createAccount, nil)); err == nil {
		t.Error("an account would be made that the journal does not know of")
	}
	if err := target.Announce(xrpc.Query(describeServer, nil)); err != nil {
		t.Error(err)
	}
}

// TestAppPasswordsOfTheGivenAccount are kept apart from those of accounts that
// go as a whole.
func TestAppPasswordsOfTheGivenAccount(t *testing.T) {
	t.Parallel()
	journal := begun(t)
	fake := &fakePDS{}
	target, account := given(t, fake, Options{Journal: journal})
	sender := journaling{target}
	session, err := account.Session(t.Context(), sender)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two", "three"} {
		sender.Do(t.Context(), appPasswordRequest(session.Access, name))
	}
	other := signedUp(t, target, 1)[0]
	sender.Do(t.Context(), appPasswordRequest("access "+other.DID, "theirs"))
	sender.Do(t.Context(), xrpc.Procedure(revokeAppPassword, map[string]any{"name": "two"}).WithBearer(session.Access))
	if target.AppPasswordsLeft() != 2 {
		t.Errorf("%d app passwords are left", target.AppPasswordsLeft())
	}
	if number, owner := readBack(t, journal).AppPasswords(); number != 3 || owner != "mine.test" {
		t.Errorf("the journal has %d app passwords of %q", number, owner)
	}
	target.CleanUp(t.Context())
	if target.AppPasswordsLeft() != 0 || fake.appPasswords["one"] || fake.appPasswords["three"] {
		t.Errorf("%d are left, on the server %v", target.AppPasswordsLeft(), fake.appPasswords)
	}
	if fake.accounts[account.DID] == nil {
		t.Error("the given account was deleted")
	}
}

// TestAppPasswordsByAnotherSession are made with tokens that a case got by
// itself, as with an app password's.
func TestAppPasswordsByAnotherSession(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target, account := given(t, fake, Options{})
	for i, nsid := range []string{createSession, refreshSession} {
		session := xrpc.Exchange{Request: xrpc.Procedure(nsid, nil), Status: 200,
			Body: []byte(`{"did":"` + account.DID + `","accessJwt":"another` + nsid + `","refreshJwt":"r` + nsid + `"}`)}
		target.Track(session)
		made := xrpc.Exchange{Request: appPasswordRequest("another"+nsid, nsid), Status: 200, Body: []byte(`{}`)}
		target.Track(made)
		if target.AppPasswordsLeft() != i+1 {
			t.Errorf("%s: %d app passwords are left", nsid, target.AppPasswordsLeft())
		}
	}
}

// allowed reserves for a request that nobody sends.
func allowed(target *Target, request xrpc.Request) *Missing {
	missing := target.Reserve(request)
	if missing == nil {
		target.Release(request)
	}
	return missing
}
