package faults

import (
	"slices"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/mail"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

const (
	requestConfirmation = "requestEmailConfirmation"
	confirmation        = "confirmEmail"
	requestUpdate       = "requestEmailUpdate"
	update              = "updateEmail"
)

// emailDefects are those of confirming and changing e-mail addresses.
func emailDefects() []defect {
	return slices.Concat(requestConfirmationDefects(), confirmationDefects(), requestUpdateDefects(), updateDefects())
}

// alterCaller changes the account that calls.
func (s faultyCall) alterCaller(change func(*store.Account)) {
	account := s.core.Named(s.caller())
	if account.DID == "" {
		return
	}
	change(&account)
	s.core.Alter(func(tx *store.Tx) { tx.UpdateAccount(account) })
}

// grant makes a code count as one that was mailed to the caller just now.
func (s faultyCall) grant(purpose store.MailPurpose, code string) {
	token := s.core.NewMailToken(s.caller())
	token.Text = pds.Canonical(code)
	s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(purpose, token) })
}

// lenient is a method that takes codes which it ought to refuse.
func lenient(method, name, description string, purpose store.MailPurpose, takes func(s faultyCall, code string) bool) defect {
	return behaviour(method, name, description, func(s faultyCall) (lexval.Object, error) {
		if code := s.text("token"); takes(s, code) {
			if code == "" {
				code = "AAAAA-AAAAA"
				s.setInput("token", code)
			}
			s.grant(purpose, code)
		}
		return s.carryOut()
	})
}

// mailedFor reports whether a code was mailed for another purpose.
func mailedFor(purpose store.MailPurpose) func(faultyCall, string) bool {
	return func(s faultyCall, code string) bool {
		return slices.ContainsFunc(s.core.Store.MailTokens(purpose), func(t store.MailToken) bool { return t.Text == pds.Canonical(code) })
	}
}

func requestConfirmationDefects() []defect {
	l := letter{requestConfirmation, confirmation, store.ConfirmEmail, store.ResetPassword, pds.ConfirmationSubject}
	confirmsAtOnce := behaviour(requestConfirmation, "confirms-at-once", "confirms the address without a code", func(s faultyCall) (lexval.Object, error) {
		output, err := s.carryOut()
		s.alterCaller(func(a *store.Account) { a.EmailConfirmed = true })
		return output, err
	})
	return append(l.mailDefects(), confirmsAtOnce, l.keeping(requestConfirmation, "superseded-code-good", "leaves earlier codes good"))
}

func confirmationDefects() []defect {
	const purpose = store.ConfirmEmail
	l := letter{requestConfirmation, confirmation, purpose, store.ResetPassword, pds.ConfirmationSubject}
	return []defect{
		behaviour(confirmation, "address-case-significant", "knows the address in small letters only", func(s faultyCall) (lexval.Object, error) {
			if address := s.text("email"); address != strings.ToLower(address) {
				return nil, xrpc.InvalidRequest("That is not the address of the account")
			}
			return s.carryOut()
		}),
		lenient(confirmation, "empty-code-accepted", "takes an empty code", purpose, func(_ faultyCall, code string) bool { return code == "" }),
		lenient(confirmation, "somebody-elses-code-accepted", "takes the code of another account", purpose, mailedFor(purpose)),
		lenient(confirmation, "code-of-the-other-kind-accepted", "takes the code for a password reset", purpose, mailedFor(store.ResetPassword)),
		l.keeping(confirmation, "code-good-twice", "takes a code more than once"),
		behaviour(confirmation, "no-effect", "does nothing, and answers as if it had", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			s.alterCaller(func(a *store.Account) { a.EmailConfirmed = false })
			return output, err
		}),
	}
}

func requestUpdateDefects() []defect {
	l := letter{requestUpdate, update, store.UpdateEmail, store.DeleteAccount, pds.UpdateSubject}
	told := func(name, description string, required bool) defect {
		return answering(requestUpdate, name, description, "tokenRequired", func(faultyCall, any) any { return required })
	}
	return []defect{
		told("token-never-required", "says that no token is needed where one is", false),
		told("token-always-required", "says that a token is needed where none is", true),
		l.inMail("mail-not-sent", "sends no mail", func(*server, *mail.Message) bool { return false }),
		l.inMail("mail-to-somebody-else", "sends the mail of one account to another", func(s *server, message *mail.Message) bool {
			message.To = s.somebodyElse(s.core.Named(message.To).DID).Email
			return true
		}),
		behaviour(requestUpdate, "address-lost", "takes the address away at once", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			s.alterCaller(func(a *store.Account) { a.Email = "lost-" + a.Email })
			return output, err
		}),
	}
}

func updateDefects() []defect {
	const purpose = store.UpdateEmail
	return []defect{
		lenient(update, "empty-code-accepted", "takes an empty token for a confirmed address", purpose, func(s faultyCall, code string) bool {
			return code == "" && s.call.Input["token"] != nil
		}),
		lenient(update, "deletion-code-accepted", "takes the code for a deletion", purpose, mailedFor(store.DeleteAccount)),
		lenient(update, "reset-code-accepted", "takes the code for a password reset", purpose, mailedFor(store.ResetPassword)),
		behaviour(update, "no-effect", "does nothing, and answers as if it had", func(s faultyCall) (lexval.Object, error) {
			before := s.core.Named(s.caller())
			output, err := s.carryOut()
			s.alterCaller(func(a *store.Account) { a.Email, a.EmailConfirmed = before.Email, before.EmailConfirmed })
			return output, err
		}),
		behaviour(update, "stays-confirmed", "takes the new address for confirmed", func(s faultyCall) (lexval.Object, error) {
			before := s.core.Named(s.caller())
			output, err := s.carryOut()
			s.alterCaller(func(a *store.Account) { a.EmailConfirmed = before.EmailConfirmed })
			return output, err
		}),
		behaviour(update, "taken-address-accepted", "takes the address of another account", func(s faultyCall) (lexval.Object, error) {
			address := strings.ToLower(s.text("email"))
			if other := s.core.Named(address); other.DID != "" && other.DID != s.caller() {
				s.alterCaller(func(a *store.Account) { a.Email, a.EmailConfirmed = address, false })
				return nil, nil
			}
			return s.carryOut()
		}),
	}
}
