// Package courier brings mail to an SMTP server. It must not know accounts,
// nor what a message is about.
package courier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/pdsconform/pdsconform/mockserver/internal/mail"
)

// limits bound what a slow or silent SMTP server can cost.
type limits struct {
	queue    int           // messages that wait
	delivery time.Duration // of one message
	drain    time.Duration // of all that is left when the courier is closed
}

func usualLimits() limits {
	return limits{queue: 256, delivery: 10 * time.Second, drain: 5 * time.Second}
}

// errGivenUp is why the last messages of a closed courier weren't delivered.
var errGivenUp = errors.New("the mock was closed")

// Courier delivers messages one after the other, in the background. It is
// safe for use by several goroutines.
type Courier struct {
	address address
	logger  *slog.Logger
	limits  limits
	queue   chan mail.Message
	refused chan struct{} // has a token where messages were refused since the last look
	closing chan struct{}
	close   sync.Once
	ended   chan struct{}
	giveUp  context.CancelCauseFunc
}

// New starts a courier to HOST:PORT. What can't be delivered is told to the
// logger, without the code that it carries. The caller has to Close it.
func New(to string, logger *slog.Logger) (*Courier, error) {
	address, err := parseAddress(to)
	if err != nil {
		return nil, err
	}
	return start(address, logger, usualLimits()), nil
}

func start(to address, logger *slog.Logger, limits limits) *Courier {
	ctx, giveUp := context.WithCancelCause(context.Background())
	c := &Courier{
		address: to,
		logger:  logger,
		limits:  limits,
		queue:   make(chan mail.Message, limits.queue),
		refused: make(chan struct{}, 1),
		closing: make(chan struct{}),
		ended:   make(chan struct{}),
		giveUp:  giveUp,
	}
	go c.run(ctx)
	return c
}

// Take queues a message and never waits: when the queue is full, or the
// courier closed, the message is lost.
func (c *Courier) Take(message mail.Message) {
	select {
	case c.queue <- message:
	default:
		select {
		case c.refused <- struct{}{}:
		default:
		}
	}
}

// Forget empties the queue. A message that is under way still arrives.
func (c *Courier) Forget() {
	for {
		select {
		case <-c.queue:
		default:
			return
		}
	}
}

// Close delivers what is queued, as far as there is time, and returns when the
// courier's goroutine has ended.
func (c *Courier) Close() {
	c.close.Do(func() { close(c.closing) })
	bound := time.AfterFunc(c.limits.drain, func() { c.giveUp(errGivenUp) })
	defer bound.Stop()
	<-c.ended
}

func (c *Courier) run(ctx context.Context) {
	defer close(c.ended)
	defer c.giveUp(errGivenUp)
	for {
		select {
		case message := <-c.queue:
			c.deliver(ctx, message)
		case <-c.refused:
			c.logger.Warn("mail lost: the queue was full")
		case <-c.closing:
			c.drain(ctx)
			return
		}
	}
}

func (c *Courier) drain(ctx context.Context) {
	for {
		select {
		case message := <-c.queue:
			c.deliver(ctx, message)
		default:
			return
		}
	}
}

// deliver sends one message on a connection of its own.
func (c *Courier) deliver(ctx context.Context, message mail.Message) {
	ctx, cancel := context.WithTimeout(ctx, c.limits.delivery)
	defer cancel()
	err := c.send(ctx, message)
	if err == nil {
		return
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	c.logger.Warn("mail was not delivered", "id", message.ID, "to", message.To,
		"smtp", c.address.String(), "error", withoutCode(err, message.Token))
}

func (c *Courier) send(ctx context.Context, message mail.Message) error {
	composed, err := compose(message)
	if err != nil {
		return err
	}
	sender, err := gomail.NewClient(c.address.host,
		gomail.WithPort(c.address.port),
		gomail.WithTLSPolicy(c.address.security()),
		gomail.WithHELO(domainOf(message.From)),
		gomail.WithTimeout(2*c.limits.delivery), // it begins again at each step, so that ctx decides
		gomail.WithDialContextFunc(c.address.dialer(ctx)),
		gomail.WithoutNoop(),
	)
	if err != nil {
		return err
	}
	connection, err := sender.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	if err := sender.SendWithSMTPClient(connection, composed); err != nil {
		return err
	}
	_ = sender.CloseWithSMTPClient(connection) // the message has been accepted
	return nil
}

// withoutCode tells an error; a server may repeat in it what it was sent.
func withoutCode(err error, code string) string {
	text := err.Error()
	if code == "" {
		return text
	}
	return strings.ReplaceAll(text, code, "[redacted]")
}
