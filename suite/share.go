package suite

import (
	"context"
	"time"

	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Share is what joins runs in several processes on one target, so that they
// keep to its limits together. Its functions are called by several goroutines.
type Share struct {
	// Lease is asked for more requests and accounts of the budgets. At first the
	// run may send Leased requests, for which it doesn't ask.
	Lease  func(requests, accounts int) bool
	Leased int

	// Brake holds back the requests of this run where another has been told to
	// wait, and tells where this one has.
	Brake *Brake

	// Advance lets time pass by exactly so much for this run, since it ends the
	// sessions and codes of the others as well: it returns when they, too, have
	// come to where they can bear it. It calls move where this run is to move the
	// target's clock for all. Nil where no clock is shared.
	Advance func(ctx context.Context, by time.Duration, move Move) error

	// Checked is told that the run has checked everything, and returns when the
	// clock is moved no more, so that what was made can be removed; nil where no
	// clock is shared.
	Checked func(ctx context.Context)

	// Mail reads the mail to an address, newest last, that another process
	// receives; nil where the run reads mail by itself. MailName is its driver,
	// for the report.
	Mail     func(ctx context.Context, to string) ([]Message, error)
	MailName string
}

// Move moves the target's clock.
type Move = func(ctx context.Context, by time.Duration) error

// Brake holds requests back while the target asks to wait.
type Brake = xrpc.Brake

// NewBrake makes a brake that is off.
func NewBrake() *Brake { return xrpc.NewBrake() }

// Message is one mail that the target has sent.
type Message = target.Message

// MailSink receives a target's mail for several runs.
type MailSink = target.MailSink

// ListenForMail opens what a Mail of the form smtp://HOST:PORT names; a port of
// 0 picks a free one. The error is a *UsageError.
func ListenForMail(mail string) (*MailSink, error) {
	address, err := smtpAddress(mail)
	if err != nil {
		return nil, err
	}
	sink, err := target.NewMailSink(address)
	if err != nil {
		return nil, &UsageError{"--mail: " + err.Error()}
	}
	return sink, nil
}

// readBy is a function that reads mail, as a driver.
type readBy func(ctx context.Context, to string) ([]target.Message, error)

// Messages returns the mail to an address, newest last.
func (f readBy) Messages(ctx context.Context, to string) ([]target.Message, error) { return f(ctx, to) }
