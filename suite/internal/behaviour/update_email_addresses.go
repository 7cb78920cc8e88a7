package behaviour

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// addresses are the requirements on what an address may be changed to, and on
// what becomes of the account with it.
func addresses() []scenario {
	return []scenario{
		{
			id: "email.everywhere", title: "Afterwards createSession and refreshSession say the new address as well.",
			level: reports.Should, authority: reports.Reference, source: "refreshSession#output.email", in: "refreshSession#output.email", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				made := newSession(ctx, t, account)
				t.Rely(updateUnconfirmed(ctx, t, account, t.Target().NewIdentity().Email))
				expectAddress(t, "logging in", logIn(ctx, t, account.Handle, account.Password), account)
				expectAddress(t, "refreshing a session from before", refresh(ctx, t, made.Refresh), account)
			},
		},
		{
			id: "sessions.live", title: "Sessions from before the change go on working.",
			level: reports.Should, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				made := newSession(ctx, t, account)
				t.Rely(updateUnconfirmed(ctx, t, account, t.Target().NewIdentity().Email))
				t.ExpectThat("getSession after the change", whoAmI(ctx, t, made.Access), check.Succeeds())
				t.ExpectThat("refreshing the session after the change", refresh(ctx, t, made.Refresh), check.Succeeds())
			},
		},
		{
			id: "email.ill-formed", title: "An e-mail address without an @ is refused: mail has to reach it.",
			level: reports.Must, authority: reports.Lexicon, source: "input.email", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				t.Expect(update(ctx, t, account, strings.ReplaceAll(t.Target().NewIdentity().Email, "@", "."), ""), check.Refused())
				expectOwn(t, whoAmI(ctx, t, session(ctx, t, account).Access), account)
			},
		},
		{
			id: "email.taken-case", title: "The address of another account is refused in any letter case.",
			level: reports.Should, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				other := ownAccount(ctx, t)
				account := unconfirmed(ctx, t)
				if exchange := t.Do(ctx, updateTo(other.Email, "").WithBearer(session(ctx, t, account).Access)); exchange.Succeeded() {
					t.NotObserved("the target allows several accounts for one address")
				}
				t.Expect(t.Do(ctx, updateTo(strings.ToUpper(other.Email), "").WithBearer(session(ctx, t, account).Access)), check.Refused())
			},
		},
		{
			id: "email.capitals", title: "An address that was changed to in capitals logs in without them.",
			level: reports.Should, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := unconfirmed(ctx, t)
				email := t.Target().NewIdentity().Email
				local, domain, _ := strings.Cut(email, "@")
				t.Rely(updateUnconfirmed(ctx, t, account, strings.ToUpper(local)+"@"+domain))
				t.ExpectThat("logging in in small letters", logIn(ctx, t, email, account.Password), check.Member("did", account.DID))
			},
		},
		{
			id: "email.race", title: "Of two accounts that change to one address at once, at most one succeeds where addresses are used once.",
			level: reports.Should, authority: reports.Reference, needs: signUp, run: addressChangeRace,
		},
	}
}

// expectAddress asks that an answer says the address that the account has now.
// One for a session need not say any.
func expectAddress(t *spec.Trial, circumstance string, exchange xrpc.Exchange, account *target.Account) {
	t.ExpectThat(circumstance, exchange, check.Succeeds())
	if said := exchange.String("email"); said != "" && !strings.EqualFold(said, account.Email) {
		t.Fail(circumstance+": the new address", "email is another one")
	}
}

func addressChangeRace(ctx context.Context, t *spec.Trial) {
	email, taken := t.Target().NewIdentity().Email, ownAccount(ctx, t).Email
	var requests []xrpc.Request
	var accounts []*target.Account
	for range 2 {
		account := unconfirmed(ctx, t)
		accounts = append(accounts, account)
		requests = append(requests, updateTo(email, "").WithBearer(session(ctx, t, account).Access))
	}
	if t.Do(ctx, updateTo(taken, "").WithBearer(session(ctx, t, accounts[0]).Access)).Succeeded() {
		t.NotObserved("the target allows several accounts for one address")
	}
	exchanges := t.Race(ctx, requests)
	for i, exchange := range exchanges {
		if exchange.Succeeded() {
			t.Unless(t.Target().EmailChanged(accounts[i], email))
		}
	}
	t.OneWinner("changes to one address", exchanges)
}
