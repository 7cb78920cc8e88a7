package behaviour

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func createSession() endpoint {
	return endpoint{
		nsid: nsidCreateSession,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				account := shared(ctx, t)
				return account.LoginRequest(account.Handle)
			},
			States: sessionStates(func(_ context.Context, _ *spec.Trial, opened xrpc.Exchange) xrpc.Exchange { return opened }),
			Placeholder: func(t *spec.Trial) xrpc.Request {
				nobody := t.Target().NewIdentity()
				return target.LoginRequest(nobody.Handle, nobody.Password)
			},
		},
		cases: slices.Concat(loginEffects(), loginIdentifiers(), loginRefusals(), loginTakedowns(), takendownLogins(), loginFactors(), appLogins(), codeLogins(),
			[]scenario{strayAuthorization(nsidCreateSession)}),
	}
}

func loginEffects() []scenario {
	return []scenario{
		{
			id: "session.belongs-to-account", title: "The answer names the account that logged in, by its DID and handle.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				exchange := t.Rely(logIn(ctx, t, account.Handle, account.Password))
				expectOwn(t, exchange, account)
			},
		},
		{
			id: "access-token.works", title: "The access token is accepted by getSession, for the account that logged in.",
			level: reports.Must, authority: reports.Lexicon, source: "output.accessJwt", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				made := sessionOf(t, logIn(ctx, t, account.Handle, account.Password))
				t.Expect(whoAmI(ctx, t, made.Access), check.Member("did", account.DID))
			},
		},
		{
			id: "refresh-token.works", title: "The refresh token is accepted by refreshSession, for the account that logged in.",
			level: reports.Must, authority: reports.Lexicon, source: "output.refreshJwt", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				made := sessionOf(t, logIn(ctx, t, account.Handle, account.Password))
				t.Expect(refresh(ctx, t, made.Refresh), check.Member("did", account.DID))
			},
		},
		{
			id: "sessions.coexist", title: "A second session leaves the first one alive.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				first := newSession(ctx, t, account)
				newSession(ctx, t, account)
				t.ExpectThat("the first session's access token", whoAmI(ctx, t, first.Access), check.Succeeds())
				t.ExpectThat("the first session's refresh token", refresh(ctx, t, first.Refresh), check.Succeeds())
			},
		},
	}
}

// expectOwn holds an answer that speaks of an account against that account.
func expectOwn(t *spec.Trial, exchange xrpc.Exchange, account *target.Account) {
	t.Expect(exchange, check.Member("did", account.DID), check.Member("handle", account.Handle))
	expectEmail(t, exchange, account)
	if strings.Contains(string(exchange.Body), account.Password) {
		t.Fail("an answer without the account's password", "the password stands in it")
	}
}

// expectEmail holds an e-mail address in an answer against the account's own;
// the document lets it be absent.
func expectEmail(t *spec.Trial, exchange xrpc.Exchange, account *target.Account) {
	email, there := exchange.Object()["email"].(string)
	if there && account.Email != "" && !strings.EqualFold(email, account.Email) {
		t.Fail("the account's own address, or none", "email is "+check.Value(email))
	}
}

func loginIdentifiers() []scenario {
	by := func(id, title string, identifier func(*target.Account) string) scenario {
		return scenario{
			id: id, title: title, level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				if identifier(account) == "" {
					t.NotObserved("the account's address is not known")
				}
				t.Expect(logIn(ctx, t, identifier(account), account.Password), check.Member("did", account.DID))
			},
		}
	}
	return []scenario{
		by("identifier.did", "The identifier may be the account's DID.", func(a *target.Account) string { return a.DID }),
		by("identifier.email", "The identifier may be the account's e-mail address.", func(a *target.Account) string { return a.Email }),
		by("identifier.email-case", "The e-mail address is recognised in any letter case.", func(a *target.Account) string { return strings.ToUpper(a.Email) }),
		by("identifier.handle-case", "The handle is recognised in any letter case.", func(a *target.Account) string { return strings.ToUpper(a.Handle) }),
	}
}

// wrongLogin is a way to get identifier or password wrong.
type wrongLogin struct {
	id, title string
	level     reports.Level
	make      func(ctx context.Context, t *spec.Trial, account *target.Account) (identifier, password string)
}

func wrongLogins() []wrongLogin {
	all := []wrongLogin{
		{"password.wrong", "Another password is refused.", reports.Must, func(_ context.Context, t *spec.Trial, a *target.Account) (string, string) {
			return a.Handle, t.Target().NewPassword()
		}},
		{"password.empty", "An empty password is refused.", reports.Must, func(_ context.Context, _ *spec.Trial, a *target.Account) (string, string) {
			return a.Handle, ""
		}},
		{"identifier.unknown", "An identifier that no account has is refused.", reports.Must, func(_ context.Context, t *spec.Trial, a *target.Account) (string, string) {
			return t.Target().NewIdentity().Handle, a.Password
		}},
		{"identifier.prefix", "A part of the handle is refused.", reports.Must, func(_ context.Context, _ *spec.Trial, a *target.Account) (string, string) {
			return a.Handle[:len(a.Handle)-1], a.Password
		}},
		{"identifier.nul", "An identifier that goes on after NUL is not taken for its beginning.", reports.Must,
			func(_ context.Context, _ *spec.Trial, a *target.Account) (string, string) {
				return a.Handle + "\x00xy", a.Password
			}},
		{"identifier.empty", "An empty identifier is refused.", reports.Must, func(_ context.Context, _ *spec.Trial, a *target.Account) (string, string) {
			return "", a.Password
		}},
	}
	for _, near := range derive.NearPasswords() {
		all = append(all, wrongLogin{"password." + near.Name, "The password " + near.Words + " is refused.", near.Level,
			func(_ context.Context, t *spec.Trial, a *target.Account) (string, string) {
				return a.Handle, nearPassword(t, near, a.Password)
			}})
	}
	return all
}

func loginRefusals() []scenario {
	var scenarios []scenario
	for _, wrong := range wrongLogins() {
		scenarios = append(scenarios, scenario{
			id: wrong.id + ".refused", title: wrong.title, level: wrong.level, authority: reports.Security, source: sourcePasswords, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				t.Rely(logIn(ctx, t, account.Handle, account.Password))
				identifier, password := wrong.make(ctx, t, account)
				t.Expect(logIn(ctx, t, identifier, password), check.Refused())
			},
		})
	}
	return append(scenarios,
		scenario{
			id: "password.other-account.refused", title: "The password of another account is refused.",
			level: reports.Must, authority: reports.Security, source: sourcePasswords, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account, other := ownAccount(ctx, t), sharedAccount(ctx, t, "other")
				t.Rely(logIn(ctx, t, other.Handle, other.Password))
				t.Expect(logIn(ctx, t, account.Handle, other.Password), check.Refused())
			},
		},
		scenario{
			id: "refusal.named", title: "A wrong password is refused with 401 AuthenticationRequired.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				t.Expect(logIn(ctx, t, shared(ctx, t).Handle, t.Target().NewPassword()),
					check.RefusedWith(http.StatusUnauthorized, "AuthenticationRequired"))
			},
		},
		scenario{
			id: "refusal.discloses-nothing", title: "An unknown identifier and a wrong password are refused alike, so that nobody learns who has an account.",
			level: reports.Should, authority: reports.Security, source: sourceErrorWords, needs: login, run: discloseNothing,
		},
	)
}

func discloseNothing(ctx context.Context, t *spec.Trial) {
	wrong := logIn(ctx, t, shared(ctx, t).Handle, t.Target().NewPassword())
	unknown := logIn(ctx, t, t.Target().NewIdentity().Handle, t.Target().NewPassword())
	t.Expect(wrong, check.Refused())
	t.Expect(unknown, check.Refused())
	if wrong.Status != unknown.Status || wrong.ErrorName() != unknown.ErrorName() || wrong.String("message") != unknown.String("message") {
		t.Fail("two refusals that are alike", "a wrong password: "+check.Answer(wrong)+"; an unknown identifier: "+check.Answer(unknown))
	}
}
