package behaviour

import (
	"context"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func deleteSession() endpoint {
	tokens := &spec.Stock[target.Session]{}
	return endpoint{
		nsid: nsidDeleteSession,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				kept := tokens.Take(t, func() target.Session { return newSession(ctx, t, sessionAccount(ctx, t)) })
				return xrpc.ProcedureWithoutInput(nsidDeleteSession).WithBearer(kept.Refresh)
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, _ xrpc.Exchange) { tokens.Used(t) },
		},
		cases: []scenario{
			{
				error: "InvalidToken", title: "An access token is refused with InvalidToken.",
				level: reports.Must, authority: reports.Lexicon, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Baseline(ctx, nsidDeleteSession)
					t.Expect(logOut(ctx, t, session(ctx, t, shared(ctx, t)).Access), check.ErrorNamed("InvalidToken"))
				},
			},
			{
				// The reference server ends the session as it was asked to.
				error: "ExpiredToken", title: "An expired refresh token ends its session, or is refused with ExpiredToken.",
				level: reports.Should, authority: reports.Reference, needs: []target.Capability{target.Login, target.Clock},
				run: func(ctx context.Context, t *spec.Trial) {
					exchange := logOut(ctx, t, derive.ExpiredSession(ctx, t).Refresh)
					if exchange.Succeeded() {
						t.NotObserved("the target ends a session whose token has expired")
					}
					t.Expect(exchange, check.ErrorNamed("ExpiredToken"))
				},
			},
			{
				id: "session.ends", title: "After it, the session's refresh token is refused.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					made := newSession(ctx, t, sessionAccount(ctx, t))
					t.Rely(logOut(ctx, t, made.Refresh))
					t.ExpectThat("refreshing a session after logging out", refresh(ctx, t, made.Refresh), check.Refused())
				},
			},
			{
				id: "refreshed-session.ends", title: "After it, the refresh token of a session that was refreshed before is refused.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					made := sessionOf(t, refresh(ctx, t, newSession(ctx, t, sessionAccount(ctx, t)).Refresh))
					t.Rely(logOut(ctx, t, made.Refresh))
					t.ExpectThat("refreshing a session after logging out", refresh(ctx, t, made.Refresh), check.Refused())
				},
			},
			{
				id: "other-session.lives", title: "Another session of the account stays alive.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					other, made := newSession(ctx, t, account), newSession(ctx, t, account)
					t.Rely(logOut(ctx, t, made.Refresh))
					t.ExpectThat("the other session's access token", whoAmI(ctx, t, other.Access), check.Succeeds())
					t.ExpectThat("the other session's refresh token", refresh(ctx, t, other.Refresh), check.Succeeds())
				},
			},
			{
				id: "login.lives", title: "The account can log in again.",
				level: reports.Must, authority: reports.Security, source: "description", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					t.Rely(logOut(ctx, t, newSession(ctx, t, account).Refresh))
					t.Expect(logIn(ctx, t, account.Handle, account.Password), check.Succeeds())
				},
			},
			{
				id: "repeat.accepted", title: "Ending a session a second time is accepted.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					made := newSession(ctx, t, sessionAccount(ctx, t))
					t.Rely(logOut(ctx, t, made.Refresh))
					t.Expect(logOut(ctx, t, made.Refresh), check.Succeeds())
				},
			},
			{
				id: "app-password.lives", title: "After a session of an app password was ended, the app password logs in again.",
				level: reports.Must, authority: reports.Security, source: "description", needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					t.Rely(logOut(ctx, t, sessionOf(t, t.Rely(logIn(ctx, t, account.Handle, made.Password))).Refresh))
					t.Expect(logIn(ctx, t, account.Handle, made.Password), check.Succeeds())
				},
			},
			{
				id: "expired.accepted", title: "An expired refresh token can still end its session.",
				level: reports.Should, authority: reports.Reference, needs: []target.Capability{target.Login, target.Clock},
				run: func(ctx context.Context, t *spec.Trial) {
					t.Expect(logOut(ctx, t, derive.ExpiredSession(ctx, t).Refresh), check.Succeeds())
				},
			},
			{
				id: "app-password.accepted", title: "A session made with an app password can be ended.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					made := appSession(ctx, t, shared(ctx, t))
					t.Expect(logOut(ctx, t, made.Refresh), check.Succeeds())
					t.ExpectThat("refreshing it afterwards", refresh(ctx, t, made.Refresh), check.Refused())
				},
			},
		},
	}
}
