// Package mail holds what the mock has sent. It knows nothing of accounts,
// nor of how a message leaves the machine.
package mail

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// capacity bounds the outbox: the oldest messages make room for new ones.
const capacity = 10_000

// Message is one mail.
type Message struct {
	ID      string    `json:"id"`
	To      string    `json:"to"`
	From    string    `json:"from"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Token   string    `json:"token"` // the code that the text carries
	At      time.Time `json:"at"`
}

// Outbox keeps messages in the order of sending. It is safe for use by
// several goroutines.
type Outbox struct {
	// Forward, where it is set, gets each message that was put in, in the same
	// order. It must not wait for anything, and is set before the first one.
	Forward func(Message)

	mutex    sync.Mutex
	sent     int
	messages []Message
}

// Send appends a message, whose ID it sets.
func (o *Outbox) Send(message Message) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.sent++
	message.ID = strconv.Itoa(o.sent)
	if len(o.messages) >= capacity {
		o.messages = append(o.messages[:0:0], o.messages[capacity/10:]...)
	}
	o.messages = append(o.messages, message)
	if o.Forward != nil {
		o.Forward(message)
	}
}

// To returns the messages to an address, in any letter case, oldest first. An
// empty address stands for all.
func (o *Outbox) To(address string) []Message {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	found := []Message{}
	for _, message := range o.messages {
		if address == "" || strings.EqualFold(message.To, address) {
			found = append(found, message)
		}
	}
	return found
}

// Clear empties the outbox. Numbers of messages are not used again.
func (o *Outbox) Clear() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.messages = nil
}

// Reset empties the outbox and numbers from 1 again.
func (o *Outbox) Reset() { o.Restore(nil) }

// Restore makes the outbox hold the messages, which are not sent again, and
// numbers on from the last.
func (o *Outbox) Restore(messages []Message) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.messages, o.sent = slices.Clone(messages), 0
	if len(messages) > 0 {
		o.sent, _ = strconv.Atoi(messages[len(messages)-1].ID)
	}
}
