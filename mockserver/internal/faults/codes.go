package faults

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/mail"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// named is a kind of mail with the word for its purpose in IDs.
type namedLetter struct {
	letter
	name string
}

func allLetters() []namedLetter {
	return []namedLetter{
		{letter{request: requestReset, method: reset, purpose: store.ResetPassword, subject: pds.ResetSubject}, "reset"},
		{letter{request: requestDeletion, method: deletion, purpose: store.DeleteAccount, subject: pds.DeletionSubject}, "deletion"},
		{letter{request: requestConfirmation, method: confirmation, purpose: store.ConfirmEmail, subject: pds.ConfirmationSubject}, "confirmation"},
		{letter{request: requestUpdate, method: update, purpose: store.UpdateEmail, subject: pds.UpdateSubject}, "update"},
	}
}

// codeDefects are those of a server that takes the code for one purpose for that
// of another, or too little of one, and that tells more in a mail than it ought to.
func codeDefects() []defect {
	var all []defect
	for _, l := range allLetters() {
		all = append(all, l.mailWithOtherCodes(), l.mailWithOtherAddress(), l.takenForPassword(), l.codeInHeader(),
			l.mailWith("mail-with-hash", "mails the hash of a password too", "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"),
			l.mailWith("mail-with-digest", "mails a digest too", strings.Repeat("0123456789abcdef", 4)))
		if l.purpose == store.ConfirmEmail || l.purpose == store.UpdateEmail {
			all = append(all, inFacet("codes", l.prefixAccepted()))
		}
		for _, other := range allLetters() {
			// A code for a change is there once the address is confirmed, and then
			// servers are free to take any for its confirmation.
			if other.purpose != l.purpose && (l.purpose != store.ConfirmEmail || other.purpose != store.UpdateEmail) {
				all = append(all, l.foreignAccepted(other))
			}
		}
	}
	return all
}

// inFacet is a defect under the name of another facet than behaviour.
func inFacet(facet string, d defect) defect {
	d.ID, d.Facet = facet+strings.TrimPrefix(d.ID, d.Facet), facet
	return d
}

// foreignAccepted is a method that takes the code for another purpose.
func (l namedLetter) foreignAccepted(other namedLetter) defect {
	return inFacet("codes", behaviour(l.method, "of-"+other.name+"-accepted", "takes the code for the "+other.name, func(s faultyCall) (lexval.Object, error) {
		for _, token := range s.core.Store.MailTokens(other.purpose) {
			if token.Text == pds.Canonical(s.text("token")) {
				s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(l.purpose, token) })
			}
		}
		return s.carryOut()
	})).where("method." + other.method)
}

// mailWith is a mail that ends in something else.
func (l namedLetter) mailWith(name, description, more string) defect {
	return inFacet("codes", l.inMail(name, description, func(_ *server, message *mail.Message) bool {
		message.Text += "\nReference: " + more + "\n"
		return true
	})).where("method." + l.request)
}

// codeInHeader is an answer that tells the code beside its body.
func (l namedLetter) codeInHeader() defect {
	return inFacet("codes", behaviourOf(l.request, "code-in-header", "answers with the code in a header", func(s *server, p *plan) {
		var told sync.Map // codes by request
		p.act(s, l.request, func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if sent := s.core.Outbox.To(cmp.Or(s.text("email"), s.core.Named(s.caller()).Email)); err == nil && len(sent) > 0 {
				told.Store(s.call.HTTP, sent[len(sent)-1].Token)
			}
			return output, err
		})
		onAnswer(func(r *http.Request, response *xrpc.Response) {
			if code, found := told.LoadAndDelete(r); found {
				if response.Header == nil {
					response.Header = http.Header{}
				}
				response.Header.Set("X-Debug-Token", code.(string))
			}
		})(p.on(pds.LongName(l.request)))
	})).where("method." + l.request)
}

// takenForPassword is a log-in with a mailed code.
func (l namedLetter) takenForPassword() defect {
	return inFacet("codes", entering("of-"+l.name+"-accepted", "takes the code for the "+l.name+" for the password", func(s faultyCall, account store.Account) bool {
		return slices.ContainsFunc(s.core.Store.MailTokens(l.purpose), func(token store.MailToken) bool {
			return token.DID == account.DID && token.Text == pds.Canonical(s.text("password"))
		})
	})).where("method." + l.method)
}

// prefixAccepted is a method that takes the beginning of a code.
func (l namedLetter) prefixAccepted() defect {
	return behaviour(l.method, "beginning-accepted", "takes the beginning of a code for all of it", func(s faultyCall) (lexval.Object, error) {
		for _, token := range s.core.Store.MailTokens(l.purpose) {
			if text := s.text("token"); len(text) > 2 && strings.HasPrefix(token.Text, pds.Canonical(text)) {
				s.setInput("token", token.Text)
			}
		}
		return s.carryOut()
	})
}

// mailWithOtherCodes is a mail that says the codes for other purposes too.
func (l namedLetter) mailWithOtherCodes() defect {
	return inFacet("codes", l.inMail("mail-with-other-codes", "mails the codes for other purposes too", func(s *server, message *mail.Message) bool {
		did := s.core.Named(message.To).DID
		for _, other := range allLetters() {
			for _, token := range s.core.Store.MailTokens(other.purpose) {
				if other.purpose != l.purpose && token.DID == did {
					message.Text += "\nFor the " + other.name + ": " + token.Text + "\n"
				}
			}
		}
		return true
	}))
}

// mailWithOtherAddress is a mail that names somebody else.
func (l namedLetter) mailWithOtherAddress() defect {
	return inFacet("codes", l.inMail("mail-with-other-address", "mails the address of another account too", func(s *server, message *mail.Message) bool {
		message.Text += "\nSent to " + s.somebodyElse(s.core.Named(message.To).DID).Email + " as well.\n"
		return true
	}))
}

// updateCodeDefects are those of the code by which an address is changed, and of
// what is left of codes once it was.
func updateCodeDefects() []defect {
	l := letter{request: requestUpdate, method: update, purpose: store.UpdateEmail, subject: pds.UpdateSubject}
	surviving := func(name, description string, purpose store.MailPurpose) defect {
		return behaviour(update, name, description, func(s faultyCall) (lexval.Object, error) {
			mailed := slices.DeleteFunc(s.core.Store.MailTokens(purpose), func(t store.MailToken) bool { return t.DID != s.caller() })
			output, err := s.carryOut()
			for _, token := range mailed {
				s.core.Alter(func(tx *store.Tx) { tx.PutMailToken(purpose, token) })
			}
			return output, err
		})
	}
	return []defect{
		lenient(update, "somebody-elses-code-accepted", "takes the code of another account", l.purpose, mailedFor(l.purpose)),
		l.keeping(update, "code-good-twice", "takes a code more than once"),
		l.keeping(requestUpdate, "superseded-code-good", "leaves earlier codes good"),
		surviving("confirmation-code-survives", "leaves the code good that was mailed to confirm the address before", store.ConfirmEmail),
		surviving("reset-code-survives", "leaves the code good that was mailed to the address before to reset the password", store.ResetPassword),
		behaviour(confirmation, "somebody-else-confirmed", "confirms the address of whoever has it", func(s faultyCall) (lexval.Object, error) {
			if other := s.core.Named(s.text("email")); other.DID != "" {
				s.call.Caller.DID = other.DID
			}
			return s.carryOut()
		}),
		behaviour(requestUpdate, "unconfirms", "takes the address for unconfirmed from then on", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			s.alterCaller(func(a *store.Account) { a.EmailConfirmed = false })
			return output, err
		}),
	}
}

// addressDefects are those of the addresses that accounts change to.
func addressDefects() []defect {
	return []defect{
		behaviour(update, "ends-sessions", "ends the sessions of the account", func(s faultyCall) (lexval.Object, error) {
			output, err := s.carryOut()
			if err == nil {
				s.core.Alter(func(tx *store.Tx) { tx.DeleteSessions(s.caller()) })
			}
			return output, err
		}),
		behaviour(update, "ill-formed-accepted", "takes any text for an address", func(s faultyCall) (lexval.Object, error) {
			if address := s.text("email"); !pds.IsAddress(address) {
				s.alterCaller(func(a *store.Account) { a.Email, a.EmailConfirmed = strings.ToLower(address), false })
				return nil, nil
			}
			return s.carryOut()
		}),
		behaviour(update, "taken-case-accepted", "takes an address in another letter case for another one", func(s faultyCall) (lexval.Object, error) {
			address := s.text("email")
			if other := s.core.Named(address); address != strings.ToLower(address) && other.DID != "" && other.DID != s.caller() {
				s.alterCaller(func(a *store.Account) { a.Email, a.EmailConfirmed = address, false })
				return nil, nil
			}
			return s.carryOut()
		}),
		behaviour(update, "capitals-kept", "keeps the capitals of an address, by which nobody is found", func(s faultyCall) (lexval.Object, error) {
			address := s.text("email")
			output, err := s.carryOut()
			if err == nil && address != strings.ToLower(address) {
				s.alterCaller(func(a *store.Account) { a.Email = address })
			}
			return output, err
		}),
		answering(refresh, "old-address-told", "tells an address that the account doesn't have", "email",
			func(_ faultyCall, address any) any { return "old-" + address.(string) }).where("output.email"),
		racing(update, "race", "gives an address to all who change to it at once", store.Addresses),
	}
}
