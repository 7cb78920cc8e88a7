package target

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func TestSignUpWithInvites(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options Options
		invites bool
		made    int // invite codes
		missing bool
	}{
		"open":            {Options{AdminPassword: "admin-pass"}, false, 0, false},
		"by the admin":    {Options{AdminPassword: "admin-pass", InviteCode: "another"}, true, 1, false},
		"by a given code": {Options{InviteCode: "fake-invite"}, true, 0, false},
		"neither":         {Options{}, true, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakePDS{invites: test.invites}
			target := probed(t, fake.serve(t), test.options)
			before := fake.called("createInviteCode")
			account, err := target.SignUp(t.Context(), direct{target})
			if test.missing {
				wantMissing(t, err, SignUp, "invite code", "--admin-password")
				_, err = target.InviteCode(t.Context(), direct{target}, 1)
				wantMissing(t, err, SignUp, "invite code", "--admin-password")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if account.DID == "" || account.Given || target.AccountsLeft() != 1 {
				t.Errorf("%+v, %d left", account, target.AccountsLeft())
			}
			if made := fake.called("createInviteCode") - before; made != test.made {
				t.Errorf("%d codes were made", made)
			}
		})
	}
}

// TestInvitesUnsaid signs up where nothing is said of invite codes: a refusal for
// want of one tells.
func TestInvitesUnsaid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options Options
		invites bool
		missing bool
	}{
		"none is required": {Options{}, false, false},
		"by the admin":     {Options{AdminPassword: "admin-pass"}, true, false},
		"by a given code":  {Options{InviteCode: "fake-invite"}, true, false},
		"neither":          {Options{}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakePDS{invites: test.invites, unsaid: true}
			target := probed(t, fake.serve(t), test.options)
			if err := target.CheckGiven(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			if target.InviteRequired() != test.invites || target.CouldSignUp() == test.missing {
				t.Errorf("required %t, could sign up %t", target.InviteRequired(), target.CouldSignUp())
			}
			_, err := target.SignUp(t.Context(), direct{target})
			if test.missing {
				wantMissing(t, err, SignUp, "invite code", "--admin-password")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const tokens = `"accessJwt":"a","refreshJwt":"r"`
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"refused":         {400, `{"error":"InvalidRequest"}`, "not answered with success"},
		"no object":       {200, `[]`, "no did"},
		"no DID":          {200, `{` + tokens + `}`, "no did"},
		"DID of a number": {200, `{"did":5,` + tokens + `}`, "no did"},
		"no access token": {200, `{"did":"did:web:a.test","refreshJwt":"r"}`, "no accessJwt"},
		"no refresh":      {200, `{"did":"did:web:a.test","accessJwt":"a","refreshJwt":""}`, "no refreshJwt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := methods{describeServer: described(false), createAccount: always(test.status, test.body)}
			target := probed(t, served.serve(t), Options{})
			_, err := target.SignUp(t.Context(), direct{target})
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.Exchange.Status != test.status || !strings.Contains(err.Error(), test.want) ||
				!strings.HasPrefix(err.Error(), createAccount+": ") {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	if _, err := SessionOf(xrpc.Exchange{Request: xrpc.Request{NSID: createSession}, Status: 200, Body: []byte(`{` + tokens + `}`)}); err != nil {
		t.Error(err)
	}
}

func TestNamedAccountsAreSharedByName(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{})
	sender := direct{target}
	var made []*Account
	for _, name := range []string{"a", "b", "a", "b"} {
		account, err := target.Account(t.Context(), sender, name)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, account)
	}
	if made[0] != made[2] || made[1] != made[3] || made[0] == made[1] || target.AccountsCreated() != 2 {
		t.Errorf("%d accounts were made", target.AccountsCreated())
	}
	shared, err := target.Shared(t.Context(), sender)
	if err != nil || shared.Given {
		t.Errorf("shared: %+v, error %v", shared, err)
	}
	if again, err := target.Shared(t.Context(), sender); err != nil || again != shared {
		t.Errorf("another account is shared, error %v", err)
	}
}

func TestBorrowedAccountsRest(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{})
	var first *Account
	for i := range 3 * borrowers {
		account, err := target.Borrow(t.Context(), direct{target})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = account
		}
		if i > 0 && account == first && i%borrowers != 0 {
			t.Errorf("the first account is lent again as number %d", i)
		}
		target.GiveBack(account)
	}
	if target.AccountsCreated() != borrowers {
		t.Errorf("%d accounts were made", target.AccountsCreated())
	}
}

func TestGivenAccount(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target, account := given(t, fake, Options{})
	if !account.Given || account.DID != "did:web:mine.test" || account.Email != "mine@example.com" || target.AccountsCreated() != 0 {
		t.Errorf("%+v, %d made", account, target.AccountsCreated())
	}
	if again, err := target.Shared(t.Context(), direct{target}); err != nil || again != account || fake.called("createSession") != 1 {
		t.Errorf("%d log-ins, error %v", fake.called("createSession"), err)
	}
	wrong := probed(t, fake.serve(t), Options{AccountHandle: "mine.test", AccountPassword: "x"})
	_, err := wrong.Shared(t.Context(), direct{wrong})
	wantMissing(t, err, Login, "refused the given account", "--account")
	if fake.called("createAccount") != 0 {
		t.Error("an account was made in its place")
	}
	none := probed(t, (&fakePDS{invites: true}).serve(t), Options{})
	_, err = none.Shared(t.Context(), direct{none})
	wantMissing(t, err, Login, "no account to log in to", "--account")
}

// TestSessionsAreKept until the clock moves, the password changes, or somebody
// says so.
func TestSessionsAreKept(t *testing.T) {
	t.Parallel()
	fake := &fakePDS{}
	target := probed(t, fake.serve(t), Options{Drivers: Drivers{Clock: &Patience{}}})
	sender := direct{target}
	account := signedUp(t, target, 1)[0]
	logins := func() int {
		t.Helper()
		before := fake.called("createSession")
		session, err := account.Session(t.Context(), sender)
		if err != nil || session.Access == "" || session.Refresh == "" {
			t.Fatalf("session %v, error %v", session, err)
		}
		return fake.called("createSession") - before
	}
	for step, test := range []struct {
		change func() error
		want   int
	}{
		{func() error { return nil }, 0}, // that of the sign-up
		{func() error { return target.Advance(t.Context(), 0) }, 1},
		{func() error { return nil }, 0},
		{func() error { account.Forget(); return nil }, 1},
		{func() error { _, err := account.Login(t.Context(), sender); return err }, 0},
		{func() error { account.Keep(Session{"x", "y"}); return nil }, 0},
		{func() error { return target.PasswordChanged(account, account.Password) }, 1},
	} {
		if err := test.change(); err != nil {
			t.Fatal(err)
		}
		if got := logins(); got != test.want {
			t.Errorf("step %d: %d log-ins, want %d", step, got, test.want)
		}
	}
	fake.accounts[account.DID].password = "another"
	account.Forget()
	var refusal *Refusal
	if _, err := account.Session(t.Context(), sender); !errors.As(err, &refusal) || refusal.Exchange.Status != http.StatusUnauthorized {
		t.Errorf("error %v", err)
	}
}
