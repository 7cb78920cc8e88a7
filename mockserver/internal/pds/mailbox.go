package pds

import "github.com/pdsconform/pdsconform/mockserver/internal/mail"

// Message is one mail that the server sent.
type Message = mail.Message

// Mail returns the messages to an address, oldest first; an empty address
// stands for all.
func (s *Server) Mail(to string) []Message { return s.Outbox.To(to) }
