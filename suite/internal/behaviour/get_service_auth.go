package behaviour

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// A service that nobody runs, and a method for which servers make such tokens
// every day. Both are always given: servers differ in which they can do without.
const (
	someService = "did:web:feed.example.com"
	someMethod  = "app.bsky.feed.getFeedSkeleton"
)

func getServiceAuth() endpoint {
	return endpoint{
		nsid:   nsidGetServiceAuth,
		recipe: spec.Recipe{Needs: login, Request: serviceAuth},
		cases: []scenario{
			{
				error: "BadExpiration", title: "An expiration in the past is refused with BadExpiration.",
				level: reports.Must, authority: reports.Lexicon, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Baseline(ctx, nsidGetServiceAuth)
					t.ExpectThat("a token that expires in the first second of 1970",
						t.Do(ctx, serviceAuth(ctx, t).WithParameter("exp", "1")), check.ErrorNamed("BadExpiration"))
				},
			},
			{
				// What the token says is read where it is a JWT, and nothing is asked of
				// one that isn't. The server's clock may be anywhere, so the time from
				// which to count is that of a token of ordinary life.
				id: "exp.far", title: "A token that is to live for a day is refused, or made with a shorter life.",
				level: reports.Should, authority: reports.Reference, source: "params.exp", needs: login, run: farExpiration,
			},
			{
				// The expiration of a token of ordinary life lies ahead by that server's
				// clock, and no server that gives one can mind being asked for it.
				id: "exp.honoured", title: "A token is made for an expiration that lies ahead, and lives no longer.",
				level: reports.Should, authority: reports.Reference, source: "params.exp", needs: login, run: honouredExpiration,
			},
			{
				id: "aud.not-did", title: "An audience that is no DID, nor a service of one, is refused.",
				level: reports.Should, authority: reports.Reference, source: "params.aud", needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Baseline(ctx, nsidGetServiceAuth)
					t.Expect(t.Do(ctx, serviceAuth(ctx, t).WithParameter("aud", "https://feed.example.com")), check.Refused())
				},
			},
			{
				// The format of the parameter was did until May 2026: servers from before
				// refuse the fragment.
				id: "aud.service", title: "An audience may name one service of a DID by a fragment.",
				level: reports.Should, authority: reports.Reference, source: "params.aud", needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Expect(t.Do(ctx, serviceAuth(ctx, t).WithParameter("aud", someService+"#bsky_fg")), check.Succeeds())
				},
			},
			{
				// A token for another service must not be one that opens the account.
				id: "lxm.account-management", title: "No token is made for a method that manages the account itself.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Baseline(ctx, nsidGetServiceAuth)
					for _, method := range []string{nsidDeactivateAccount, nsidUpdateEmail, nsidCreateAppPassword} {
						t.ExpectThat("a token for "+method, t.Do(ctx, serviceAuth(ctx, t).WithParameter("lxm", method)), check.Refused())
					}
				},
			},
			{
				// Somebody who was given an app password would make an account elsewhere that
				// takes the place of this one, or read private messages.
				id: "lxm.app-password", title: "A session made with an app password gets no token to move the account, or to chat.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Baseline(ctx, nsidGetServiceAuth)
					made := appSession(ctx, t, shared(ctx, t))
					for _, method := range []string{nsidCreateAccount, "chat.bsky.convo.listConvos"} {
						t.ExpectThat("a token for "+method,
							t.Do(ctx, serviceAuth(ctx, t).WithParameter("lxm", method).WithBearer(made.Access)), check.Refused())
					}
				},
			},
			{
				// The service that the token is sent to would hold the account.
				id: "token.not-of-session", title: "The token is none of the session's own.",
				level: reports.Must, authority: reports.Security, source: sourceServiceAuth, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					made := session(ctx, t, shared(ctx, t))
					token := t.Rely(t.Do(ctx, serviceAuth(ctx, t))).String("token")
					if token == made.Access || token == made.Refresh {
						t.Fail("a token made for the service", "a token of the session")
					}
				},
			},
			{
				// Whoever runs the other service would have the account.
				id: "token.opens-no-session", title: "A token for another service is no access token of the account.",
				level: reports.Must, authority: reports.Security, source: sourceServiceAuth, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					token := t.Rely(t.Do(ctx, serviceAuth(ctx, t))).String("token")
					t.Expect(whoAmI(ctx, t, token), check.Refused())
				},
			},
		},
	}
}

// serviceAuth asks for a token to send to a service.
func serviceAuth(ctx context.Context, t *spec.Trial) xrpc.Request {
	return xrpc.Query(nsidGetServiceAuth, url.Values{"aud": {someService}, "lxm": {someMethod}}).
		WithBearer(session(ctx, t, shared(ctx, t)).Access)
}

// lifeWanted is more than servers give a service token; lifeGiven is the most
// that one should have.
const (
	lifeWanted = 24 * time.Hour
	lifeGiven  = 2 * time.Hour
)

// ordinaryExpiration is when a token expires that was made without exp: nothing is
// asked of one that doesn't say so.
func ordinaryExpiration(ctx context.Context, t *spec.Trial) time.Time {
	expires, isJWT := derive.Expiry(t.Rely(t.Do(ctx, serviceAuth(ctx, t))).String("token"))
	if !isJWT {
		t.NotObserved("the token does not say when it expires")
	}
	return expires
}

func farExpiration(ctx context.Context, t *spec.Trial) {
	ordinary := ordinaryExpiration(ctx, t)
	asked := strconv.FormatInt(ordinary.Add(lifeWanted).Unix(), 10)
	exchange := t.Do(ctx, serviceAuth(ctx, t).WithParameter("exp", asked))
	if !exchange.Succeeded() {
		t.Expect(exchange, check.Refused())
		return
	}
	if expires, _ := derive.Expiry(exchange.String("token")); expires.Sub(ordinary) > lifeGiven {
		t.Failf("a refusal, or a token of at most "+lifeGiven.String(), "a token that lives %s longer than one without exp", expires.Sub(ordinary))
	}
}

func honouredExpiration(ctx context.Context, t *spec.Trial) {
	ordinary := ordinaryExpiration(ctx, t)
	exchange := t.Do(ctx, serviceAuth(ctx, t).WithParameter("exp", strconv.FormatInt(ordinary.Unix(), 10)))
	t.ExpectThat("the expiration of a token made without exp", exchange, check.Succeeds())
	if expires, _ := derive.Expiry(exchange.String("token")); expires.After(ordinary) {
		t.Failf("a token that expires at "+ordinary.UTC().Format(time.RFC3339), "one that expires at %s", expires.UTC().Format(time.RFC3339))
	}
}
