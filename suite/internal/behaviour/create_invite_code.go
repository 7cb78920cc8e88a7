package behaviour

import (
	"context"
	"fmt"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func createInviteCode() endpoint {
	return endpoint{
		nsid: nsidCreateInviteCode,
		recipe: spec.Recipe{
			Needs: adminOnly,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return t.Target().AsAdmin(xrpc.Procedure(nsidCreateInviteCode, map[string]any{
					"useCount": 1, "forAccount": invitee(ctx, t),
				}))
			},
		},
		cases: []scenario{
			{
				id: "code.signs-up", title: "The code makes an account.",
				level: reports.Must, authority: reports.Lexicon, source: "output.code", needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) {
					code := inviteCode(ctx, t, map[string]any{"useCount": 1})
					t.Expect(signUpWith(ctx, t, t.Target().NewIdentity(), code), check.Succeeds())
				},
			},
			{
				id: "use-count.honoured", title: "The code can be used as often as useCount says, and no more.",
				level: reports.Must, authority: reports.Lexicon, source: "input.useCount", needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) {
					requireInvites(t)
					const uses = 2
					code := inviteCode(ctx, t, map[string]any{"useCount": uses})
					for use := range uses {
						t.ExpectThat(fmt.Sprintf("use %d of %d", use+1, uses),
							signUpWith(ctx, t, t.Target().NewIdentity(), code), check.Succeeds())
					}
					t.ExpectThat("one use too many", signUpWith(ctx, t, t.Target().NewIdentity(), code), check.Refused())
				},
			},
			{
				id: "use-count.zero", title: "A code of no use is accepted or refused when it is made, and makes no account.",
				level: reports.Should, authority: reports.Reference, needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) { codeOfNoUse(ctx, t, 0) },
			},
			{
				id: "use-count.negative", title: "A code of fewer uses than none is accepted or refused when it is made, and makes no account.",
				level: reports.Should, authority: reports.Reference, needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) { codeOfNoUse(ctx, t, -1) },
			},
			{
				id: "code.unique", title: "Two codes differ.",
				level: reports.Must, authority: reports.Security, source: sourceRandom, needs: adminOnly,
				run: func(ctx context.Context, t *spec.Trial) {
					input := map[string]any{"useCount": 1}
					if inviteCode(ctx, t, input) == inviteCode(ctx, t, input) {
						t.Fail("two codes", "one and the same twice")
					}
				},
			},
			{
				id: "for-account.listed", title: "A code for an account is listed to that account, with its number of uses.",
				level: reports.Must, authority: reports.Lexicon, source: "input.forAccount", needs: withAdmin,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					const uses = 3
					code := inviteCode(ctx, t, map[string]any{"useCount": uses, "forAccount": account.DID})
					entry := codesOf(ctx, t, account)[code]
					if entry == nil {
						t.Fail("the code in getAccountInviteCodes", "it is not there")
					}
					if got := fmt.Sprint(entry["available"]); got != fmt.Sprint(uses) {
						t.Failf(fmt.Sprintf("available to be %d", uses), "available is %s", got)
					}
					if entry["forAccount"] != any(account.DID) {
						t.Failf("forAccount to be the account's DID", "forAccount is %s", check.ValueOf(entry, "forAccount"))
					}
				},
			},
		},
	}
}

// codeOfNoUse asks for a code of no uses, and makes no account with it.
func codeOfNoUse(ctx context.Context, t *spec.Trial, uses int) {
	requireInvites(t)
	made := t.Do(ctx, t.Target().AsAdmin(xrpc.Procedure(nsidCreateInviteCode, map[string]any{"useCount": uses})))
	if made.Refused() {
		return
	}
	t.Expect(made, check.Succeeds())
	t.Expect(signUpWith(ctx, t, t.Target().NewIdentity(), made.String("code")), check.Refused())
}
