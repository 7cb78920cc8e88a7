package behaviour

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

func createAppPassword() endpoint {
	return endpoint{
		nsid: nsidCreateAppPassword,
		recipe: spec.Recipe{
			Needs: login,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				return xrpc.Procedure(nsidCreateAppPassword, map[string]any{"name": t.Target().NewName("app")}).
					WithBearer(session(ctx, t, shared(ctx, t)).Access)
			},
			AfterSuccess: func(ctx context.Context, t *spec.Trial, exchange xrpc.Exchange) {
				t.Target().RevokeAppPassword(ctx, shared(ctx, t), exchange.String("name"))
			},
		},
		cases: slices.Concat(appPasswordEffects(), appPasswordsCount(), appPasswordLimits(), privileges()),
	}
}

func appPasswordEffects() []scenario {
	return []scenario{
		{
			id: "name.echoed", title: "The answer carries the name that was asked for.",
			level: reports.Must, authority: reports.Lexicon, source: "output.name", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				name := t.Target().NewName("app")
				t.Expect(askAppPassword(ctx, t, session(ctx, t, shared(ctx, t)).Access, name), check.Member("name", name))
			},
		},
		{
			id: "password.logs-in", title: "The password logs in to the account that made it.",
			level: reports.Must, authority: reports.Lexicon, source: "output.password", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				t.Expect(logIn(ctx, t, account.Handle, newAppPassword(ctx, t, account).Password), check.Member("did", account.DID))
			},
		},
		{
			id: "account-password.lives", title: "The account's own password goes on working.",
			level: reports.Must, authority: reports.Security, source: "description", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				newAppPassword(ctx, t, account)
				t.Expect(logIn(ctx, t, account.Handle, account.Password), check.Succeeds())
			},
		},
		{
			id: "password.unique", title: "Two app passwords differ.",
			level: reports.Must, authority: reports.Security, source: sourceRandom, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				if newAppPassword(ctx, t, account).Password == newAppPassword(ctx, t, account).Password {
					t.Fail("two passwords", "one and the same twice")
				}
			},
		},
		{
			id: "password.other-account.refused", title: "The password does not log in to another account.",
			level: reports.Must, authority: reports.Security, source: sourcePasswords, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				pair := accountPair(ctx, t)
				made := newAppPassword(ctx, t, pair[1])
				t.Rely(logIn(ctx, t, pair[1].Handle, made.Password))
				t.Expect(logIn(ctx, t, pair[0].Handle, made.Password), check.Refused())
			},
		},
		{
			id: "password.exact", title: "The password is accepted only as it was shown, with its dashes and in its letter case.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account, made := shared(ctx, t), standing(ctx, t)
				if dashless := loose(made.Password); dashless != made.Password {
					t.ExpectThat("without its dashes", logIn(ctx, t, account.Handle, dashless), check.Refused())
				}
				other := strings.ToUpper(made.Password)
				if other == made.Password {
					other = strings.ToLower(made.Password)
				}
				t.Rely(logIn(ctx, t, account.Handle, made.Password))
				if other == made.Password {
					t.NotObserved("the password has no letters")
				}
				t.Expect(logIn(ctx, t, account.Handle, other), check.Refused())
			},
		},
		{
			id: "name.case", title: "A name keeps its letter case.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				name := strings.ToUpper(t.Target().NewName("App")) + "aB"
				t.Expect(askAppPassword(ctx, t, session(ctx, t, shared(ctx, t)).Access, name), check.Member("name", name))
			},
		},
		{
			id: "name.other-case", title: "A name is free that differs from one in use in its letter case.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				made := newAppPassword(ctx, t, account)
				other := swapCase(made.Name)
				exchange := askAppPassword(ctx, t, session(ctx, t, account).Access, other)
				t.Afterwards(func(ctx context.Context) { t.Target().RevokeAppPassword(ctx, account, other) })
				t.Expect(exchange, check.Succeeds())
			},
		},
		{
			id: "name.no-password", title: "The name of an app password is not taken for its password.",
			level: reports.Must, authority: reports.Security, source: sourcePasswords, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account, made := shared(ctx, t), standing(ctx, t)
				t.Rely(logIn(ctx, t, account.Handle, made.Password))
				t.Expect(logIn(ctx, t, account.Handle, made.Name), check.Refused())
			},
		},
		{
			id: "created-at.plausible", title: "The time in createdAt lies within the life of the protocol.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				exchange := t.Rely(askAppPassword(ctx, t, session(ctx, t, shared(ctx, t)).Access, t.Target().NewName("app")))
				expectPlausible(t, "createdAt", exchange.String("createdAt"))
			},
		},
		{
			// Local time that is called UTC, or seconds that are taken for milliseconds.
			id: "created-at.now", title: "The time in createdAt is that of the creation, by the time that a session's token says it was made.",
			level: reports.Should, authority: reports.Reference, source: "output.createdAt", needs: login, run: createdNow,
		},
		{
			id: "name.race", title: "Of two app passwords of one name at once, both are made and work, or one is, as if they had come one after the other.",
			level: reports.Should, authority: reports.Reference, needs: login, run: nameRace,
		},
		{
			id: "name.taken", title: "A name in use is refused, or makes a second app password: it is no fault of the server.",
			level: reports.Must, authority: reports.XRPC, source: sourceStatuses, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				made := newAppPassword(ctx, t, account)
				exchange := askAppPassword(ctx, t, session(ctx, t, account).Access, made.Name)
				if !exchange.Succeeded() {
					t.Expect(exchange, check.Refused())
				}
			},
		},
		{
			id: "name.taken.named", title: "A name in use is refused with 400 InvalidRequest.",
			level: reports.Should, authority: reports.Reference, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account := shared(ctx, t)
				made := newAppPassword(ctx, t, account)
				exchange := askAppPassword(ctx, t, session(ctx, t, account).Access, made.Name)
				if exchange.Succeeded() {
					t.NotObserved("the target allows two app passwords of one name")
				}
				t.Expect(exchange, check.RefusedWith(http.StatusBadRequest, "InvalidRequest"))
			},
		},
		{
			id: "name.other-account", title: "A name in use with another account is free.",
			level: reports.Must, authority: reports.Lexicon, source: "description", needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				pair := accountPair(ctx, t)
				made := newAppPassword(ctx, t, pair[0])
				t.Expect(askAppPassword(ctx, t, session(ctx, t, pair[1]).Access, made.Name), check.Succeeds())
			},
		},
	}
}

// appPasswordsCount ask that a log-in takes the whole of an app password. Its
// letter case is with its dashes in password.exact.
func appPasswordsCount() []scenario {
	var scenarios []scenario
	for _, near := range derive.NearPasswords() {
		if near.Name == "case" {
			continue
		}
		scenarios = append(scenarios, scenario{
			id: "password." + near.Name + ".refused", title: "The password " + near.Words + " is refused.",
			level: near.Level, authority: reports.Security, source: sourcePasswords, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				account, made := shared(ctx, t), standing(ctx, t)
				t.Rely(logIn(ctx, t, account.Handle, made.Password))
				t.Expect(logIn(ctx, t, account.Handle, nearPassword(t, near, made.Password)), check.Refused())
			},
		})
	}
	return scenarios
}

func appPasswordLimits() []scenario {
	return []scenario{
		{
			id: "app-password.refused", title: "A session made with an app password can't create another.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				made := appSession(ctx, t, shared(ctx, t))
				t.Rely(whoAmI(ctx, t, made.Access))
				t.Expect(askAppPassword(ctx, t, made.Access, t.Target().NewName("app")), check.Refused())
			},
		},
		{
			error: "AccountTakedown", title: "An account that was taken down is refused with AccountTakedown.",
			level: reports.Must, authority: reports.Lexicon, needs: needsTakedown,
			run: func(ctx context.Context, t *spec.Trial) {
				refusedAsTakenDown(t, askAppPassword(ctx, t, takenDown(ctx, t).session.Access, t.Target().NewName("app")))
			},
		},
	}
}

// refusedAsTakenDown asks for the declared error. A server for which the
// takedown has ended the session never comes to raise it.
func refusedAsTakenDown(t *spec.Trial, exchange xrpc.Exchange) {
	t.Expect(exchange, check.Refused())
	switch name := exchange.ErrorName(); name {
	case "InvalidToken", "ExpiredToken", "AuthenticationRequired":
		t.NotObserved("the takedown ended the session before: %s", name)
	}
	t.Expect(exchange, check.ErrorNamed("AccountTakedown"))
}

// privileges are of a mark that servers without such a thing ignore.
func privileges() []scenario {
	return []scenario{
		{
			id: "privileged.echoed", title: "A privileged app password is answered as one, and an ordinary one is not.",
			level: reports.Should, authority: reports.Reference, in: "input.privileged", source: "input.privileged", needs: login,
			run: func(ctx context.Context, t *spec.Trial) {
				if made := privileged(ctx, t, true).Object(); made["privileged"] != any(true) {
					t.Fail("privileged to be true", "privileged is "+check.ValueOf(made, "privileged"))
				}
				if got := privileged(ctx, t, false).Object()["privileged"]; got == any(true) {
					t.Fail("privileged to be false, or absent", "privileged is "+check.Value(got))
				}
			},
		},
	}
}

// privileged makes an app password of either kind.
func privileged(ctx context.Context, t *spec.Trial, privileged bool) xrpc.Exchange {
	return privilegedOf(ctx, t, shared(ctx, t), privileged)
}

// privilegedOf is privileged for any account.
func privilegedOf(ctx context.Context, t *spec.Trial, account *target.Account, privileged bool) xrpc.Exchange {
	name := t.Target().NewName("app")
	t.Afterwards(func(ctx context.Context) { t.Target().RevokeAppPassword(ctx, account, name) })
	return t.Rely(t.Do(ctx, xrpc.Procedure(nsidCreateAppPassword, map[string]any{"name": name, "privileged": privileged}).
		WithBearer(session(ctx, t, account).Access)))
}

// privilegedSession is a session that a privileged app password has opened.
func privilegedSession(ctx context.Context, t *spec.Trial, account *target.Account) target.Session {
	password := privilegedOf(ctx, t, account, true).String("password")
	return sessionOf(t, t.Rely(logIn(ctx, t, account.Handle, password)))
}

// clockDifference is how far the time of a creation may be from that of a token
// that was made at about the same time.
const clockDifference = 10 * time.Minute

func createdNow(ctx context.Context, t *spec.Trial) {
	account := shared(ctx, t)
	issued, said := derive.IssuedAt(newSession(ctx, t, account).Access)
	if !said || t.Target().Moved() > 0 {
		t.NotObserved("the target's tokens do not say when they were made, or its clock was moved")
	}
	name := t.Target().NewName("app")
	t.Afterwards(func(ctx context.Context) { t.Target().RevokeAppPassword(ctx, account, name) })
	text := t.Rely(askAppPassword(ctx, t, session(ctx, t, account).Access, name)).String("createdAt")
	created, err := time.Parse(time.RFC3339, text)
	if err == nil && created.Sub(issued).Abs() > clockDifference {
		t.Failf("createdAt to be about "+issued.UTC().Format(time.RFC3339), "createdAt is %s", text)
	}
}

func nameRace(ctx context.Context, t *spec.Trial) {
	account, name := t.Borrow(ctx), t.Target().NewName("app")
	t.Afterwards(func(ctx context.Context) { t.Target().RevokeAppPassword(ctx, account, name) })
	request := xrpc.Procedure(nsidCreateAppPassword, map[string]any{"name": name}).WithBearer(session(ctx, t, account).Access)
	exchanges := t.Race(ctx, []xrpc.Request{request, request})
	t.Undisturbed(exchanges)
	made := 0
	for _, exchange := range exchanges {
		if exchange.Succeeded() {
			made++
			t.ExpectThat("logging in with an app password that was made", logIn(ctx, t, account.Handle, exchange.String("password")), check.Succeeds())
		}
	}
	if made == 0 {
		t.Fail("one of two app passwords to be made", "both were refused: "+check.Answer(exchanges[0])+"; "+t.AtOnce(len(exchanges)))
	}
	if made > 1 && t.Do(ctx, request).Refused() {
		t.Fail("one app password of a name that is refused once it is in use", "two were made; "+t.AtOnce(len(exchanges)))
	}
}
