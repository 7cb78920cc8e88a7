package behaviour

import (
	"context"
	"slices"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// afterGrace is past the time in which a refresh token may be used again: two
// hours on the reference server.
const afterGrace = 3 * time.Hour

func refreshSession() endpoint {
	tokens := &spec.Stock[target.Session]{}
	return endpoint{
		nsid: nsidRefreshSession,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				kept := tokens.Take(t, func() target.Session { return newSession(ctx, t, sessionAccount(ctx, t)) })
				return xrpc.ProcedureWithoutInput(nsidRefreshSession).WithBearer(kept.Refresh)
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, _ xrpc.Exchange) { tokens.Used(t) },
			States: sessionStates(func(ctx context.Context, t *spec.Trial, opened xrpc.Exchange) xrpc.Exchange {
				return refresh(ctx, t, opened.String("refreshJwt"))
			}),
		},
		cases: slices.Concat(rotation(), deadRefreshTokens(), endedSessions()),
	}
}

func rotation() []scenario {
	return []scenario{
		{
			id: "session.belongs-to-account", title: "The answer is about the account whose token was sent.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := sessionAccount(ctx, t)
				exchange := refresh(ctx, t, newSession(ctx, t, account).Refresh)
				t.Expect(exchange, check.Member("did", account.DID), check.Member("handle", account.Handle))
			},
		},
		{
			id: "access-token.works", title: "The new access token is accepted by getSession, for the same account.",
			level: reports.Must, authority: reports.Lexicon, source: "output.accessJwt", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := sessionAccount(ctx, t)
				made := sessionOf(t, refresh(ctx, t, newSession(ctx, t, account).Refresh))
				t.Expect(whoAmI(ctx, t, made.Access), check.Member("did", account.DID))
			},
		},
		{
			id: "refresh-token.works", title: "The new refresh token is accepted in its turn, for the same account.",
			level: reports.Must, authority: reports.Lexicon, source: "output.refreshJwt", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := sessionAccount(ctx, t)
				made := sessionOf(t, refresh(ctx, t, newSession(ctx, t, account).Refresh))
				t.Expect(refresh(ctx, t, made.Refresh), check.Member("did", account.DID))
			},
		},
		{
			id: "other-session.lives", title: "Refreshing one session ends no other.",
			level: reports.Must, authority: reports.Security, source: "description", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := sessionAccount(ctx, t)
				one, other := newSession(ctx, t, account), newSession(ctx, t, account)
				t.Rely(refresh(ctx, t, one.Refresh))
				t.Expect(refresh(ctx, t, other.Refresh), check.Member("did", account.DID))
			},
		},
		{
			id: "rotation.new-refresh-token", title: "The refresh token is replaced by another one.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				old := newSession(ctx, t, sessionAccount(ctx, t))
				made := rotated(ctx, t, old)
				if made.Refresh == old.Refresh {
					t.Fail("another refresh token", "the one that was sent")
				}
			},
		},
		{
			id: "rotation.old-token-dies", title: "A refresh token that was used is refused once its grace is over.",
			level: reports.Should, authority: reports.Reference, needs: []target.Capability{target.Login, target.Clock},
			run: func(ctx context.Context, t *spec.Trial) {
				account := sessionAccount(ctx, t)
				old := newSession(ctx, t, account)
				made := rotated(ctx, t, old)
				advance(ctx, t, afterGrace)
				t.ExpectThat("the new refresh token, three hours later", refresh(ctx, t, made.Refresh), check.Succeeds())
				t.ExpectThat("the used refresh token, three hours later", refresh(ctx, t, old.Refresh), check.Refused())
			},
		},
		{
			id: "session.keeps-power", title: "A refreshed session that was opened with the account's password can create app passwords.",
			level: reports.Must, authority: reports.Lexicon, source: "description", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := ownAccount(ctx, t)
				made := sessionOf(t, refresh(ctx, t, newSession(ctx, t, account).Refresh))
				newAppPassword(ctx, t, account) // which the session from before the refresh can
				name := t.Target().NewName("app")
				t.Afterwards(func(ctx context.Context) { t.Target().RevokeAppPassword(ctx, account, name) })
				t.Expect(askAppPassword(ctx, t, made.Access, name), check.Succeeds())
			},
		},
		{
			id: "app-password.stays-limited", title: "A refreshed app-password session can't create app passwords.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				made := sessionOf(t, refresh(ctx, t, appSession(ctx, t, shared(ctx, t)).Refresh))
				t.Rely(whoAmI(ctx, t, made.Access))
				t.Expect(askAppPassword(ctx, t, made.Access, t.Target().NewName("app")), check.Refused())
			},
		},
		{
			id: "app-password.stays-limited.later", title: "Nor can it once it was refreshed again.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				made := sessionOf(t, refresh(ctx, t, appSession(ctx, t, shared(ctx, t)).Refresh))
				made = sessionOf(t, refresh(ctx, t, made.Refresh))
				t.Rely(whoAmI(ctx, t, made.Access))
				t.Expect(askAppPassword(ctx, t, made.Access, t.Target().NewName("app")), check.Refused())
			},
		},
	}
}

func deadRefreshTokens() []scenario {
	return []scenario{
		{
			error: "InvalidToken", title: "An access token is refused with InvalidToken.",
			level: reports.Must, authority: reports.Lexicon, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				t.Baseline(ctx, nsidRefreshSession)
				t.Expect(refresh(ctx, t, session(ctx, t, shared(ctx, t)).Access), check.ErrorNamed("InvalidToken"))
			},
		},
		{
			error: "ExpiredToken", title: "A refresh token that was revoked, or has expired, is refused with ExpiredToken.",
			level: reports.Should, authority: reports.Reference, needs: login, run: expiredRefresh,
		},
		{
			error: "AccountTakedown", title: "The session of an account that was taken down is refused with AccountTakedown.",
			level: reports.Must, authority: reports.Lexicon, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				exchange := refresh(ctx, t, takenDown(ctx, t).session.Refresh)
				t.Expect(exchange, check.Refused())
				if name := exchange.ErrorName(); name == "ExpiredToken" || name == "InvalidToken" {
					t.NotObserved("the takedown ended the session before: %s", name)
				}
				t.Expect(exchange, check.ErrorNamed("AccountTakedown"))
			},
		},
		{
			id: "takedown.session-ends", title: "A takedown ends the sessions: once reinstated, the account logs in anew.",
			level: reports.Should, authority: reports.Reference, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				back := reinstated(ctx, t)
				t.Rely(logIn(ctx, t, back.account.Handle, back.account.Password))
				t.Expect(refresh(ctx, t, back.session.Refresh), check.Refused())
			},
		},
		{
			id: "revoked.named", title: "A revoked refresh token is refused with ExpiredToken.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				made := newSession(ctx, t, sessionAccount(ctx, t))
				t.Rely(logOut(ctx, t, made.Refresh))
				t.Expect(refresh(ctx, t, made.Refresh), check.ErrorNamed("ExpiredToken"))
			},
		},
	}
}

// expiredRefresh looks at an expired token where a revoked one has another name
// and the clock can be moved.
func expiredRefresh(ctx context.Context, t *spec.Trial) {
	made := newSession(ctx, t, sessionAccount(ctx, t))
	t.Rely(logOut(ctx, t, made.Refresh))
	revoked := refresh(ctx, t, made.Refresh)
	t.Expect(revoked, check.Refused())
	if revoked.ErrorName() == "ExpiredToken" {
		return
	}
	t.Need(target.Clock)
	t.Expect(refresh(ctx, t, derive.ExpiredSession(ctx, t).Refresh), check.ErrorNamed("ExpiredToken"))
}
