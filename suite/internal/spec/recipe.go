package spec

import (
	"context"

	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// Credential says what a method asks its caller for.
type Credential string

// The credentials.
const (
	NoCredential Credential = ""
	AccessToken  Credential = "access token"
	RefreshToken Credential = "refresh token"
	AdminBasic   Credential = "admin credential"
)

// Recipe says how one method is called with success. It is written by hand
// where the schema alone can't say: who may call, and with which values.
type Recipe struct {
	Credential Credential

	// Needs are the capabilities without which Request can't be made.
	Needs []target.Capability

	// Request makes a valid request, ready to be sent. It may be broken in
	// one place before it is sent, so what it relies on must outlive refusals.
	Request func(ctx context.Context, t *Trial) xrpc.Request

	// AfterSuccess takes note of a success: what the request used up is made anew
	// for the next. Nil where nothing is used up.
	AfterSuccess func(ctx context.Context, t *Trial, exchange xrpc.Exchange)

	// Placeholder makes a request that is as well-formed as a valid one, but
	// of values that nobody has. It serves where Request can't be made. Nil
	// where the method is closed to strangers.
	Placeholder func(t *Trial) xrpc.Request

	// Empty makes a request that is answered with success, and with lists in
	// which nothing is. Nil where no list of the answer can be empty at will.
	Empty func(ctx context.Context, t *Trial) xrpc.Request

	// States are states of an account in which answers have members that they
	// otherwise lack, by the name of the member.
	States map[string]State

	// Transient says that a success ends what the request is about (an
	// account, a session), so that cases don't call it more than they must.
	Transient bool
}

// State is a state of an account in which an answer has more to tell.
type State struct {
	// Needs are the capabilities without which it can't be brought about.
	Needs []target.Capability

	// Answer is one of the method about such an account.
	Answer func(ctx context.Context, t *Trial) xrpc.Exchange
}

// Baseline is a valid request with the answer that shows it.
type Baseline struct {
	xrpc.Exchange
	// Placeholder says that the request could only be made of values that nobody
	// has, so that the answer is a refusal.
	Placeholder bool
}
