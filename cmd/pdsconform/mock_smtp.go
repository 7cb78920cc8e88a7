package main

import (
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/mockserver/smtp"
)

// smtpServer is a flag that names an SMTP server for the mock's mail.
type smtpServer struct{ mailer *mockserver.Mailer }

// Set takes HOST:PORT, which the mock checks when it starts; nothing at all is no
// server.
func (s smtpServer) Set(address string) error {
	*s.mailer = nil
	if address != "" {
		*s.mailer = smtp.To(address)
	}
	return nil
}

// String is the default, of which there is none.
func (smtpServer) String() string { return "" }

// Type is the word for the value where a text doesn't say another.
func (smtpServer) Type() string { return "HOST:PORT" }
