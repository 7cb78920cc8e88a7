package behaviour

import (
	"context"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func revokeAppPassword() endpoint {
	made := &spec.Stock[appPassword]{}
	return endpoint{
		nsid: nsidRevokeAppPassword,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				account := shared(ctx, t)
				kept := made.Take(t, func() appPassword { return lastingAppPassword(ctx, t, account) })
				return xrpc.Procedure(nsidRevokeAppPassword, map[string]any{"name": kept.Name}).
					WithBearer(session(ctx, t, account).Access)
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, _ xrpc.Exchange) { made.Used(t) },
		},
		cases: []scenario{
			{
				id: "login.ends", title: "A revoked app password does not log in any more.",
				level: reports.Must, authority: reports.Lexicon, source: "description", needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					t.Rely(logIn(ctx, t, account.Handle, made.Password))
					t.Rely(revoke(ctx, t, account, made.Name))
					t.ExpectThat("logging in with the revoked app password", logIn(ctx, t, account.Handle, made.Password), check.Refused())
				},
			},
			{
				id: "session.ends", title: "A session made with the revoked app password can't be refreshed.",
				level: reports.Must, authority: reports.Security, source: sourceSessions, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					opened := sessionOf(t, logIn(ctx, t, account.Handle, made.Password))
					t.Rely(revoke(ctx, t, account, made.Name))
					t.ExpectThat("refreshing a session of the revoked app password", refresh(ctx, t, opened.Refresh), check.Refused())
				},
			},
			{
				id: "refreshed-session.ends", title: "A session of the revoked app password that was refreshed before can't be refreshed again.",
				level: reports.Must, authority: reports.Security, source: sourceSessions, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					opened := sessionOf(t, logIn(ctx, t, account.Handle, made.Password))
					renewed := sessionOf(t, refresh(ctx, t, opened.Refresh))
					t.Rely(revoke(ctx, t, account, made.Name))
					t.ExpectThat("refreshing a session of the revoked app password", refresh(ctx, t, renewed.Refresh), check.Refused())
				},
			},
			{
				id: "used-token.ends", title: "A refresh token of the revoked app password that was used before is refused, whatever grace it has.",
				level: reports.Must, authority: reports.Security, source: sourceSessions, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					used := sessionOf(t, logIn(ctx, t, account.Handle, made.Password))
					t.Rely(refresh(ctx, t, used.Refresh))
					t.Rely(revoke(ctx, t, account, made.Name))
					t.ExpectThat("refreshing a session of the revoked app password", refresh(ctx, t, used.Refresh), check.Refused())
				},
			},
			{
				id: "others.live", title: "The account's password, its other app passwords and their sessions go on working.",
				level: reports.Must, authority: reports.Security, source: "description", needs: signUp, run: revokeSparesOthers,
			},
			{
				id: "other-account.lives", title: "An app password of the same name with another account goes on working.",
				level: reports.Must, authority: reports.Security, source: "description", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					pair := accountPair(ctx, t)
					mine := newAppPassword(ctx, t, pair[0])
					theirs := t.Rely(askAppPassword(ctx, t, session(ctx, t, pair[1]).Access, mine.Name)).String("password")
					t.Rely(logIn(ctx, t, pair[1].Handle, theirs))
					t.Rely(revoke(ctx, t, pair[0], mine.Name))
					t.ExpectThat("logging in to the other account", logIn(ctx, t, pair[1].Handle, theirs), check.Succeeds())
				},
			},
			{
				id: "other-account.named.lives", title: "Nor is it revoked where the request names that account beside its input.",
				level: reports.Must, authority: reports.Security, source: sourceAccess, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account, other := t.Borrow(ctx), t.Borrow(ctx)
					theirs := newAppPassword(ctx, t, other)
					exchange := t.Do(ctx, xrpc.Procedure(nsidRevokeAppPassword, map[string]any{
						"name": theirs.Name, "did": other.DID, "account": other.DID, "identifier": other.Handle,
					}).WithBearer(session(ctx, t, account).Access))
					t.ExpectThat("logging in to the other account, after "+check.Answer(exchange),
						logIn(ctx, t, other.Handle, theirs.Password), check.Succeeds())
				},
			},
			{
				id: "name.case", title: "An app password of the same name in another letter case goes on working.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					other := askAppPassword(ctx, t, session(ctx, t, account).Access, strings.ToUpper(made.Name))
					if other.Refused() {
						t.NotObserved("the target does not tell names by their letter case")
					}
					t.Rely(revoke(ctx, t, account, made.Name))
					t.Expect(logIn(ctx, t, account.Handle, t.Rely(other).String("password")), check.Succeeds())
				},
			},
			{
				id: "unknown-name.accepted", title: "Revoking a name that does not exist is accepted.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					t.Expect(revoke(ctx, t, shared(ctx, t), t.Target().NewName("none")), check.Succeeds())
				},
			},
			{
				id: "unknown-name.harmless", title: "Revoking a name that does not exist revokes no app password.",
				level: reports.Must, authority: reports.Security, source: "description", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					kept := newAppPassword(ctx, t, account)
					revoke(ctx, t, account, t.Target().NewName("none"))
					revoke(ctx, t, account, "")
					revoke(ctx, t, account, "%") // which stands for any text in the language of databases
					t.Expect(logIn(ctx, t, account.Handle, kept.Password), check.Succeeds())
				},
			},
			{
				id: "name.nul.harmless", title: "Revoking a name that goes on after NUL does not revoke what is named like its beginning.",
				level: reports.Must, authority: reports.Security, source: "description", needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					kept := newAppPassword(ctx, t, account)
					revoke(ctx, t, account, kept.Name+"\x00xy")
					t.Expect(logIn(ctx, t, account.Handle, kept.Password), check.Succeeds())
				},
			},
			{
				id: "name.blanks", title: "An app password of the same name without the blanks around it goes on working.",
				level: reports.Should, authority: reports.Reference, needs: signUp,
				run: func(ctx context.Context, t *spec.Trial) {
					account := t.Borrow(ctx)
					kept := newAppPassword(ctx, t, account)
					padded := " " + kept.Name + " "
					other := askAppPassword(ctx, t, session(ctx, t, account).Access, padded)
					if other.Refused() || t.Rely(other).String("name") != padded {
						t.NotObserved("the target does not tell names by the blanks around them")
					}
					t.Rely(revoke(ctx, t, account, padded))
					t.Expect(logIn(ctx, t, account.Handle, kept.Password), check.Succeeds())
				},
			},
			{
				id: "login.stays-ended", title: "A revoked app password stays so when its name is given to another.",
				level: reports.Must, authority: reports.Security, source: sourceSessions, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					opened := sessionOf(t, t.Rely(logIn(ctx, t, account.Handle, made.Password)))
					t.Rely(revoke(ctx, t, account, made.Name))
					t.Rely(askAppPassword(ctx, t, session(ctx, t, account).Access, made.Name))
					t.ExpectThat("logging in with the revoked app password", logIn(ctx, t, account.Handle, made.Password), check.Refused())
					t.ExpectThat("refreshing a session of the revoked app password", refresh(ctx, t, opened.Refresh), check.Refused())
				},
			},
			{
				id: "name.reusable", title: "The name of a revoked app password is free again.",
				level: reports.Should, authority: reports.Reference, needs: login,
				run: func(ctx context.Context, t *spec.Trial) {
					account := shared(ctx, t)
					made := newAppPassword(ctx, t, account)
					t.Rely(revoke(ctx, t, account, made.Name))
					t.Expect(askAppPassword(ctx, t, session(ctx, t, account).Access, made.Name), check.Succeeds())
				},
			},
		},
	}
}

func revokeSparesOthers(ctx context.Context, t *spec.Trial) {
	account := t.Borrow(ctx)
	revoked, kept := newAppPassword(ctx, t, account), newAppPassword(ctx, t, account)
	longer := t.Rely(askAppPassword(ctx, t, session(ctx, t, account).Access, revoked.Name+"-2")).String("password")
	own := newSession(ctx, t, account)
	opened := sessionOf(t, logIn(ctx, t, account.Handle, kept.Password))
	t.Rely(revoke(ctx, t, account, revoked.Name))
	t.ExpectThat("logging in with the account's password", logIn(ctx, t, account.Handle, account.Password), check.Succeeds())
	t.ExpectThat("logging in with the other app password", logIn(ctx, t, account.Handle, kept.Password), check.Succeeds())
	t.ExpectThat("logging in with an app password whose name only begins alike", logIn(ctx, t, account.Handle, longer), check.Succeeds())
	t.ExpectThat("refreshing the account's own session", refresh(ctx, t, own.Refresh), check.Succeeds())
	t.ExpectThat("refreshing a session of the other app password", refresh(ctx, t, opened.Refresh), check.Succeeds())
}
