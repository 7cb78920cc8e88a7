package mockserver

import (
	"fmt"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/mail"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// mailTokenLife is how long the code in a mail works.
const mailTokenLife = 15 * time.Minute

// newMailToken returns a code that is not stored yet: two groups of five
// characters.
func (s *PDS) newMailToken(did string) store.MailToken {
	if s.config.Variants.OtherCodes { // the form before 27 April 2023
		return store.MailToken{DID: did, Text: s.entropy.Digits(6), GrantedAt: s.clock.Now()}
	}
	drawn := strings.ToUpper(s.entropy.Base32(10))
	return store.MailToken{DID: did, Text: drawn[:5] + "-" + drawn[5:], GrantedAt: s.clock.Now()}
}

func (s *PDS) hasExpired(token store.MailToken) bool {
	return s.clock.Now().After(token.GrantedAt.Add(mailTokenLife))
}

// canonical is the form in which codes are stored: any letter case will do,
// and nothing else is mended.
func canonical(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, text)
}

func unknownMailToken() error { return xrpc.InvalidToken("Token is invalid") }

// send puts a message with a code into the outbox, and on its way where there
// is an SMTP server.
func (s *PDS) send(account store.Account, subject, text string, token store.MailToken) {
	message := mail.Message{
		To:      account.Email,
		From:    "noreply@" + s.config.Hostname,
		Subject: subject,
		Text:    text,
		Token:   token.Text,
		At:      s.clock.Now(),
	}
	if hooks := s.hooks.Load(); hooks != nil && hooks.Mail != nil && hooks.Mail(&message) {
		return
	}
	s.outbox.Send(message)
}

// The subjects by which mails are told apart.
const (
	resetSubject    = "Password Reset Requested"
	deletionSubject = "Account Deletion Requested"
)

func (s *PDS) sendResetCode(account store.Account, token store.MailToken) {
	s.send(account, resetSubject, fmt.Sprintf(
		"Somebody, hopefully you, asked for a new password for %s.\n\n"+
			"The code to set it with is %s. It works for fifteen minutes.\n\n"+
			"Without it the old password stays.\n", account.Handle, token.Text), token)
}
