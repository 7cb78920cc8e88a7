package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/jhillyerd/enmime/v2"
)

const (
	maxMail     = 1 << 20  // bytes of one message
	maxMessages = 10_000   // kept at most, the oldest are dropped
	maxMailbox  = 16 << 20 // bytes of all that are kept
	maxSubject  = 1 << 10  // bytes that are kept of one
	maxMailText = 128 << 10
	maxParts    = 50 // of a message whose parts are told apart
	smtpTimeout = 30 * time.Second
)

// MailSink is an SMTP server that keeps what it is sent. A target whose mail is
// pointed at it needs no mail server.
type MailSink struct {
	server   *smtp.Server
	listener net.Listener
	mutex    sync.Mutex
	messages []Message
	received int
	size     int // bytes of all messages
}

// NewMailSink listens on HOST:PORT; port 0 picks a free one.
func NewMailSink(address string) (*MailSink, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	sink := &MailSink{listener: listener}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &smtpSession{sink: sink}, nil
	}))
	server.Domain = "pdsconform"
	server.ReadTimeout, server.WriteTimeout = smtpTimeout, smtpTimeout
	server.MaxMessageBytes, server.MaxRecipients, server.MaxLineLength = maxMail, 100, 100_000
	server.ErrorLog = quietLog{}
	sink.server = server
	go func() {
		// Serve ends with Close; what it says then is of no use to anyone.
		_ = server.Serve(listener)
	}()
	return sink, nil
}

// quietLog drops what the SMTP server would print: clients that hang up.
type quietLog struct{}

// Printf drops a line.
func (quietLog) Printf(string, ...any) {}

// Println drops a line.
func (quietLog) Println(...any) {}

// Address is the HOST:PORT that the sink listens on.
func (s *MailSink) Address() string { return s.listener.Addr().String() }

// Close stops listening.
func (s *MailSink) Close() error {
	if err := s.server.Close(); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
		return err
	}
	// A server that had not begun to serve does not know its listener.
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Messages returns the mail to an address, newest last.
func (s *MailSink) Messages(_ context.Context, to string) ([]Message, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var found []Message
	for _, message := range s.messages {
		if strings.EqualFold(message.To, to) {
			found = append(found, message)
		}
	}
	return found, nil
}

func (s *MailSink) keep(recipients []string, subject, text string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	subject, text = clipped(subject, maxSubject), clipped(text, maxMailText)
	for _, to := range recipients {
		s.received++
		s.messages = append(s.messages, Message{ID: strconv.Itoa(s.received), To: to, Subject: subject, Text: text})
		s.size += s.messages[len(s.messages)-1].size()
	}
	for len(s.messages) > maxMessages || s.size > maxMailbox {
		s.size -= s.messages[0].size()
		s.messages[0] = Message{} // lets go of its text
		s.messages = s.messages[1:]
	}
}

// size is about how many bytes a message takes.
func (m Message) size() int {
	const itself = 100
	return itself + len(m.ID) + len(m.To) + len(m.Subject) + len(m.Text)
}

// clipped is the beginning of a text, and lets go of the rest.
func clipped(text string, most int) string { return strings.Clone(text[:min(len(text), most)]) }

// smtpSession takes the mail of one connection.
type smtpSession struct {
	sink       *MailSink
	recipients []string
}

// Mail takes mail from anybody.
func (s *smtpSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes mail to anybody.
func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.recipients = append(s.recipients, to)
	return nil
}

// Data decodes a message: quoted-printable, base64, parts and charsets. One
// that is no MIME is kept as it is. The server refuses what is too long.
func (s *smtpSession) Data(reader io.Reader) error {
	raw, err := io.ReadAll(reader)
	if err != nil {
		return err
	}
	subject, text := "", string(raw)
	if bytes.Count(bytes.ToLower(raw), []byte("boundary")) > maxParts { // parts within parts take time
		s.sink.keep(s.recipients, subject, text)
		return nil
	}
	if envelope, err := enmime.ReadEnvelope(bytes.NewReader(raw)); err == nil {
		subject, text = envelope.GetHeader("Subject"), envelope.Text
		if envelope.HTML != "" {
			text += "\n" + envelope.HTML
		}
	}
	s.sink.keep(s.recipients, subject, text)
	return nil
}

// Reset forgets the recipients: another message follows.
func (s *smtpSession) Reset() { s.recipients = nil }

// Logout ends the session.
func (s *smtpSession) Logout() error { return nil }
