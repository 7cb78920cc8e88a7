package faults

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

func requestResetDefects() []defect {
	unknown := func(name, description string, told error) defect {
		return behaviour(requestReset, name, description, func(s faultyCall) (lexval.Object, error) {
			if _, found := s.core.Find(s.text("email")); !found {
				return nil, told
			}
			return s.carryOut()
		})
	}
	return []defect{
		unknown("unknown-address-told", "tells that an address is nobody's", xrpc.InvalidRequest("There is no account with that address")),
		unknown("unknown-address-server-error", "answers an unknown address with status 500", crash()),
		behaviour(requestReset, "unknown-address-gets-mail", "sends mail to addresses that are nobody's", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if address := s.text("email"); s.core.Named(address).DID == "" && pds.IsAddress(address) {
				s.core.SendResetCode(store.Account{Email: strings.ToLower(address), Handle: "nobody"}, s.core.NewMailToken(""))
			}
			return output, err
		}),
		behaviour(requestReset, "taken-down-account-gets-mail", "sends mail to accounts that were taken down", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if account := s.core.Named(s.text("email")); account.TakenDown {
				s.core.SendResetCode(account, s.core.NewMailToken(account.DID))
			}
			return output, err
		}),
		behaviour(requestReset, "address-case-significant", "knows an address in one letter case only", func(s faultyCall) (lexval.Object, error) {
			if address := s.text("email"); address != strings.ToLower(address) {
				return nil, nil
			}
			return s.carryOut()
		}),
		behaviour(requestReset, "password-dead", "takes the old password away at once", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			s.setPassword(s.core.Named(s.text("email")), s.core.Entropy.Base32(16))
			return output, err
		}),
	}
}

func requestDeletionDefects() []defect {
	return []defect{
		behaviour(requestDeletion, "deletes-at-once", "deletes the account without a code", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if account := s.core.Named(s.caller()); err == nil {
				s.core.Alter(func(tx *store.Tx) { tx.DeleteAccount(account) })
			}
			return output, err
		}),
		behaviour(requestDeletion, "address-told", "answers with the account's address", func(s faultyCall) (lexval.Object, error) {
			if _, err := s.carryOut(); err != nil {
				return nil, err
			}
			return lexval.Object{pds.Field("email", s.core.Named(s.caller()).Email)}, nil
		}),
	}
}

// after does something to the account of a good code, once the code has done
// its work.
func after(name, description string, act func(s faultyCall, before store.Account, sessions []store.Session)) defect {
	return behaviour(reset, name, description, func(s faultyCall) (lexval.Object, error) {
		var account store.Account
		for _, token := range s.core.Store.MailTokens(store.ResetPassword) {
			if token.Text == pds.Canonical(s.text("token")) {
				account, _ = s.core.Store.Account(token.DID)
			}
		}
		sessions := s.core.Store.Sessions(account.DID)
		output, err := s.carryOut()
		if err == nil && account.DID != "" {
			act(s, account, sessions)
		}
		return output, err
	})
}

func (s *server) revive(sessions []store.Session, lives func(store.Session) bool) {
	s.core.Alter(func(tx *store.Tx) {
		for _, session := range sessions {
			if lives(session) {
				tx.PutSession(session, s.core.Clock.Now())
			}
		}
	})
}

func resetDefects() []defect {
	return []defect{
		after("sessions-survive", "lets all sessions live on", func(s faultyCall, _ store.Account, sessions []store.Session) {
			s.revive(sessions, func(store.Session) bool { return true })
		}),
		after("used-tokens-survive", "lets refresh tokens live on that were used before", func(s faultyCall, _ store.Account, sessions []store.Session) {
			s.revive(sessions, func(session store.Session) bool { return session.Next != "" })
		}),
		after("named-account-reset", "sets the password of the account that did names beside its input", func(s faultyCall, account store.Account, _ []store.Session) {
			var input struct{ DID string }
			if json.Unmarshal(s.call.Body, &input) == nil && input.DID != "" {
				s.core.Alter(func(tx *store.Tx) { tx.UpdateAccount(account) })
				s.setPassword(s.core.Named(input.DID), s.text("password"))
			}
		}),
		after("app-password-sessions-survive", "lets app-password sessions live on", func(s faultyCall, _ store.Account, sessions []store.Session) {
			s.revive(sessions, func(session store.Session) bool { return session.WithAppPassword })
		}),
		after("app-passwords-revoked", "revokes the app passwords", func(s faultyCall, account store.Account, _ []store.Session) {
			s.core.Alter(func(tx *store.Tx) { tx.PutAppPasswords(account.DID, nil) })
		}),
		after("takedown-lifted", "reinstates an account that was taken down", func(s faultyCall, account store.Account, _ []store.Session) {
			_ = s.core.Takedown(account.DID, false)
		}),
		after("password-of-somebody-else", "sets the password of another account", func(s faultyCall, account store.Account, _ []store.Session) {
			s.core.Alter(func(tx *store.Tx) { tx.UpdateAccount(account) })
			s.setPassword(s.core.Named(s.somebodyElse(account.DID).DID), s.text("password"))
		}),
		behaviour(reset, "short-password-server-error", "answers a short password with status 500", func(s faultyCall) (lexval.Object, error) {
			if len(s.text("password")) < s.core.Settings().MinPasswordLength {
				return nil, crash()
			}
			return s.carryOut()
		}),
		behaviourOf(reset, "old-password-good", "leaves the old password good", func(s *server, p *plan) {
			var old sync.Map // accounts by DID
			p.act(s, reset, func(s faultyCall) (lexval.Object, error) {
				for _, token := range s.core.Store.MailTokens(store.ResetPassword) {
					if account, found := s.core.Store.Account(token.DID); found && token.Text == pds.Canonical(s.text("token")) {
						old.Store(account.DID, account)
					}
				}
				return s.carryOut()
			})
			p.act(s, logIn, func(s faultyCall) (lexval.Object, error) {
				output, err := s.carryOut()
				known, found := old.Load(s.core.Named(s.text("identifier")).DID)
				if err != nil && found && known.(store.Account).Password.Matches(s.text("password")) {
					return s.enter(known.(store.Account), false)
				}
				return output, err
			})
		}),
		racing(reset, "race", "takes a code from all who come with it at once", store.ResetCodes),
	}
}
