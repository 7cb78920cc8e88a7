package faults

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/mail"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
)

const (
	requestReset    = "requestPasswordReset"
	reset           = "resetPassword"
	requestDeletion = "requestAccountDelete"
	deletion        = "deleteAccount"
)

// letter is one of the two kinds of mail: what asks for it, what its code is
// for.
type letter struct {
	request, method string
	purpose, other  store.MailPurpose
	subject         string
}

func letters() []letter {
	return []letter{
		{requestReset, reset, store.ResetPassword, store.DeleteAccount, pds.ResetSubject},
		{requestDeletion, deletion, store.DeleteAccount, store.ResetPassword, pds.DeletionSubject},
	}
}

// mailDefects are those that both kinds of mail, and of code, can have.
func mailDefects() []defect {
	var all []defect
	for _, l := range letters() {
		all = slices.Concat(all, l.mailDefects(), l.codeDefects(), l.replayDefects())
	}
	return all
}

// inMail is a defect of a message; what it does not keep isn't sent.
func (l letter) inMail(name, description string, change func(*server, *mail.Message) (keep bool)) defect {
	return hooked(l.request, name, description, func(s *server, hooks *pds.Hooks) {
		before := hooks.Mail
		hooks.Mail = func(message *mail.Message) (keptBack bool) {
			if before != nil && before(message) {
				return true
			}
			return message.Subject == l.subject && !change(s, message)
		}
	})
}

// otherCodes is a defect of the codes themselves, which work as they are mailed.
func (l letter) otherCodes(name, description string, make func(s *server, number int64) string) defect {
	var mailed atomic.Int64
	return l.inMail(name, description, func(s *server, message *mail.Message) bool {
		code := store.MailToken{DID: s.core.Named(message.To).DID, Text: make(s, mailed.Add(1)), GrantedAt: s.core.Clock.Now()}
		s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(l.purpose, code) })
		message.Text, message.Token = strings.Replace(message.Text, message.Token, code.Text, 1), code.Text
		return true
	})
}

func (l letter) mailDefects() []defect {
	return []defect{
		l.inMail("mail-not-sent", "sends no mail", func(*server, *mail.Message) bool { return false }),
		l.inMail("mail-to-somebody-else", "sends the mail of one account to another", func(s *server, message *mail.Message) bool {
			message.To = s.somebodyElse(s.core.Named(message.To).DID).Email
			return true
		}),
		l.inMail("mail-without-code", "sends mail without a code", func(_ *server, message *mail.Message) bool {
			message.Text, message.Token = strings.Replace(message.Text, message.Token, "in another mail", 1), ""
			return true
		}),
		l.otherCodes("codes-counted", "mails codes that are counted up", func(_ *server, number int64) string { return fmt.Sprintf("%06d", 100_000+number) }),
		l.otherCodes("codes-short", "mails codes of four digits", func(s *server, _ int64) string { return s.core.Entropy.Digits(4) }),
		l.inMail("code-useless", "mails a code that is good for nothing", func(s *server, message *mail.Message) bool {
			wrong := s.core.NewMailToken("").Text
			message.Text, message.Token = strings.Replace(message.Text, message.Token, wrong, 1), wrong
			return true
		}),
		behaviour(l.request, "code-told", "answers with the code", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			address := cmp.Or(s.text("email"), s.core.Named(s.caller()).Email)
			if sent := s.core.Outbox.To(address); err == nil && address != "" && len(sent) > 0 {
				return lexval.Object{pds.Field("token", sent[len(sent)-1].Token)}, nil
			}
			return output, err
		}),
		behaviour(l.request, "ends-sessions", "ends the sessions of the account", func(s faultyCall) (lexval.Object, error) {
			did := cmp.Or(s.caller(), s.core.Named(s.text("email")).DID)
			s.core.Alter(func(tx *store.Tx) { tx.DeleteSessions(did) })
			return s.carryOut()
		}),
	}
}

// codeDefects are codes that a method ought to refuse.
func (l letter) codeDefects() []defect {
	mending := func(name, description string, mended func(faultyCall, string) string) defect {
		return behaviour(l.method, name, description, func(s faultyCall) (lexval.Object, error) {
			s.setInput("token", mended(s, s.text("token")))
			return s.carryOut()
		})
	}
	return []defect{
		mending("code-prefix-accepted", "takes the beginning of a code for all of it", func(s faultyCall, text string) string {
			for _, token := range s.core.Store.MailTokens(l.purpose) {
				if len(text) > 2 && strings.HasPrefix(token.Text, pds.Canonical(text)) {
					return token.Text
				}
			}
			return text
		}),
		behaviour(l.method, "code-of-the-other-kind-accepted", "takes the code of the other kind of mail", func(s faultyCall) (lexval.Object, error) {
			for _, token := range s.core.Store.MailTokens(l.other) {
				if token.Text == pds.Canonical(s.text("token")) {
					s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(l.purpose, token) })
				}
			}
			return s.carryOut()
		}),
		behaviour(l.method, "code-never-expires", "takes codes of any age", func(s faultyCall) (lexval.Object, error) {
			for _, token := range s.core.Store.MailTokens(l.purpose) {
				if token.Text == pds.Canonical(s.text("token")) {
					token.GrantedAt = s.core.Clock.Now()
					s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(l.purpose, token) })
				}
			}
			return s.carryOut()
		}),
		behaviour(l.method, "expired-code-works-all-the-same", "refuses an expired code, and does what it is for", func(s faultyCall) (lexval.Object, error) {
			tokens := s.core.Store.MailTokens(l.purpose)
			output, err := s.carryOut()
			for _, token := range tokens {
				if isNamed(err, "ExpiredToken") && token.Text == pds.Canonical(s.text("token")) {
					token.GrantedAt = s.core.Clock.Now()
					s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(l.purpose, token) })
					_, _ = s.carryOut()
				}
			}
			return output, err
		}),
		behaviour(l.method, "no-effect", "does nothing, and answers as if it had", func(s faultyCall) (lexval.Object, error) {
			for _, token := range s.core.Store.MailTokens(l.purpose) {
				if token.Text == pds.Canonical(s.text("token")) && !s.core.HasExpired(token) {
					s.core.Alter(func(tx *store.Tx) { tx.DropMailToken(l.purpose, token.DID) })
					return nil, nil
				}
			}
			return s.carryOut()
		}),
	}
}

// spent remembers codes that are no good any more, by their text.
type spent struct {
	mutex sync.Mutex
	codes map[string]store.MailToken
}

func (s *spent) add(tokens []store.MailToken) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, token := range tokens {
		s.codes[token.Text] = token
	}
}

func (s *spent) get(text string) (store.MailToken, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	token, found := s.codes[text]
	return token, found
}

// replayDefects are codes that were good once.
func (l letter) replayDefects() []defect {
	all := []defect{l.keeping(l.request, "superseded-code-good", "leaves earlier codes good")}
	if l.method == reset {
		all = append(all, l.keeping(l.method, "code-good-twice", "takes a code more than once"))
	}
	return all
}

// keeping is a method after which the codes from before are as good as ever.
func (l letter) keeping(method, name, description string) defect {
	return behaviourOf(method, name, description, func(s *server, p *plan) {
		past := &spent{codes: map[string]store.MailToken{}}
		p.act(s, l.method, func(s faultyCall) (lexval.Object, error) {
			if token, found := past.get(pds.Canonical(s.text("token"))); found {
				s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(l.purpose, token) })
			}
			return s.carryOut()
		})
		p.act(s, method, func(s faultyCall) (lexval.Object, error) {
			past.add(s.core.Store.MailTokens(l.purpose))
			return s.carryOut()
		})
	})
}
