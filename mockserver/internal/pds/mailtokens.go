package pds

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/mail"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// mailTokenLife is how long the code in a mail works.
const mailTokenLife = 15 * time.Minute

// NewMailToken returns a code that is not stored yet: two groups of five
// characters.
func (s *Server) NewMailToken(did string) store.MailToken {
	if s.config.Variants.OtherCodes { // the form before 27 April 2023
		return store.MailToken{DID: did, Text: s.Entropy.Digits(6), GrantedAt: s.Clock.Now()}
	}
	drawn := strings.ToUpper(s.Entropy.Base32(10))
	return store.MailToken{DID: did, Text: drawn[:5] + "-" + drawn[5:], GrantedAt: s.Clock.Now()}
}

// HasExpired reports whether a code is too old to be taken.
func (s *Server) HasExpired(token store.MailToken) bool {
	return s.Clock.Now().After(token.GrantedAt.Add(mailTokenLife))
}

// Canonical is the form in which codes are stored: any letter case will do,
// and nothing else is mended.
func Canonical(text string) string {
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
func (s *Server) send(account store.Account, subject, text string, token store.MailToken) {
	message := mail.Message{
		To:      account.Email,
		From:    "noreply@" + s.config.Hostname,
		Subject: subject,
		Text:    text,
		Token:   token.Text,
		At:      s.Clock.Now(),
	}
	if s.config.Variants.SignedLinks {
		message.Text += fmt.Sprintf("\nNo more of these: https://mail.example.org/stop?signature=%x\n", sha256.Sum256([]byte(account.DID)))
	}
	if hooks := s.Hooks.Load(); hooks != nil && hooks.Mail != nil && hooks.Mail(&message) {
		return
	}
	s.Outbox.Send(message)
}

// The subjects by which mails are told apart.
const (
	ResetSubject    = "Password Reset Requested"
	DeletionSubject = "Account Deletion Requested"

	ConfirmationSubject = "Email Confirmation"
	UpdateSubject       = "Email Update Requested"
	FactorSubject       = "Log-in Code"
)

// SendResetCode mails the code by which a password is reset.
func (s *Server) SendResetCode(account store.Account, token store.MailToken) {
	s.send(account, ResetSubject, fmt.Sprintf(
		"Somebody, hopefully you, asked for a new password for %s.\n\n"+
			"The code to set it with is %s. It works for fifteen minutes.\n\n"+
			"Without it the old password stays.\n", account.Handle, token.Text), token)
}
