package behaviour

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// manyIntervals is long enough for an account to earn more codes than it may
// have open: the reference server's interval is days at most.
const manyIntervals = 50 * 24 * time.Hour

// mostOpen is how many open codes an account is given at most by asking.
const mostOpen = 5

func codeCreation() []scenario {
	intervals := []target.Capability{target.SignUp, target.Clock}
	return []scenario{
		{
			id: "create-available.false", title: "With createAvailable=false no code is made.",
			level: reports.Must, authority: reports.Lexicon, source: "params.createAvailable", needs: intervals,
			run: func(ctx context.Context, t *spec.Trial) {
				if found := earnings(ctx, t); found.before != 0 {
					t.Failf("no code", "%d codes", found.before)
				}
			},
		},
		{
			id: "create-available.default", title: "Without createAvailable, codes are made as with createAvailable=true.",
			level: reports.Must, authority: reports.Lexicon, source: "params.createAvailable", needs: intervals,
			run: func(ctx context.Context, t *spec.Trial) {
				account := fresh(ctx, t)
				advance(ctx, t, manyIntervals)
				request := xrpc.Query(nsidGetAccountInviteCodes, nil).WithBearer(session(ctx, t, account).Access)
				absent := len(codesIn(t.Rely(t.Do(ctx, request))))
				given := len(earn(ctx, t, account))
				if given == 0 {
					t.NotObserved("the target gives out no codes in time")
				}
				if absent != given {
					t.Failf(fmt.Sprintf("%d codes, as with createAvailable=true", given), "%d codes", absent)
				}
			},
		},
		{
			id: "interval.limit", title: "In time, an account earns codes by asking for them, at most five open ones.",
			level: reports.Should, authority: reports.Reference, needs: intervals,
			run: func(ctx context.Context, t *spec.Trial) {
				if found := earnings(ctx, t); len(found.codes) > mostOpen || found.again > mostOpen {
					t.Failf(fmt.Sprintf("at most %d codes, and no more by asking again", mostOpen), "%d, then %d", len(found.codes), found.again)
				}
			},
		},
		{
			id: "interval.belongs-to-account", title: "Codes that an account earned are made for that account and by it.",
			level: reports.Should, authority: reports.Reference, needs: intervals,
			run: func(ctx context.Context, t *spec.Trial) {
				found := earnings(ctx, t)
				for _, entry := range found.codes {
					if did := any(found.account.DID); entry["forAccount"] != did || entry["createdBy"] != did {
						t.Failf("forAccount and createdBy to be the account's DID", "%s and %s",
							check.ValueOf(entry, "forAccount"), check.ValueOf(entry, "createdBy"))
					}
				}
			},
		},
		{
			id: "interval.code-signs-up", title: "A code that an account earned makes an account.",
			level: reports.Should, authority: reports.Reference, needs: intervals,
			run: func(ctx context.Context, t *spec.Trial) {
				code := slices.Sorted(maps.Keys(earnings(ctx, t).codes))[0]
				t.Expect(signUpWith(ctx, t, t.Target().NewIdentity(), code), check.Succeeds())
			},
		},
		{
			id: "interval.one-use", title: "A code that an account earned is good for one sign-up.",
			level: reports.May, authority: reports.Reference, needs: intervals,
			run: func(ctx context.Context, t *spec.Trial) {
				for _, entry := range earnings(ctx, t).codes {
					if available, ok := entry["available"].(json.Number); ok && available != "1" {
						t.Failf("available to be 1", "%s", available)
					}
				}
			},
		},
		{
			id: "interval.used-counted", title: "A code that was used is not earned again.",
			level: reports.Should, authority: reports.Reference, needs: intervals, run: usedCounted,
		},
		{
			error: "DuplicateCreate", title: "Of several requests that would make the same codes at once, those that lose are refused with DuplicateCreate.",
			level: reports.Must, authority: reports.Lexicon, needs: intervals, run: duplicateCreate,
		},
		{
			id: "interval.race", title: "Requests that make codes at once make no more of them than one alone.",
			level: reports.Must, authority: reports.Security, source: sourceRaces, needs: intervals,
			run: func(ctx context.Context, t *spec.Trial) {
				race := racedForCodes(ctx, t)
				if race.made > mostOpen {
					t.Failf(fmt.Sprintf("at most %d codes", mostOpen), "%d codes; %s", race.made, t.AtOnce(racers))
				}
				t.Undisturbed(race.exchanges)
				for _, exchange := range race.exchanges {
					if !exchange.Succeeded() {
						t.ExpectThat(t.AtOnce(racers), exchange, check.Refused())
					}
				}
				if !slices.ContainsFunc(race.exchanges, xrpc.Exchange.Succeeded) {
					t.NotObserved("none of %d requests sent at the same time succeeded", racers)
				}
			},
		},
		{
			id: "interval.race-answered", title: "Of requests that make codes at once, each that succeeds lists what the account has.",
			level: reports.Should, authority: reports.Reference, needs: intervals,
			run: func(ctx context.Context, t *spec.Trial) {
				race := racedForCodes(ctx, t)
				t.Undisturbed(race.exchanges)
				for _, exchange := range race.exchanges {
					if listed := len(codesIn(exchange)); exchange.Succeeded() && listed != race.made {
						t.Failf(fmt.Sprintf("%d codes in every answer", race.made), "%d in one; %s", listed, t.AtOnce(racers))
					}
				}
			},
		},
	}
}

// earned is an account with the codes that it got by asking once enough time
// had passed, the number that it had before it asked, and the number after it
// asked again.
type earned struct {
	account       *target.Account
	codes         map[string]map[string]any
	before, again int
}

// earnings is an account that has earned codes; the trial ends where the
// target gives out none in time.
func earnings(ctx context.Context, t *spec.Trial) earned {
	return spec.Once(ctx, t, "account with earned codes", func(ctx context.Context, t *spec.Trial) earned {
		account := fresh(ctx, t)
		advance(ctx, t, manyIntervals)
		found := earned{account: account, before: len(codesOf(ctx, t, account)), codes: earn(ctx, t, account)}
		if len(found.codes) == 0 {
			t.NotObserved("the target gives out no codes in time")
		}
		found.again = len(earn(ctx, t, account))
		return found
	})
}

// shortWait is less than any server gives a code for; the longest wait is enough
// for one on the reference server.
const (
	shortWait = 24 * time.Hour
	shortOnes = 10
)

// usedCounted uses one of few codes: an account that has as many open ones as it
// may may get another in its place.
func usedCounted(ctx context.Context, t *spec.Trial) {
	account := fresh(ctx, t)
	var codes map[string]map[string]any
	for range shortOnes {
		advance(ctx, t, shortWait)
		if codes = earn(ctx, t, account); len(codes) > 0 {
			break
		}
	}
	if len(codes) == 0 || len(codes) >= mostOpen {
		t.NotObserved("the target gave out %d codes within %d days", len(codes), shortOnes)
	}
	t.Rely(signUpWith(ctx, t, t.Target().NewIdentity(), slices.Sorted(maps.Keys(codes))[0]))
	if again := earn(ctx, t, account); len(again) > len(codes) {
		t.Failf(fmt.Sprintf("%d codes, as before one was used", len(codes)), "%d", len(again))
	}
}

// earn asks for an account's codes and for those that it may have by now.
func earn(ctx context.Context, t *spec.Trial, account *target.Account) map[string]map[string]any {
	return codesIn(t.Rely(t.Do(ctx, earnRequest(session(ctx, t, account).Access))))
}

func earnRequest(accessToken string) xrpc.Request {
	return xrpc.Query(nsidGetAccountInviteCodes, url.Values{"createAvailable": {"true"}}).WithBearer(accessToken)
}

// raceForCodes lets several requests make the codes that an account may have:
// with the window of the race widened where the target offers that, and
// otherwise on one connection, where requests are worked on at once.
func raceForCodes(ctx context.Context, t *spec.Trial) (*target.Account, []xrpc.Exchange) {
	account := fresh(ctx, t)
	advance(ctx, t, manyIntervals)
	requests := slices.Repeat([]xrpc.Request{earnRequest(session(ctx, t, account).Access)}, racers)
	if t.Target().Missing(target.WidenRaces) != nil {
		return account, t.Pipeline(ctx, requests)
	}
	return account, t.Race(ctx, requests)
}

// race is what came of requests that make codes at once, and how many codes
// there were in the end.
type race struct {
	exchanges []xrpc.Exchange
	made      int
}

// racedForCodes is a race that scenarios share.
func racedForCodes(ctx context.Context, t *spec.Trial) race {
	return spec.Once(ctx, t, "race for codes", func(ctx context.Context, t *spec.Trial) race {
		account, exchanges := raceForCodes(ctx, t)
		return race{exchanges, len(codesOf(ctx, t, account))}
	})
}

func duplicateCreate(ctx context.Context, t *spec.Trial) {
	account, exchanges := raceForCodes(ctx, t)
	t.Undisturbed(exchanges)
	lost := 0
	for _, exchange := range exchanges {
		if !exchange.Succeeded() {
			t.ExpectThat("losing a race for codes, where "+t.AtOnce(racers), exchange, check.ErrorNamed("DuplicateCreate"))
			lost++
		}
	}
	if lost == 0 && len(codesOf(ctx, t, account)) == 0 {
		t.NotObserved("the target gives out no codes in time")
	}
	if lost == 0 {
		t.NotObserved("of %d requests at once, none lost the race", racers)
	}
}
