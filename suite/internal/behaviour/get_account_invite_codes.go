package behaviour

import (
	"context"
	"fmt"
	"net/url"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func getAccountInviteCodes() endpoint {
	return endpoint{
		nsid: nsidGetAccountInviteCodes,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				account := shared(ctx, t)
				if t.Target().Missing(target.SignUp) == nil {
					account = invitedAccount(ctx, t)
				}
				return xrpc.Query(nsidGetAccountInviteCodes, url.Values{}).WithBearer(session(ctx, t, account).Access)
			},
			Empty: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return xrpc.Query(nsidGetAccountInviteCodes, url.Values{"createAvailable": {"false"}}).
					WithBearer(session(ctx, t, bareAccount(ctx, t)).Access)
			},
		},
		cases: append(codeEntries(), codeCreation()...),
	}
}

func codeEntries() []scenario {
	return []scenario{
		{
			id: "other-account.hidden", title: "The codes of another account are not listed.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				account, other := invitedAccount(ctx, t), ownAccount(ctx, t)
				t.Rely(t.Do(ctx, codesRequest(session(ctx, t, account).Access)))
				theirs := codesOf(ctx, t, other)
				for code := range codesOf(ctx, t, account) {
					if theirs[code] != nil {
						t.Fail("only the account's own codes", "a code of another account is listed")
					}
				}
			},
		},
		{
			id: "uses.recorded", title: "A use is listed with the DID of the account that was made.",
			level: reports.Must, authority: reports.Lexicon, source: "com/atproto/server/defs.json#/defs/inviteCodeUse/properties/usedBy", needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				requireInvites(t)
				account := fresh(ctx, t)
				code := inviteCode(ctx, t, map[string]any{"useCount": 2, "forAccount": account.DID})
				guest := adoptOrStop(t, signUpWith(ctx, t, t.Target().NewIdentity(), code))
				uses, _ := codesOf(ctx, t, account)[code]["uses"].([]any)
				if len(uses) != 1 {
					t.Failf("one use of the code", "%d uses", len(uses))
				}
				use, _ := uses[0].(map[string]any)
				if use["usedBy"] != any(guest.DID) {
					t.Fail("usedBy to be the DID of the account that was made", "usedBy is "+check.ValueOf(use, "usedBy"))
				}
			},
		},
		{
			id: "available.total", title: "The number in available stays that of the uses with which the code was made.",
			level: reports.Should, authority: reports.Reference, needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				requireInvites(t)
				for _, entry := range codesOf(ctx, t, invitedAccount(ctx, t)) {
					if uses, _ := entry["uses"].([]any); len(uses) == 1 && fmt.Sprint(entry["available"]) != "2" {
						t.Failf("available to be 2, of which 1 is used", "available is %v", entry["available"])
					}
				}
			},
		},
		{
			id: "disabled.false", title: "A code that nobody has disabled is not listed as disabled.",
			level: reports.Must, authority: reports.Lexicon, source: "com/atproto/server/defs.json#/defs/inviteCode/properties/disabled", needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				for _, entry := range codesOf(ctx, t, invitedAccount(ctx, t)) {
					if entry["disabled"] == any(true) {
						t.Fail("disabled to be false", "disabled is true")
					}
				}
			},
		},
		{
			id: "codes.once", title: "A code is listed once.",
			level: reports.Should, authority: reports.Reference, needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				exchange := t.Rely(t.Do(ctx, codesRequest(session(ctx, t, invitedAccount(ctx, t)).Access)))
				if !distinct(members(exchange, "codes", "code")) {
					t.Fail("each code once", "a code stands there twice")
				}
			},
		},
		{
			id: "times.plausible", title: "The times in createdAt and usedAt lie within the life of the protocol.",
			level: reports.Should, authority: reports.Reference, needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				for _, entry := range codesOf(ctx, t, invitedAccount(ctx, t)) {
					createdAt, _ := entry["createdAt"].(string)
					expectPlausible(t, "createdAt", createdAt)
					uses, _ := entry["uses"].([]any)
					for _, use := range uses {
						object, _ := use.(map[string]any)
						usedAt, _ := object["usedAt"].(string)
						expectPlausible(t, "usedAt", usedAt)
					}
				}
			},
		},
		{
			id: "interval.not-before", title: "An account that was just made has earned no code yet.",
			level: reports.Should, authority: reports.Reference, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				if got := len(earn(ctx, t, fresh(ctx, t))); got != 0 {
					t.Failf("no code", "%d codes", got)
				}
			},
		},
		{
			id: "include-used.false", title: "With includeUsed=false, codes whose uses are spent are left out, and others are not.",
			level: reports.Must, authority: reports.Lexicon, source: "params.includeUsed", needs: withAdmin, run: usedLeftOut,
		},
		{
			id: "include-used.default", title: "Without includeUsed, codes whose uses are spent are listed.",
			level: reports.Must, authority: reports.Lexicon, source: "params.includeUsed", needs: withAdmin,
			run: func(ctx context.Context, t *spec.Trial) {
				spent := spentCode(ctx, t)
				if codesOf(ctx, t, spent.account)[spent.code] == nil {
					t.Fail("the spent code in the list", "it is not there")
				}
			},
		},
	}
}

// adoptOrStop is the account that a sign-up has to have made.
func adoptOrStop(t *spec.Trial, exchange xrpc.Exchange) *target.Account {
	t.Rely(exchange)
	return &target.Account{DID: exchange.String("did")}
}

// spent is an account with a code whose only use is spent, and one that is
// not.
type spent struct {
	account    *target.Account
	code, open string
}

func spentCode(ctx context.Context, t *spec.Trial) spent {
	requireInvites(t)
	return spec.Once(ctx, t, "account with a spent code", func(ctx context.Context, t *spec.Trial) spent {
		account := fresh(ctx, t)
		made := spent{account: account,
			code: inviteCode(ctx, t, map[string]any{"useCount": 1, "forAccount": account.DID}),
			open: inviteCode(ctx, t, map[string]any{"useCount": 1, "forAccount": account.DID})}
		t.Rely(signUpWith(ctx, t, t.Target().NewIdentity(), made.code))
		return made
	})
}

func usedLeftOut(ctx context.Context, t *spec.Trial) {
	spent := spentCode(ctx, t)
	request := codesRequest(session(ctx, t, spent.account).Access).WithParameter("includeUsed", "false")
	there := codesIn(t.Rely(t.Do(ctx, request)))
	if there[spent.code] != nil {
		t.Fail("the list without the spent code", "it is there")
	}
	if there[spent.open] == nil {
		t.Fail("the open code in the list", "it is not there")
	}
}
