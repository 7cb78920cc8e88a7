package faults

import (
	"slices"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/token"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// madeBefore is the newest account that is older than another.
func (s *server) madeBefore(other store.Account) (newest store.Account, found bool) {
	for _, account := range s.core.Store.Accounts() {
		if account.CreatedAt.Before(other.CreatedAt) && account.CreatedAt.After(newest.CreatedAt) {
			newest, found = account, true
		}
	}
	return newest, found
}

func deletionDefects() []defect {
	// anyway deletes the account that was named, where it has the say.
	anyway := func(name, description string, deserves func(s faultyCall, account store.Account) bool) defect {
		return behaviour(deletion, name, description, func(s faultyCall) (lexval.Object, error) {
			account, found := s.core.Store.Account(s.text("did"))
			output, err := s.carryOut()
			if err != nil && found && deserves(s, account) {
				s.core.Alter(func(tx *store.Tx) { tx.DeleteAccount(account) })
				return nil, nil
			}
			return output, err
		})
	}
	codeOf := func(s faultyCall) string {
		for _, token := range s.core.Store.MailTokens(store.DeleteAccount) {
			if token.Text == pds.Canonical(s.text("token")) {
				return token.DID
			}
		}
		return ""
	}
	rightPassword := func(s faultyCall, account store.Account) bool {
		return account.Password.Matches(s.core.PasswordText(s.text("password")))
	}
	return []defect{
		anyway("password-unchecked", "does not look at the password",
			func(s faultyCall, account store.Account) bool { return codeOf(s) == account.DID }),
		anyway("app-password-accepted", "takes an app password", func(s faultyCall, account store.Account) bool {
			session := s.core.NewSession(account.DID)
			return codeOf(s) == account.DID && pds.OpenWithAppPassword(s.core.Store.Begin(), &session, s.text("password"))
		}),
		anyway("somebody-elses-code-accepted", "takes the code of any account",
			func(s faultyCall, account store.Account) bool { return codeOf(s) != "" && rightPassword(s, account) }),
		anyway("code-unchecked", "does not look at the code", rightPassword),
		behaviour(deletion, "did-unchecked", "deletes the account of the code, whichever was named", func(s faultyCall) (lexval.Object, error) {
			if did := codeOf(s); did != "" {
				s.setInput("did", did)
			}
			return s.carryOut()
		}),
		behaviour(deletion, "taken-down-instead", "takes the account down instead", func(s faultyCall) (lexval.Object, error) {
			account, found := s.core.Store.Account(s.text("did"))
			output, err := s.carryOut()
			if found && err == nil {
				account.TakenDown = true
				s.core.Alter(func(tx *store.Tx) { tx.InsertAccount(account) })
			}
			return output, err
		}),
		behaviour(deletion, "somebody-else-deleted", "deletes the account that was made before it as well", func(s faultyCall) (lexval.Object, error) {
			account, _ := s.core.Store.Account(s.text("did"))
			output, err := s.carryOut()
			if other, found := s.madeBefore(account); found && err == nil {
				s.core.Alter(func(tx *store.Tx) { tx.DeleteAccount(other) })
			}
			return output, err
		}),
	}
}

// remains are the accounts that were deleted, as they were.
type remains struct {
	mutex sync.Mutex
	of    []remnant
}

type remnant struct {
	store.Account
	appPasswords []store.AppPassword
	sessions     []store.Session
	codes        []store.MailToken
}

func (r *remains) add(remnant remnant) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.of = append(r.of, remnant)
}

// find returns the first that answers to a description.
func (r *remains) find(is func(remnant) bool) (remnant, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	place := slices.IndexFunc(r.of, is)
	if place < 0 {
		return remnant{}, false
	}
	return r.of[place], true
}

// leaving makes a defect of what a method makes of an account that is gone.
func leaving(name, description, method string, act func(faultyCall, *remains) (lexval.Object, error)) defect {
	return behaviourOf(deletion, name, description, func(s *server, p *plan) {
		left := &remains{}
		p.relax(s, method, false, func(rule *pds.Rule) { rule.Deleted = nil }) // act is to see it
		p.act(s, method, func(s faultyCall) (lexval.Object, error) { return act(s, left) })
		p.act(s, deletion, func(s faultyCall) (lexval.Object, error) {
			account, _ := s.core.Store.Account(s.text("did"))
			body := remnant{account, s.core.Store.AppPasswords(account.DID), s.core.Store.Sessions(account.DID), s.core.Store.MailTokens(store.ResetPassword)}
			output, err := s.carryOut()
			if _, alive := s.core.Store.Account(account.DID); err == nil && !alive && account.DID != "" {
				left.add(body)
			}
			return output, err
		})
	})
}

// entrant is the account that is gone and that an identifier names.
func (s faultyCall) entrant(left *remains) (remnant, bool) {
	given := strings.ToLower(s.text("identifier"))
	return left.find(func(r remnant) bool { return given == r.Handle || given == r.Email || given == r.DID })
}

func partialDeletionDefects() []defect {
	return []defect{
		leaving("still-logs-in", "leaves the password good", logIn, func(s faultyCall, left *remains) (lexval.Object, error) {
			output, err := s.carryOut()
			if gone, found := s.entrant(left); err != nil && found && gone.Password.Matches(s.core.PasswordText(s.text("password"))) {
				return s.enter(gone.Account, false)
			}
			return output, err
		}),
		leaving("app-passwords-survive", "leaves the app passwords good", logIn, func(s faultyCall, left *remains) (lexval.Object, error) {
			output, err := s.carryOut()
			gone, _ := s.entrant(left)
			for _, password := range gone.appPasswords {
				if err != nil && password.Password.Matches(s.text("password")) {
					return s.enter(gone.Account, true)
				}
			}
			return output, err
		}),
		leaving("sessions-survive", "leaves the sessions alive", refresh, func(s faultyCall, left *remains) (lexval.Object, error) {
			output, err := s.carryOut()
			gone, found := left.find(func(r remnant) bool {
				return slices.ContainsFunc(r.sessions, func(session store.Session) bool { return session.ID == s.call.Caller.TokenID })
			})
			if err != nil && found {
				return s.enter(gone.Account, s.call.Caller.Scope != token.Access)
			}
			return output, err
		}),
		leaving("email-stays-taken", "does not let the address be used again", signUp, func(s faultyCall, left *remains) (lexval.Object, error) {
			if _, found := left.find(func(r remnant) bool { return r.Email == strings.ToLower(s.text("email")) }); found {
				return nil, xrpc.InvalidRequest("Email already taken: " + s.text("email"))
			}
			return s.carryOut()
		}),
		leaving("handle-again-server-error", "answers a sign-up with the handle with status 500", signUp, func(s faultyCall, left *remains) (lexval.Object, error) {
			if _, found := left.find(func(r remnant) bool { return r.Handle == strings.ToLower(s.text("handle")) }); found {
				return nil, crash()
			}
			return s.carryOut()
		}),
		leaving("still-gets-mail", "goes on sending mail to the address", requestReset, func(s faultyCall, left *remains) (lexval.Object, error) {
			if gone, found := left.find(func(r remnant) bool { return r.Email == strings.ToLower(s.text("email")) }); found {
				s.core.SendResetCode(gone.Account, s.core.NewMailToken(gone.DID))
			}
			return s.carryOut()
		}),
		leaving("reset-code-survives", "leaves the reset code good", reset, func(s faultyCall, left *remains) (lexval.Object, error) {
			output, err := s.carryOut()
			if _, found := left.find(func(r remnant) bool {
				return slices.ContainsFunc(r.codes, func(t store.MailToken) bool { return t.DID == r.DID && t.Text == pds.Canonical(s.text("token")) })
			}); found {
				return nil, nil
			}
			return output, err
		}),
		leaving("succeeds-again", "deletes an account twice", deletion, func(s faultyCall, left *remains) (lexval.Object, error) {
			output, err := s.carryOut()
			if _, found := left.find(func(r remnant) bool { return r.DID == s.text("did") }); found {
				return nil, nil
			}
			return output, err
		}),
	}
}
