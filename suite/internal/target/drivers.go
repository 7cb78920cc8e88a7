package target

import (
	"context"
	"time"
)

// MailSource reads the mail that a target has sent.
type MailSource interface {
	// Messages returns the mail to an address, newest last.
	Messages(ctx context.Context, to string) ([]Message, error)
}

// ClockMover moves a target's clock, or lets time pass.
type ClockMover interface {
	// Advance moves the clock forward by at least a duration. The error is a
	// *Missing where the driver can't go that far.
	Advance(ctx context.Context, by time.Duration) error
}

// Taker takes accounts down.
type Taker interface {
	// SetTakedown takes an account down, or reinstates it. The error is a
	// *Missing where the target turns out not to offer it.
	SetTakedown(ctx context.Context, did string, down bool) error
}

// RaceWidener makes a method's commits wait, so that races can be lost at will.
type RaceWidener interface {
	// WidenRace makes the calls of a method wait until so many have come, or for
	// a moment where that can't be had; no calls end it.
	WidenRace(ctx context.Context, nsid string, calls int) error
}

// Drivers are the ways into a target besides requests to it. Each may be nil.
type Drivers struct {
	Mail     MailSource
	MailName string // for the report: "control", "smtp", "exec"
	Clock    ClockMover
	Takedown Taker
	Races    RaceWidener
	Control  *Control // the control server that some of them are, for the check that it is the target's
}
