package faults

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// powerDefects are methods that serve a session of a kind which their rule leaves
// out, or an account in a state in which it is to be served. Whether they do is
// open for some methods.
func powerDefects(method *lexicons.Method, rule pds.Rule) []defect {
	name := pds.ShortName(method.NSID)
	if rule.Takes&pds.AccessToken == 0 {
		return nil
	}
	var all []defect
	if rule.Takes&pds.PrivilegedAppPasswordToken == 0 {
		all = append(all, relaxed(name, "privileged-session-accepted", "serves sessions of privileged app passwords",
			func(rule *pds.Rule) { rule.Takes |= pds.PrivilegedAppPasswordToken }).where("createAppPassword#input.privileged"))
	}
	if rule.Takes&pds.TakendownToken == 0 && !slices.Contains([]string{"getSession", confirmation, status, addAppPassword}, name) {
		all = append(all, relaxed(name, "takendown-session-accepted", "serves sessions that were opened while the account was taken down",
			func(rule *pds.Rule) { rule.Takes, rule.TakenDown = rule.Takes|pds.TakendownToken, nil }).where("createSession#input.allowTakendown"))
	}
	if rule.Deactivated == nil && slices.Contains([]string{
		status, requestDeletion, listAppPasswords, addAppPassword, revokeAppPassword, "getServiceAuth", requestConfirmation, requestUpdate,
	}, name) {
		all = append(all, refusingDeactivated(name).where("method.deactivateAccount"))
	}
	return powersOf(all)
}

// powersOf gives the defects the name of their own facet: they are generated.
func powersOf(defects []defect) []defect {
	for i := range defects {
		defects[i] = inFacet("powers", defects[i])
	}
	return defects
}

func refusingDeactivated(method string) defect {
	return behaviourOf(method, "deactivated-refused", "refuses accounts that are deactivated", func(s *server, p *plan) {
		p.look(method, func(_ *http.Request, caller xrpc.Caller, err error) (xrpc.Caller, error) {
			if err == nil && s.core.Named(caller.DID).Deactivated {
				err = xrpc.InvalidRequest("The account is deactivated")
			}
			return caller, err
		})
	})
}

// lifetimeDefects are what ends too much, or too little.
func lifetimeDefects() []defect {
	inactive := func(method string, is func(faultyCall) bool) defect {
		return behaviour(method, "deactivated-refused", "refuses accounts that are deactivated", func(s faultyCall) (lexval.Object, error) {
			if is(s) {
				return nil, xrpc.InvalidRequest("The account is deactivated")
			}
			return s.carryOut()
		}).where("method.deactivateAccount")
	}
	isApp := func(s faultyCall) bool {
		password := s.text("password")
		account := s.core.Named(s.text("identifier"))
		return slices.ContainsFunc(s.core.Store.AppPasswords(account.DID), func(p store.AppPassword) bool { return p.Password.Matches(password) })
	}
	refusingApp := func(name, description string, named func(identifier string) bool) defect {
		return behaviour(logIn, name, description, func(s faultyCall) (lexval.Object, error) {
			if named(s.text("identifier")) && isApp(s) {
				return nil, xrpc.AuthenticationRequired("Invalid identifier or password")
			}
			return s.carryOut()
		})
	}
	return slices.Concat(powersOf([]defect{
		inactive(refresh, func(s faultyCall) bool { return s.core.Named(s.caller()).Deactivated }),
		answering(refresh, "always-active", "says of every account that it is active", "active", func(faultyCall, any) any { return true }).where("output.active"),
		behaviour(logIn, "deactivated-app-password-refused", "lets no app password in to an account that is deactivated", func(s faultyCall) (lexval.Object, error) {
			if s.core.Named(s.text("identifier")).Deactivated && isApp(s) {
				return nil, xrpc.AuthenticationRequired("Invalid identifier or password")
			}
			return s.carryOut()
		}).where("method.deactivateAccount"),
		refusingApp("app-password-by-email-refused", "knows an account by its address with the account's own password only",
			func(identifier string) bool { return strings.Contains(identifier, "@") }),
		refusingApp("app-password-by-did-refused", "knows an account by its DID with the account's own password only",
			func(identifier string) bool { return strings.HasPrefix(identifier, "did:") }),
		hooked(logIn, "takedown-revokes-app-passwords", "has no app password of an account that was taken down any more",
			func(_ *server, hooks *pds.Hooks) { hooks.TakedownRevokesAppPasswords = true }),
		behaviour(logOut, "app-password-revoked", "revokes the app password with its session", func(s faultyCall) (lexval.Object, error) {
			session, _ := s.core.Store.Begin().Session(s.call.Caller.TokenID)
			output, err := s.carryOut()
			if session.WithAppPassword {
				s.core.Alter(func(tx *store.Tx) { tx.DeleteAppPassword(session.DID, session.AppPassword) })
			}
			return output, err
		}),
		behaviour(activation, "unconfirms", "takes the address for unconfirmed from then on", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			s.alterCaller(func(a *store.Account) { a.EmailConfirmed = false })
			return output, err
		}),
		behaviour(deactivation, "app-passwords-revoked", "revokes the app passwords", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			s.core.Alter(func(tx *store.Tx) { tx.PutAppPasswords(s.caller(), nil) })
			return output, err
		}),
		behaviour(reset, "activates", "activates the account", func(s faultyCall) (lexval.Object, error) {
			tokens := s.core.Store.MailTokens(store.ResetPassword)
			output, err := s.carryOut()
			for _, mailed := range tokens {
				if account := s.core.Named(mailed.DID); err == nil && mailed.Text == pds.Canonical(s.text("token")) {
					account.Deactivated = false
					s.core.Alter(func(tx *store.Tx) { tx.UpdateAccount(account) })
				}
			}
			return output, err
		}).where("method.deactivateAccount"),
		behaviour(requestReset, "deactivated-ignored", "sends no mail to an account that is deactivated", func(s faultyCall) (lexval.Object, error) {
			if s.core.Named(s.text("email")).Deactivated {
				return nil, nil
			}
			return s.carryOut()
		}).where("method.deactivateAccount"),
		privilegeLost(), appSessionsOutlivingTakedown(), takendownRefreshed(), refreshedTwice(),
	}), powersOf(revocations()), powersOf(incomplete()))
}

// privilegeLost refreshes a session of a privileged app password as one of an
// ordinary one.
func privilegeLost() defect {
	return behaviour(refresh, "privilege-lost", "makes sessions of privileged app passwords ordinary ones", func(s faultyCall) (lexval.Object, error) {
		output, err := s.carryOut()
		raw, _ := valueOf(output, "accessJwt").(string)
		if claims, failed := s.core.Tokens.Unverified(raw); failed == nil && claims.Scope == token.PrivilegedAppPassword {
			return with(output, "accessJwt", s.core.Tokens.Access(claims.Subject, token.AppPassword)), err
		}
		return output, err
	}).where("createAppPassword#input.privileged")
}

// appSessionsOutlivingTakedown is a server that ends the account's own sessions
// with a takedown, and leaves those of app passwords.
func appSessionsOutlivingTakedown() defect {
	return behaviourOf(refresh, "takedown-spares-app-passwords", "refreshes sessions of app passwords whatever has become of the account", func(s *server, p *plan) {
		p.hooks.AppSessionsOutliveTakedown = true
		p.relax(s, refresh, false, func(rule *pds.Rule) { rule.TakenDown = nil })
		p.act(s, refresh, func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			session, found := s.core.Store.Begin().Session(s.call.Caller.TokenID)
			if isNamed(err, "AccountTakedown") && found && session.WithAppPassword {
				return s.enter(s.core.Named(s.caller()), true)
			}
			return output, err
		})
	})
}

// takendownRefreshed refreshes what an account was let in for that was taken down.
func takendownRefreshed() defect {
	return behaviourOf(refresh, "takendown-session-refreshed", "refreshes sessions that were opened while the account was taken down", func(s *server, p *plan) {
		p.relax(s, refresh, false, func(rule *pds.Rule) { rule.TakenDown = nil })
		p.act(s, refresh, func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if isNamed(err, "AccountTakedown") { // those from before the takedown have ended, and are refused by another name
				return s.enter(s.core.Named(s.caller()), false)
			}
			return output, err
		})
	}).where("createSession#input.allowTakendown")
}

// refreshedTwice takes two requests at once for a theft, and ends the session.
func refreshedTwice() defect {
	return behaviourOf(refresh, "race-ends-session", "ends a session that is refreshed twice at once", func(s *server, p *plan) {
		underWay, ended := tally{}, sync.Map{} // of sessions, by their IDs
		p.act(s, refresh, func(s faultyCall) (lexval.Object, error) {
			id := s.call.Caller.TokenID
			if _, found := ended.Load(id); found {
				return nil, xrpc.ExpiredToken("Token has been revoked")
			}
			others := underWay.add(id, 1) > 0
			output, err := s.carryOut()
			if session, found := s.sessionOf(output); found && (others || underWay.add(id, 0) > 1) {
				ended.Store(session.ID, true)
			}
			underWay.add(id, -1)
			return output, err
		})
	})
}

// revocations are those of app passwords that come back, or go with another.
func revocations() []defect {
	return []defect{
		behaviour(revokeAppPassword, "unknown-name-revokes-all", "revokes all app passwords where none has the name", func(s faultyCall) (lexval.Object, error) {
			if !slices.ContainsFunc(s.core.Store.AppPasswords(s.caller()), func(p store.AppPassword) bool { return p.Name == s.text("name") }) {
				s.core.Alter(func(tx *store.Tx) { tx.PutAppPasswords(s.caller(), nil) })
			}
			return s.carryOut()
		}),
		keeping("comes-back", "lets a revoked app password in again once its name is used again", logIn, func(s faultyCall, revoked *kept) (lexval.Object, error) {
			output, err := s.carryOut()
			account := s.core.Named(s.text("identifier"))
			for _, old := range revoked.get(account.DID) {
				again := slices.ContainsFunc(s.core.Store.AppPasswords(account.DID), func(p store.AppPassword) bool { return p.Name == old.Name })
				if err != nil && again && old.Password.Matches(s.text("password")) {
					return s.enter(account, true)
				}
			}
			return output, err
		}),
	}
}

// incomplete are accounts and codes of less than a server expects.
func incomplete() []defect {
	return []defect{
		behaviour("getSession", "without-email-server-error", "answers an account without an e-mail address with 500", func(s faultyCall) (lexval.Object, error) {
			if account := s.core.Named(s.caller()); account.DID != "" && account.Email == "" {
				return nil, crash()
			}
			return s.carryOut()
		}).where("createAccount#optional.email"),
		behaviour(signUp, "empty-password-logs-in", "sets an empty password where none is given", func(s faultyCall) (lexval.Object, error) {
			_, given := s.call.Input["password"]
			output, err := s.carryOut()
			if did, _ := valueOf(output, "did").(string); err == nil && !given {
				s.setPassword(s.core.Named(did), "")
			}
			return output, err
		}).where("optional.password"),
		behaviour("createInviteCode", "negative-use-count-endless", "takes fewer uses than none for any number of them", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			code, _ := valueOf(output, "code").(string)
			s.core.Alter(func(tx *store.Tx) {
				if invite, found := tx.Invite(code); found && invite.Available < 0 {
					invite.Available = 1000
					tx.PutInvite(invite)
				}
			})
			return output, err
		}),
		behaviour("createInviteCodes", "zero-code-count-makes-one", "makes one code where none is asked for", func(s faultyCall) (lexval.Object, error) {
			if count, _ := s.call.Input["codeCount"].(int64); count == 0 && s.call.Input["codeCount"] != nil {
				s.setInput("codeCount", int64(1))
			}
			return s.carryOut()
		}),
		answering(addAppPassword, "date-in-local-time", "tells the local time of another place as UTC", "createdAt", func(s faultyCall, _ any) any {
			const ahead = 2 * time.Hour
			return pds.Timestamp(s.core.Clock.Now().Add(ahead))
		}),
	}
}
