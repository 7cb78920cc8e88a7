package target

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
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
	mailInterval = 50 * time.Millisecond
	// otherMailGrace is how long a message about something else, such as a
	// welcome, is passed over in favour of one that is yet to come.
	otherMailGrace = time.Second
)

// mailPatience is how long to wait for a message, by how often in a row none
// has come: servers may send after they have answered, but one that sends
// nothing must not hold up the run each time.
func mailPatience(misses int) time.Duration {
	switch {
	case misses < 2:
		return 10 * time.Second
	case misses < 6:
		return time.Second
	}
	return 200 * time.Millisecond
}

// Topic is what a mailed code is for: words of which one stands in a message
// about it.
type Topic []string

// AboutReset is the topic of a password reset.
func AboutReset() Topic { return Topic{"reset", "password"} }

// AboutDeletion is the topic of an account's deletion.
func AboutDeletion() Topic { return Topic{"delet"} }

// covers reports whether a message is about the topic. A bare code may be about
// anything.
func (topic Topic) covers(m Message) bool {
	text := strings.ToLower(m.Subject + " " + m.Text)
	return m.Subject == "" && m.Token == m.Text ||
		slices.ContainsFunc(topic, func(word string) bool { return strings.Contains(text, word) })
}

// Mailbox reads the mail to one address from a point in time on.
type Mailbox struct {
	target *Target
	to     string
	seen   int
	read   []Message
	limit  time.Duration // for one look, 0: as long as the driver takes
}

// Mailbox opens the mail to an address: what is there already is not shown.
func (t *Target) Mailbox(ctx context.Context, to string) (*Mailbox, error) {
	return t.mailbox(ctx, to, 0)
}

func (t *Target) mailbox(ctx context.Context, to string, limit time.Duration) (*Mailbox, error) {
	if missing := t.Missing(Mail); missing != nil {
		return nil, missing
	}
	box := &Mailbox{target: t, to: to, limit: limit}
	messages, err := box.messages(ctx)
	box.seen = len(messages)
	return box, err
}

func (b *Mailbox) messages(ctx context.Context) ([]Message, error) {
	if b.limit > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, b.limit, &late{b.limit})
		defer cancel()
		ctx = limited
	}
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

// Code waits for a message on a topic and returns the code in it; empty where
// none came in time.
func (b *Mailbox) Code(ctx context.Context, topic Topic) (string, error) {
	patience := b.target.Patience(mailPatience(b.target.missedMail.of(topic)))
	for start := time.Now(); ; {
		messages, err := b.Peek(ctx)
		if err != nil {
			return "", err
		}
		waited := time.Since(start)
		if message, found := choose(messages, topic, waited >= min(otherMailGrace, patience)); found {
			b.target.missedMail.note(topic, true)
			b.seen += len(messages)
			b.read = append(b.read, messages...)
			code := message.Code()
			b.target.options.Client.Secrets().Add(code, "mailed code")
			return code, nil
		}
		if waited >= patience {
			b.target.missedMail.note(topic, false)
			return "", nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(mailInterval):
		}
	}
}

// Suspicion says what else than the target may be why no mail has come: a hook
// that prints what it printed before the mailbox was opened. Empty for nothing.
func (b *Mailbox) Suspicion() string {
	if _, isHook := b.target.options.Drivers.Mail.(*MailHook); !isHook || b.seen == 0 {
		return ""
	}
	return "; the hook that reads mail prints what it printed before: see that it prints the newest message"
}

// misses counts how often in a row mail on a topic has not come.
type misses struct {
	mutex sync.Mutex
	count map[string]int
	came  bool // any mail at all
}

// MailCame reports whether the run has read any mail of the target's.
func (t *Target) MailCame() bool {
	t.missedMail.mutex.Lock()
	defer t.missedMail.mutex.Unlock()
	return t.missedMail.came
}

func (m *misses) of(topic Topic) int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.count[topic[0]]
}

func (m *misses) note(topic Topic, came bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.count == nil {
		m.count = map[string]int{}
	}
	m.count[topic[0]]++
	m.came = m.came || came
	if came {
		m.count[topic[0]] = 0
	}
}

// choose returns the newest message with a code on the topic, and once others
// need not be passed over any more, the newest with any code.
func choose(messages []Message, topic Topic, anyTopic bool) (Message, bool) {
	for _, message := range slices.Backward(messages) {
		if message.Code() != "" && (anyTopic || topic.covers(message)) {
			return message, true
		}
	}
	return Message{}, false
}

// Read returns the messages that Code has passed.
func (b *Mailbox) Read() []Message { return b.read }
