package target

import (
	"context"
	"fmt"
	"time"
)

// Message is one mail that the target has sent.
type Message struct {
	ID      string `json:"id"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Token   string `json:"token"`
}

const (
	mailPatience = 10 * time.Second // servers may send after they have answered
	mailHaste    = time.Second      // once mail has failed to come a few times
	mailInterval = 50 * time.Millisecond
	missesToTire = 2
)

// Mailbox reads the mail to one address from a point in time on.
type Mailbox struct {
	target *Target
	to     string
	seen   int
}

// Mailbox opens the mail to an address: what is there already is not shown.
func (t *Target) Mailbox(ctx context.Context, to string) (*Mailbox, error) {
	if missing := t.Missing(Mail); missing != nil {
		return nil, missing
	}
	box := &Mailbox{target: t, to: to}
	messages, err := box.messages(ctx)
	box.seen = len(messages)
	return box, err
}

func (b *Mailbox) messages(ctx context.Context) ([]Message, error) {
	messages, err := b.target.options.Drivers.Mail.Messages(ctx, b.to)
	if err != nil {
		return nil, fmt.Errorf("read mail: %w", err)
	}
	return messages, nil
}

// Peek returns what has come since the mailbox was opened.
func (b *Mailbox) Peek(ctx context.Context) ([]Message, error) {
	messages, err := b.messages(ctx)
	if err != nil || len(messages) < b.seen {
		return nil, err
	}
	return messages[b.seen:], nil
}

// Code waits for a message and returns the code in it; empty where none came
// in time.
func (b *Mailbox) Code(ctx context.Context) (string, error) {
	patience := mailPatience
	if b.target.missedMail.Load() >= missesToTire {
		patience = mailHaste
	}
	for deadline := time.Now().Add(patience); ; {
		messages, err := b.Peek(ctx)
		if err != nil {
			return "", err
		}
		if len(messages) > 0 {
			b.target.missedMail.Store(0)
			newest := messages[len(messages)-1]
			b.seen += len(messages)
			code := newest.Code()
			b.target.options.Client.Secrets().Add(code, "mailed code")
			return code, nil
		}
		if time.Now().After(deadline) {
			b.target.missedMail.Add(1)
			return "", nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(mailInterval):
		}
	}
}
