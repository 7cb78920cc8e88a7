package behaviour

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func createInviteCodes() endpoint {
	return endpoint{
		nsid: nsidCreateInviteCodes,
		recipe: spec.Recipe{
			Needs: adminOnly,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return t.Target().AsAdmin(xrpc.Procedure(nsidCreateInviteCodes, map[string]any{
					"codeCount": 1, "useCount": 1, "forAccounts": []any{invitee(ctx, t)},
				}))
			},
			Empty: func(_ context.Context, t *spec.Trial) xrpc.Request {
				return t.Target().AsAdmin(xrpc.Procedure(nsidCreateInviteCodes, map[string]any{"codeCount": 1, "useCount": 1, "forAccounts": []any{}}))
			},
		},
		cases: []scenario{
			{
				id: "code-count.honoured", title: "Each account gets as many codes as codeCount says, all different.",
				level: reports.Must, authority: reports.Lexicon, source: "input.codeCount", needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) {
					first, second := invitees(ctx, t)
					const count = 3
					lists := codeLists(t.Rely(askInviteCodes(ctx, t, map[string]any{
						"codeCount": count, "useCount": 1, "forAccounts": []any{first, second}})))
					for _, account := range []string{first, second} {
						if got := len(lists[account]); got != count {
							t.Failf(fmt.Sprintf("%d codes for %s", count, account), "%d codes", got)
						}
					}
					if !distinct(append(lists[first], lists[second]...)) {
						t.Fail("codes that all differ", "one code twice")
					}
				},
			},
			{
				id: "accounts.answered", title: "The answer has an entry for each account that was named, and no other.",
				level: reports.Must, authority: reports.Lexicon, source: "input.forAccounts", needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) {
					first, second := invitees(ctx, t)
					lists := codeLists(t.Rely(askInviteCodes(ctx, t, map[string]any{
						"codeCount": 1, "useCount": 1, "forAccounts": []any{first, second}})))
					if lists[first] == nil || lists[second] == nil || len(lists) != 2 {
						t.Failf("an entry for each of the two accounts", "entries for %d", len(lists))
					}
				},
			},
			{
				id: "code-count.default", title: "Without codeCount the request is refused, or one code is made, as the default says.",
				level: reports.Must, authority: reports.Lexicon, source: "input.codeCount", needs: adminOnly,
				run: func(ctx context.Context, t *spec.Trial) {
					account := invitee(ctx, t)
					exchange := askInviteCodes(ctx, t, map[string]any{"useCount": 1, "forAccounts": []any{account}})
					if exchange.Refused() {
						return
					}
					t.Expect(exchange, check.Succeeds())
					if got := len(codeLists(exchange)[account]); got != 1 {
						t.Failf("one code", "%d codes", got)
					}
				},
			},
			{
				id: "code-count.zero", title: "No code is made where codeCount is zero, or the request is refused.",
				level: reports.Should, authority: reports.Reference, needs: adminOnly,
				run: func(ctx context.Context, t *spec.Trial) {
					account := invitee(ctx, t)
					exchange := askInviteCodes(ctx, t, map[string]any{"codeCount": 0, "useCount": 1, "forAccounts": []any{account}})
					if exchange.Refused() {
						return
					}
					t.Expect(exchange, check.Succeeds())
					if got := len(codeLists(exchange)[account]); got != 0 {
						t.Failf("no code", "%d codes", got)
					}
				},
			},
			{
				id: "no-accounts.answered", title: "Without forAccounts, codes are made for nobody in particular.",
				level: reports.Must, authority: reports.Lexicon, source: "input.forAccounts", needs: adminOnly,
				run: func(ctx context.Context, t *spec.Trial) {
					const count = 2
					lists := codeLists(t.Rely(askInviteCodes(ctx, t, map[string]any{"codeCount": count, "useCount": 1})))
					got := 0
					for _, codes := range lists {
						got += len(codes)
					}
					if got != count {
						t.Failf(fmt.Sprintf("%d codes", count), "%d codes", got)
					}
				},
			},
			{
				id: "codes.sign-up", title: "Each code makes an account, as often as useCount says.",
				level: reports.Must, authority: reports.Lexicon, source: "input.useCount", needs: withAdmin, run: codesSignUp,
			},
			{
				id: "codes.listed", title: "The codes of an account are listed to that account, and to no other.",
				level: reports.Must, authority: reports.Lexicon, source: "input.forAccounts", needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) {
					first, second := t.Borrow(ctx), t.Borrow(ctx)
					made := codeLists(t.Rely(askInviteCodes(ctx, t, map[string]any{
						"codeCount": 2, "useCount": 3, "forAccounts": []any{first.DID, second.DID}})))
					expectListed(ctx, t, first, made[first.DID], made[second.DID])
					expectListed(ctx, t, second, made[second.DID], made[first.DID])
				},
			},
			{
				id: "use-count.honoured", title: "Each code is listed with the number of uses that useCount says.",
				level: reports.Must, authority: reports.Lexicon, source: "input.useCount", needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					made := codeLists(t.Rely(askInviteCodes(ctx, t, map[string]any{
						"codeCount": 1, "useCount": 3, "forAccounts": []any{account.DID}})))[account.DID]
					there := codesOf(ctx, t, account)
					for _, code := range made {
						if got := fmt.Sprint(there[code]["available"]); there[code] != nil && got != "3" {
							t.Failf("available to be 3", "available is %s", got)
						}
					}
				},
			},
		},
	}
}

func askInviteCodes(ctx context.Context, t *spec.Trial, input map[string]any) xrpc.Exchange {
	return t.Do(ctx, t.Target().AsAdmin(xrpc.Procedure(nsidCreateInviteCodes, input)))
}

func codesSignUp(ctx context.Context, t *spec.Trial) {
	account := invitee(ctx, t)
	codes := codeLists(t.Rely(askInviteCodes(ctx, t, map[string]any{
		"codeCount": 2, "useCount": 1, "forAccounts": []any{account}})))[account]
	for i, code := range codes {
		t.ExpectThat(fmt.Sprintf("code %d", i+1), signUpWith(ctx, t, t.Target().NewIdentity(), code), check.Succeeds())
	}
	if t.Target().InviteRequired() && len(codes) > 0 {
		t.ExpectThat("a code of one use, the second time", signUpWith(ctx, t, t.Target().NewIdentity(), codes[0]), check.Refused())
	}
}

// expectListed asks that an account is shown its own codes and none of those of
// another.
func expectListed(ctx context.Context, t *spec.Trial, account *target.Account, own, others []string) {
	there := codesOf(ctx, t, account)
	for _, code := range own {
		if there[code] == nil {
			t.Fail("each code of the account in getAccountInviteCodes", "one is not there")
		}
	}
	for _, code := range others {
		if there[code] != nil {
			t.Fail("no code of another account in getAccountInviteCodes", "one is there")
		}
	}
}
