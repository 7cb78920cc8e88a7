// Package smtp has the mail of a mock delivered to an SMTP server. It is apart
// from package mockserver so that only who asks for it links a client of SMTP.
package smtp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/pdsconform/pdsconform/mockserver"
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

// courier delivers messages one after the other, in the background. It is
// safe for use by several goroutines.
type courier struct {
	address address
	logger  *slog.Logger
	limits  limits
	queue   chan mockserver.Message
	refused chan struct{} // has a token where messages were refused since the last look
	closing chan struct{}
	close   sync.Once
	ended   chan struct{}
	giveUp  context.CancelCauseFunc
}

// To returns what Options.Mailer of a mock takes to have each mail sent to an
// SMTP server at HOST:PORT as well: without authentication, and without TLS on a
// loopback address. Mail leaves in the background and in order; what can't be
// delivered is told to the mock's logger, without the code that it carries. An
// address that isn't HOST:PORT keeps the mock from starting.
func To(address string) mockserver.Mailer {
	return func(logger *slog.Logger) (mockserver.Courier, error) {
		to, err := parseAddress(address)
		if err != nil {
			return nil, fmt.Errorf("smtp: %w", err)
		}
		return start(to, logger, usualLimits()), nil
	}
}

func start(to address, logger *slog.Logger, limits limits) *courier {
	ctx, giveUp := context.WithCancelCause(context.Background())
	c := &courier{
		address: to,
		logger:  logger,
		limits:  limits,
		queue:   make(chan mockserver.Message, limits.queue),
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
func (c *courier) Take(message mockserver.Message) {
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
func (c *courier) Forget() {
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
func (c *courier) Close() {
	c.close.Do(func() { close(c.closing) })
	bound := time.AfterFunc(c.limits.drain, func() { c.giveUp(errGivenUp) })
	defer bound.Stop()
	<-c.ended
}

func (c *courier) run(ctx context.Context) {
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

func (c *courier) drain(ctx context.Context) {
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
func (c *courier) deliver(ctx context.Context, message mockserver.Message) {
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

func (c *courier) send(ctx context.Context, message mockserver.Message) error {
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
