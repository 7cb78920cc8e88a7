package behaviour

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/check"
	"github.com/pdsconform/pdsconform/suite/internal/derive"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// deletable is an account with a code for its deletion.
type deletable struct {
	account *target.Account
	code    string
}

func withDeletionCode(ctx context.Context, t *spec.Trial, account *target.Account) deletable {
	return deletable{account, deletionCode(ctx, t, account)}
}

func deleteAccount() endpoint {
	next := &spec.Stock[deletable]{}
	return endpoint{
		nsid: nsidDeleteAccount,
		recipe: spec.Recipe{
			Needs: withMail,
			Request: func(ctx context.Context, t *spec.Trial) xrpc.Request {
				kept := next.Take(t, func() deletable { return withDeletionCode(ctx, t, fresh(ctx, t)) })
				return removal(kept.account.DID, kept.account.Password, kept.code).WithBearer(session(ctx, t, kept.account).Access)
			},
			AfterSuccess: func(_ context.Context, t *spec.Trial, _ xrpc.Exchange) { next.Used(t) },
			Placeholder: func(t *spec.Trial) xrpc.Request {
				return removal(t.Target().NewDID(), t.Target().NewPassword(), bogusMailCode)
			},
			Transient: true,
		},
		cases: slices.Concat(deletionEffects(), deletionRefusals(), deletionCuts(), deletionErrors(), []scenario{strayAuthorization(nsidDeleteAccount)}),
	}
}

func deletionEffects() []scenario {
	return []scenario{
		{
			id: "account.gone", title: "A deleted account can't log in any more, by its handle, DID or address.",
			level: reports.Must, authority: reports.Lexicon, source: "description", needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account := deleted(ctx, t).account
				for _, identifier := range []string{account.Handle, account.DID, account.Email} {
					t.ExpectThat("logging in after the deletion, as "+identifier, logIn(ctx, t, identifier, account.Password), check.Refused())
				}
			},
		},
		{
			id: "session.gone", title: "The sessions of a deleted account are refused.",
			level: reports.Must, authority: reports.Security, source: sourceSessions, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				gone := deleted(ctx, t)
				t.ExpectThat("refreshing a session after the deletion", refresh(ctx, t, gone.session.Refresh), check.Refused())
				t.ExpectThat("getSession after the deletion", whoAmI(ctx, t, gone.session.Access), check.Refused())
			},
		},
		{
			id: "token.gone", title: "The access token of a deleted account is refused for its invite codes and for another deletion.",
			level: reports.Should, authority: reports.Security, source: sourceSessions, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				access := deleted(ctx, t).session.Access
				t.ExpectThat("getAccountInviteCodes after the deletion", t.Do(ctx, codesRequest(access)), check.Refused())
				t.ExpectThat("requestAccountDelete after the deletion",
					t.Do(ctx, xrpc.ProcedureWithoutInput(nsidRequestAccountDelete).WithBearer(access)), check.Refused())
			},
		},
		{
			id: "app-password.gone", title: "An app password of a deleted account does not log in any more.",
			level: reports.Must, authority: reports.Security, source: sourceSessions, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				gone := deleted(ctx, t)
				t.ExpectThat("logging in with the app password after the deletion",
					logIn(ctx, t, gone.account.Handle, gone.appPassword.Password), check.Refused())
			},
		},
		{
			id: "app-password.session.gone", title: "The sessions of an app password of a deleted account are refused.",
			level: reports.Must, authority: reports.Security, source: sourceSessions, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				made := deleted(ctx, t).appSession
				t.ExpectThat("refreshing a session of an app password after the deletion", refresh(ctx, t, made.Refresh), check.Refused())
				t.ExpectThat("getSession after the deletion", whoAmI(ctx, t, made.Access), check.Refused())
			},
		},
		{
			id: "race.gone", title: "After two deletions at once of which one succeeded, the account is gone.",
			level: reports.Must, authority: reports.Security, source: sourceRaces, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				kept := withDeletionCode(ctx, t, fresh(ctx, t))
				request := removal(kept.account.DID, kept.account.Password, kept.code).WithBearer(session(ctx, t, kept.account).Access)
				exchanges := t.Race(ctx, []xrpc.Request{request, request})
				t.Undisturbed(exchanges)
				if !slices.ContainsFunc(exchanges, xrpc.Exchange.Succeeded) {
					t.NotObserved("neither of two deletions sent at the same time succeeded (%s)", check.Answer(exchanges[0]))
				}
				awaitGone(ctx, t, kept.account)
				t.ExpectThat("logging in afterwards", logIn(ctx, t, kept.account.Handle, kept.account.Password), check.Refused())
			},
		},
		{
			id: "address.free", title: "The e-mail address of a deleted account is free again.",
			level: reports.Should, authority: reports.Reference, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				gone := deleted(ctx, t)
				t.Expect(signUpVariant(ctx, t, func(i *target.Identity) { i.Email = gone.account.Email }), check.Succeeds())
			},
		},
		{
			// Whether the handle is free is open; servers that keep half of a row of what
			// was deleted fall over it.
			id: "handle.again", title: "A sign-up with the handle of a deleted account is accepted or refused, and is no fault of the server.",
			level: reports.Must, authority: reports.XRPC, source: sourceStatuses, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				gone := deleted(ctx, t)
				t.Expect(signUpVariant(ctx, t, func(i *target.Identity) { i.Handle = gone.account.Handle }), check.NoFault())
			},
		},
		{
			id: "other-account.lives", title: "Other accounts go on working.",
			level: reports.Must, authority: reports.Security, source: sourceAccess, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				other := fresh(ctx, t)
				made := newSession(ctx, t, other)
				account := fresh(ctx, t)
				kept := withDeletionCode(ctx, t, account)
				t.Rely(remove(ctx, t, session(ctx, t, account).Access, account.DID, account.Password, kept.code))
				t.ExpectThat("logging in to another account", logIn(ctx, t, other.Handle, other.Password), check.Succeeds())
				t.ExpectThat("another account's session", refresh(ctx, t, made.Refresh), check.Member("did", other.DID))
			},
		},
		{
			id: "mail.ends", title: "No code for a password reset is mailed to a deleted account.",
			level: reports.Should, authority: reports.Security, source: sourceAccess, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				account, other := fresh(ctx, t), t.Borrow(ctx)
				t.Rely(remove(ctx, t, session(ctx, t, account).Access, account.DID, account.Password, withDeletionCode(ctx, t, account).code))
				awaitGone(ctx, t, account)
				box := mailbox(ctx, t, account.Email)
				t.Do(ctx, resetRequest(account.Email))
				resetCode(ctx, t, other) // what was mailed before it has come by now
				messages, err := box.Peek(ctx)
				t.Unless(err)
				if len(messages) > 0 {
					t.Fail("no mail to the address of a deleted account", "mail came")
				}
			},
		},
		{
			id: "repeat.refused", title: "An account can't be deleted twice.",
			level: reports.Must, authority: reports.Security, source: sourceMailedCodes, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				gone := deleted(ctx, t)
				t.Expect(remove(ctx, t, gone.session.Access, gone.account.DID, gone.account.Password, gone.code), check.Refused())
			},
		},
	}
}

// goneAccount is an account that was deleted, with what it had before.
type goneAccount struct {
	deletable
	session     target.Session
	appPassword appPassword
	appSession  target.Session // opened with the app password
}

// How long a deletion may take to show: servers delete in the background after
// they have answered.
const (
	deletionPatience = 5 * time.Second
	deletionInterval = 50 * time.Millisecond
)

// deleted is an account that was deleted; scenarios share it.
func deleted(ctx context.Context, t *spec.Trial) goneAccount {
	return whileTheClockStands(ctx, t, "deleted account", func(ctx context.Context, t *spec.Trial) goneAccount {
		account := fresh(ctx, t)
		gone := goneAccount{session: newSession(ctx, t, account), appPassword: lastingAppPassword(ctx, t, account)}
		gone.appSession = sessionOf(t, t.Rely(logIn(ctx, t, account.Handle, gone.appPassword.Password)))
		gone.deletable = withDeletionCode(ctx, t, account)
		t.Rely(remove(ctx, t, session(ctx, t, account).Access, account.DID, account.Password, gone.code))
		awaitDeletion(ctx, t, gone)
		return gone
	})
}

// awaitDeletion waits until a deletion shows, for a bounded time: whether it
// does is for the scenarios to say.
func awaitDeletion(ctx context.Context, t *spec.Trial, gone goneAccount) {
	await(ctx, t, func() bool {
		return loginGone(ctx, t, gone.account) &&
			!refresh(ctx, t, gone.session.Refresh).Succeeded() && !whoAmI(ctx, t, gone.session.Access).Succeeded()
	})
}

// awaitGone waits until a deleted account can't log in any more.
func awaitGone(ctx context.Context, t *spec.Trial, account *target.Account) {
	await(ctx, t, func() bool { return loginGone(ctx, t, account) })
}

// loginGone reports whether an account can't log in for another reason than
// that it is taken down, which servers do while they delete.
func loginGone(ctx context.Context, t *spec.Trial, account *target.Account) bool {
	exchange := logIn(ctx, t, account.Handle, account.Password)
	return exchange.Refused() && exchange.ErrorName() != "AccountTakedown"
}

func await(ctx context.Context, t *spec.Trial, shows func() bool) {
	for deadline := time.Now().Add(t.Target().Patience(deletionPatience)); !shows() && time.Now().Before(deadline); {
		select {
		case <-ctx.Done():
			return
		case <-time.After(deletionInterval):
		}
	}
}

// wrongDeletion is a way to get one of the three proofs of a deletion wrong.
type wrongDeletion struct {
	id, title, in string
	level         reports.Level
	whose         func(ctx context.Context, t *spec.Trial) *target.Account // nil for any
	make          func(ctx context.Context, t *spec.Trial, kept deletable) (did, password, code string)
}

func wrongDeletions() []wrongDeletion {
	var all []wrongDeletion
	for _, other := range otherPurposes(nsidDeleteAccount) {
		id, title := other.refusal()
		all = append(all, wrongDeletion{id: id, title: title, in: other.in, level: reports.Must, whose: other.whose,
			make: func(ctx context.Context, t *spec.Trial, d deletable) (string, string, string) {
				return d.account.DID, d.account.Password, other.code(ctx, t, d.account)
			}})
	}
	for _, near := range derive.NearPasswords() {
		all = append(all, wrongDeletion{id: "password." + near.Name, title: "The password " + near.Words + " is refused.", level: near.Level,
			make: func(_ context.Context, t *spec.Trial, d deletable) (string, string, string) {
				return d.account.DID, nearPassword(t, near, d.account.Password), d.code
			}})
	}
	wrong := func(id, title string, level reports.Level, make func(context.Context, *spec.Trial, deletable) (string, string, string)) wrongDeletion {
		return wrongDeletion{id: id, title: title, level: level, make: make}
	}
	return append(all, []wrongDeletion{
		wrong("password.wrong", "Another password than the account's is refused.", reports.Must,
			func(_ context.Context, t *spec.Trial, d deletable) (string, string, string) {
				return d.account.DID, t.Target().NewPassword(), d.code
			}),
		wrong("password.empty", "An empty password is refused.", reports.Must,
			func(_ context.Context, _ *spec.Trial, d deletable) (string, string, string) {
				return d.account.DID, "", d.code
			}),
		wrong("password.app-password", "An app password is not taken for the account's.", reports.Must,
			func(ctx context.Context, t *spec.Trial, d deletable) (string, string, string) {
				return d.account.DID, newAppPassword(ctx, t, d.account).Password, d.code
			}),
		wrong("did.other-account", "The password and code of one account do not delete another.", reports.Must,
			func(ctx context.Context, t *spec.Trial, d deletable) (string, string, string) {
				return ownAccount(ctx, t).DID, d.account.Password, d.code
			}),
		wrong("code.other-account", "The code of another account is refused.", reports.Must,
			func(ctx context.Context, t *spec.Trial, d deletable) (string, string, string) {
				other := t.Borrow(ctx)
				return other.DID, other.Password, d.code
			}),
		wrong("code.beginning", "The beginning of a code is not taken for all of it.", reports.Must,
			func(_ context.Context, _ *spec.Trial, d deletable) (string, string, string) {
				return d.account.DID, d.account.Password, beginning(d.code)
			}),
		wrong("code.empty", "An empty code is refused.", reports.Must,
			func(_ context.Context, _ *spec.Trial, d deletable) (string, string, string) {
				return d.account.DID, d.account.Password, ""
			}),
		wrong("code.superseded", "A code is refused once a newer one was mailed.", reports.Should,
			func(ctx context.Context, t *spec.Trial, d deletable) (string, string, string) {
				if newer := deletionCode(ctx, t, d.account); newer == d.code {
					t.NotObserved("the target mails the same code again")
				}
				return d.account.DID, d.account.Password, d.code
			}),
	}...)
}

func deletionRefusals() []scenario {
	var scenarios []scenario
	for _, wrong := range wrongDeletions() {
		authority := reports.Security
		if wrong.level == reports.Should {
			authority = reports.Reference
		}
		scenarios = append(scenarios, scenario{
			id: wrong.id, title: wrong.title, level: wrong.level, authority: authority, source: sourceMailedCodes, needs: withMail, in: wrong.in,
			run: func(ctx context.Context, t *spec.Trial) {
				whose := wrong.whose
				if whose == nil {
					whose = borrowed
				}
				kept := withDeletionCode(ctx, t, whose(ctx, t))
				did, password, code := wrong.make(ctx, t, kept)
				t.Expect(remove(ctx, t, session(ctx, t, kept.account).Access, did, password, code), check.Refused())
				t.ExpectThat("logging in to the account afterwards", logIn(ctx, t, kept.account.Handle, kept.account.Password), check.Succeeds())
			},
		})
	}
	return append(scenarios,
		scenario{
			id: "password.wrong.named", title: "A wrong password is refused with 401 AuthenticationRequired.",
			level: reports.Should, authority: reports.Reference, needs: withMail,
			run: func(ctx context.Context, t *spec.Trial) {
				kept := withDeletionCode(ctx, t, t.Borrow(ctx))
				t.Expect(remove(ctx, t, session(ctx, t, kept.account).Access, kept.account.DID, t.Target().NewPassword(), kept.code),
					check.RefusedWith(http.StatusUnauthorized, "AuthenticationRequired"))
			},
		},
		scenario{
			id: "unknown-account.refused", title: "An account that does not exist can't be deleted.",
			level: reports.Must, authority: reports.Security, source: sourceAccess,
			run: func(ctx context.Context, t *spec.Trial) {
				t.Expect(t.Do(ctx, removal(t.Target().NewDID(), t.Target().NewPassword(), bogusMailCode)), check.Refused())
			},
		},
		scenario{
			id: "code.expires", title: "A code is refused when a quarter of an hour has passed.",
			level: reports.Should, authority: reports.Reference, needs: withClock,
			run: func(ctx context.Context, t *spec.Trial) {
				kept := withDeletionCode(ctx, t, t.Borrow(ctx))
				advance(ctx, t, afterCodeLife)
				t.Expect(remove(ctx, t, session(ctx, t, kept.account).Access, kept.account.DID, kept.account.Password, kept.code), check.Refused())
			},
		},
	)
}

func deletionErrors() []scenario {
	return []scenario{
		{
			error: "InvalidToken", title: "A code that was never mailed is refused with InvalidToken.",
			level: reports.Must, authority: reports.Lexicon, needs: signUp,
			run: func(ctx context.Context, t *spec.Trial) {
				account := t.Borrow(ctx)
				t.Expect(remove(ctx, t, session(ctx, t, account).Access, account.DID, account.Password, bogusMailCode), check.ErrorNamed("InvalidToken"))
				t.ExpectThat("logging in to the account afterwards", logIn(ctx, t, account.Handle, account.Password), check.Succeeds())
			},
		},
		{
			error: "ExpiredToken", title: "A code whose time has passed is refused with ExpiredToken, and the account lives on.",
			level: reports.Must, authority: reports.Lexicon, needs: withClock,
			run: func(ctx context.Context, t *spec.Trial) {
				var kept deletable
				exchange := pastItsTime(ctx, t, func() func() xrpc.Exchange {
					kept = withDeletionCode(ctx, t, fresh(ctx, t))
					return func() xrpc.Exchange {
						return remove(ctx, t, session(ctx, t, kept.account).Access, kept.account.DID, kept.account.Password, kept.code)
					}
				})
				t.ExpectThat("a code that is past its time", exchange, check.ErrorNamed("ExpiredToken"))
				t.ExpectThat("logging in to the account afterwards",
					logIn(ctx, t, kept.account.Handle, kept.account.Password), check.Succeeds())
			},
		},
	}
}
