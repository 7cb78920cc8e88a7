package pds

import "time"

// Message is one mail that the server sent.
type Message struct {
	ID      string    `json:"id"`
	To      string    `json:"to"`
	From    string    `json:"from"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Token   string    `json:"token"` // the code that the text carries
	At      time.Time `json:"at"`
}

// Mail returns the messages to an address, oldest first; an empty address
// stands for all.
func (s *Server) Mail(to string) []Message {
	sent := s.Outbox.To(to)
	messages := make([]Message, 0, len(sent))
	for _, message := range sent {
		messages = append(messages, Message(message))
	}
	return messages
}
