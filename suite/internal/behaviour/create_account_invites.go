package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// racers is how many clients try at once.
const racers = 6

func signUpInvites() []scenario {
	return []scenario{
		{
			id: "invite.required", title: "Where describeServer says that an invite code is required, there is no account without one.",
			level: reports.Must, authority: reports.Security, source: "describeServer#output.inviteCodeRequired",
			run: func(ctx context.Context, t *spec.Trial) {
				requireInvites(t)
				t.ExpectThat("no invite code", signUpWith(ctx, t, t.Target().NewIdentity(), ""), check.Refused())
			},
		},
		{
			id: "invite.required.named", title: "A sign-up without the required invite code is refused with InvalidInviteCode.",
			level: reports.Should, authority: reports.Reference,
			run: func(ctx context.Context, t *spec.Trial) {
				requireInvites(t)
				t.ExpectThat("no invite code", signUpWith(ctx, t, t.Target().NewIdentity(), ""), check.ErrorNamed("InvalidInviteCode"))
			},
		},
		{
			id: "invite.empty", title: "An empty invite code is none.",
			level: reports.Must, authority: reports.Security, source: "describeServer#output.inviteCodeRequired",
			run: func(ctx context.Context, t *spec.Trial) {
				requireInvites(t)
				exchange := t.Do(ctx, signUpRequest(t.Target().NewIdentity(), "").With("inviteCode", ""))
				t.ExpectThat("an empty invite code", exchange, check.Refused())
			},
		},
		{
			id: "invite.exhausted", title: "An invite code whose uses are spent is refused with InvalidInviteCode.",
			level: reports.Must, authority: reports.Lexicon, source: "error.InvalidInviteCode", needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				requireInvites(t)
				code := inviteCode(ctx, t, map[string]any{"useCount": 1})
				t.Rely(signUpWith(ctx, t, t.Target().NewIdentity(), code))
				t.ExpectThat("a code of one use, the second time", signUpWith(ctx, t, t.Target().NewIdentity(), code),
					check.ErrorNamed("InvalidInviteCode"))
			},
		},
		{
			id: "invite.case", title: "An invite code in another letter case is another code.",
			level: reports.Should, authority: reports.Reference, needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				requireInvites(t)
				code := inviteCode(ctx, t, map[string]any{"useCount": 1})
				if swapCase(code) == code {
					t.NotObserved("the code has no letters")
				}
				t.Expect(signUpWith(ctx, t, t.Target().NewIdentity(), swapCase(code)), check.Refused())
			},
		},
		{
			id: "invite.refused-keeps-use", title: "A refused sign-up does not spend the invite code.",
			level: reports.Should, authority: reports.Reference, needs: withAdmin, run: refusalKeepsUse,
		},
		{
			id: "invite.race", title: "Of several sign-ups with a single-use invite code at once, exactly one succeeds.",
			level: reports.Must, authority: reports.Security, source: sourceRaces, needs: withAdmin, run: inviteRace,
		},
	}
}

func requireInvites(t *spec.Trial) {
	if !t.Target().InviteRequired() {
		t.NotObserved("the target requires no invite code")
	}
}

func refusalKeepsUse(ctx context.Context, t *spec.Trial) {
	requireInvites(t)
	taken := ownAccount(ctx, t)
	code := inviteCode(ctx, t, map[string]any{"useCount": 1})
	identity := t.Target().NewIdentity()
	identity.Handle = taken.Handle
	t.ExpectThat("a handle that is taken", signUpWith(ctx, t, identity, code), check.Refused())
	t.ExpectThat("the same code, with a free handle", signUpWith(ctx, t, t.Target().NewIdentity(), code), check.Succeeds())
}

// inviteRace lets several clients sign up with one code of one use.
func inviteRace(ctx context.Context, t *spec.Trial) {
	requireInvites(t)
	code := inviteCode(ctx, t, map[string]any{"useCount": 1})
	oneWinner(ctx, t, "sign-ups with one code of one use", func() xrpc.Request {
		return signUpRequest(t.Target().NewIdentity(), code)
	})
}

// handleRace lets several clients sign up for one handle.
func handleRace(ctx context.Context, t *spec.Trial) {
	wanted, code := t.Target().NewIdentity(), codeForRacers(ctx, t)
	oneWinner(ctx, t, "sign-ups for one handle", func() xrpc.Request {
		identity := t.Target().NewIdentity()
		identity.Handle = wanted.Handle
		return signUpRequest(identity, code)
	})
}

// codeForRacers is an invite code that each racer can use, where one is required.
func codeForRacers(ctx context.Context, t *spec.Trial) string {
	if !t.Target().InviteRequired() {
		return ""
	}
	code, err := t.Target().InviteCode(ctx, t, racers)
	t.Unless(err)
	return code
}

// addressRace lets several clients sign up with one address. Servers that look at
// the address late may let all of them lose.
func addressRace(ctx context.Context, t *spec.Trial) {
	account := ownAccount(ctx, t)
	if signUpVariant(ctx, t, func(i *target.Identity) { i.Email = account.Email }).Succeeded() {
		t.NotObserved("the target allows several accounts for one address")
	}
	wanted, code := t.Target().NewIdentity(), codeForRacers(ctx, t)
	oneWinner(ctx, t, "sign-ups for one address", func() xrpc.Request {
		identity := t.Target().NewIdentity()
		identity.Email = wanted.Email
		return signUpRequest(identity, code)
	})
}

// oneWinner sends requests at the same time and asks that exactly one of them
// succeeds.
func oneWinner(ctx context.Context, t *spec.Trial, what string, request func() xrpc.Request) {
	t.OneWinner(what, t.Race(ctx, racing(request)))
}

// racing makes the requests of a race.
func racing(request func() xrpc.Request) []xrpc.Request {
	requests := []xrpc.Request{}
	for range racers {
		requests = append(requests, request())
	}
	return requests
}
