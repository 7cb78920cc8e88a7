package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const logIn = "createSession"

// enter opens a session, whoever asks for it.
func (s *server) enter(account store.Account, withAppPassword bool) (lexval.Object, error) {
	session := s.core.NewSession(account.DID)
	session.WithAppPassword = withAppPassword
	s.core.Alter(func(tx *store.Tx) { tx.PutSession(session, s.core.Clock.Now()) })
	return append(lexval.Object{
		pds.Field("did", account.DID), pds.Field("handle", account.Handle), pds.Field("email", account.Email),
	}, s.core.TokensOf(session)...), nil
}

// entering opens a session where a sound server finds the credentials wrong.
func entering(name, description string, deserves func(s faultyCall, account store.Account) bool) defect {
	return behaviour(logIn, name, description, func(s faultyCall) (lexval.Object, error) {
		output, err := s.carryOut()
		account, found := s.core.Find(s.text("identifier"))
		if isNamed(err, "AuthenticationRequired") && found && deserves(s, account) {
			return s.enter(account, false)
		}
		return output, err
	})
}

func logInDefects() []defect {
	return slices.Concat(tokenDefects(logIn), somebodyElsesIn(logIn, "did", "handle", "email"), []defect{
		behaviour(logIn, "takedown-ignored", "lets accounts in that were taken down", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if isNamed(err, "AccountTakedown") {
				return s.enter(s.core.Named(s.text("identifier")), false)
			}
			return output, err
		}),
		behaviour(logIn, "takedown-told-to-anyone", "tells of a takedown without the right password", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if err != nil && s.core.Named(s.text("identifier")).TakenDown {
				err = xrpc.AccountTakedown()
			}
			return output, err
		}),
		hooked(logIn, "takedown-not-reversible", "refuses an account that was reinstated",
			func(_ *server, hooks *pds.Hooks) { hooks.NeverReinstated = true }),
		behaviour(logIn, "ends-other-sessions", "ends all other sessions of the account", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if session, found := s.sessionOf(output); found {
				s.core.Alter(func(tx *store.Tx) {
					tx.DeleteSessions(session.DID)
					tx.PutSession(session, s.core.Clock.Now())
				})
			}
			return output, err
		}),
		answering(logIn, "one-token", "answers with one token for both purposes", "refreshJwt", func(s faultyCall, raw any) any {
			claims, _ := s.core.Tokens.Unverified(raw.(string))
			return s.core.Tokens.Access(claims.Subject, token.Access)
		}),
		behaviour(logIn, "address-told", "tells the address of an account when it refuses", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if account, found := s.core.Find(s.text("identifier")); found {
				err = telling(err, account.Email)
			}
			return output, err
		}),
		behaviour(logIn, "password-told", "repeats the password in its refusals", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			return output, telling(err, s.text("password"))
		}),
		unknownAccountTold("unknown-account-told-by-name", "tells by the error's name that there is no such account", xrpc.AuthenticationRequired("")),
		unknownAccountTold("unknown-account-told-by-status", "tells by the status that there is no such account", xrpc.NotFound("")),
		unknownAccountTold("unknown-account-server-error", "answers an unknown account with status 500", crash()),
	})
}

func unknownAccountTold(name, description string, told error) defect {
	if isNamed(told, "AuthenticationRequired") {
		told = &xrpc.Error{Status: http.StatusUnauthorized, Name: "AccountNotFound", Message: "There is no such account"}
	}
	return behaviour(logIn, name, description, func(s faultyCall) (lexval.Object, error) {
		if _, found := s.core.Find(s.text("identifier")); !found {
			return nil, told
		}
		return s.carryOut()
	})
}

func logInIdentifierDefects() []defect {
	refusing := func(name, description string, refused func(string) bool) defect {
		return behaviour(logIn, name, description, func(s faultyCall) (lexval.Object, error) {
			if refused(s.text("identifier")) {
				return nil, pds.WrongCredentials()
			}
			return s.carryOut()
		})
	}
	mending := func(name, description string, mended func(faultyCall, string) string) defect {
		return behaviour(logIn, name, description, func(s faultyCall) (lexval.Object, error) {
			s.setInput("identifier", mended(s, s.text("identifier")))
			return s.carryOut()
		})
	}
	isCapital := func(text string) bool { return text != strings.ToLower(text) }
	return []defect{
		refusing("handle-case-significant", "knows a handle in one letter case only",
			func(given string) bool { return isCapital(given) && !strings.ContainsAny(given, "@:") }),
		refusing("email-case-significant", "knows an address in one letter case only",
			func(given string) bool { return isCapital(given) && strings.Contains(given, "@") }),
		mending("identifier-ends-at-nul", "takes NUL for the end of an identifier", func(_ faultyCall, given string) string {
			given, _, _ = strings.Cut(given, "\x00")
			return given
		}),
		mending("email-tag-ignored", "takes an address for one with a tag, as the mail servers of some companies do", func(s faultyCall, given string) string {
			return s.likeAddress(given, func(name string) string {
				name, _, _ = strings.Cut(name, "+")
				return name
			})
		}),
		mending("email-points-ignored", "takes an address for one with points, as the mail servers of some companies do", func(s faultyCall, given string) string {
			return s.likeAddress(given, func(name string) string { return strings.ReplaceAll(name, ".", "") })
		}),
		refusing("email-with-plus-unknown", "knows no address with a plus sign", func(given string) bool { return strings.Contains(given, "+") }),
		mending("identifier-prefix-accepted", "takes the beginning of a handle for all of it", func(s faultyCall, given string) string {
			for _, account := range s.core.Store.Accounts() {
				if given != "" && strings.HasPrefix(account.Handle, strings.ToLower(given)) {
					return account.Handle
				}
			}
			return given
		}),
	}
}

// likeAddress is the address of an account that is like a given one by what is left
// of the names before the @.
func (s *server) likeAddress(given string, left func(name string) string) string {
	name, domain, isAddress := strings.Cut(given, "@")
	for _, account := range s.core.Store.Accounts() {
		if other, its, _ := strings.Cut(account.Email, "@"); isAddress && its == domain && left(other) == left(name) {
			return account.Email
		}
	}
	return given
}

func logInPasswordDefects() []defect {
	mine := func(s faultyCall, account store.Account, text string) bool {
		session := s.core.NewSession(account.DID)
		return pds.OpenWithAppPassword(s.core.Store.Begin(), &session, text)
	}
	return []defect{
		mistaking("password-case-ignored", "takes a password in any letter case", strings.ToLower),
		mistaking("password-cut-off", "looks at the first eight bytes of a password only",
			func(text string) string { return text[:min(8, len(text))] }),
		mistaking("password-padding-ignored", "takes a password with spaces around it", strings.TrimSpace),
		entering("any-password-accepted", "takes any password", func(faultyCall, store.Account) bool { return true }),
		entering("empty-password-accepted", "takes an empty password",
			func(s faultyCall, _ store.Account) bool { return s.text("password") == "" }),
		entering("somebody-elses-password-accepted", "takes the password of any account", func(s faultyCall, _ store.Account) bool {
			return slices.ContainsFunc(s.core.Store.Accounts(), func(a store.Account) bool { return a.Password.Matches(s.core.PasswordText(s.text("password"))) })
		}),
		entering("somebody-elses-app-password-accepted", "takes the app passwords of any account", func(s faultyCall, _ store.Account) bool {
			return slices.ContainsFunc(s.core.Store.Accounts(), func(a store.Account) bool { return mine(s, a, s.text("password")) })
		}),
		entering("app-password-dashless-accepted", "takes an app password without its dashes", func(s faultyCall, account store.Account) bool {
			text := s.text("password")
			return len(text) == 16 && mine(s, account, strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:]}, "-"))
		}),
		entering("app-password-case-ignored", "takes an app password in any letter case",
			func(s faultyCall, account store.Account) bool {
				return mine(s, account, strings.ToLower(s.text("password")))
			}),
		behaviour(logIn, "app-password-refused", "takes no app passwords", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if session, _ := s.sessionOf(output); session.WithAppPassword {
				return nil, pds.WrongCredentials()
			}
			return output, err
		}),
		behaviour(logIn, "app-password-gives-full-session", "opens a session of full power with an app password", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			return s.scoped(output, false), err
		}),
		behaviour(logIn, "password-gives-limited-session", "opens a session with the power of an app password only", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			return s.scoped(output, true), err
		}),
	}
}

// mistaking takes passwords for what they are not.
func mistaking(name, description string, taken func(string) string) defect {
	return hooked(logIn, name, description, func(_ *server, hooks *pds.Hooks) { hooks.Password = taken })
}

func getSessionDefects() []defect {
	return somebodyElsesIn("getSession", "did", "handle", "email")
}
