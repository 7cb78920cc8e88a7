// Package scenario decides what happens to single requests, so that a client can
// be watched: which of them, for how many times, and what. It tells the pipeline
// so by an InjectedFault. It knows the catalogue of defects, of which a request
// can be served with one, and must not know the control protocol or listeners.
package scenario

import (
	"errors"
	"time"
)

// Scenario is what happens to some requests, so that a client can be watched
// when it does: the next two calls of refreshSession are answered with 502, the
// answer to a sign-up gets lost. Its first four fields say which requests, the
// others what; they can be combined.
//
// At most one scenario applies to a request: the first of those that were added
// which matches it and is not spent. So two for the same method apply one after
// the other.
type Scenario struct {
	// Method is the one that is called: an NSID, or only the last part of one.
	// Empty: that of Defect, or every method.
	Method string

	// Account is whom the request concerns, by handle, DID or e-mail address:
	// whom its input names or, where that names nobody, whose token it bears.
	// The account need not be there yet. Empty: everybody.
	Account string

	// Skip is how many such requests are let through first.
	Skip int

	// Times is how many requests it happens to. Zero: to all, until the
	// scenario is removed.
	Times int

	// Delay is how long the request waits before anything is done with it, by
	// the base clock: a minute at most.
	Delay time.Duration

	// Status, from 300 to 599, Error and Message are what is answered instead.
	// Of Status and Error one is enough: the status of an error is 400, and the
	// error of a status the one that clients of the protocol know it by.
	Status         int
	Error, Message string

	// CarryOut makes a request that is answered with Status or Error take
	// effect all the same, as behind a gateway that gave up too early.
	CarryOut bool

	// Headers are set in the answer: Retry-After, for example.
	Headers map[string]string

	// Body corrupts the body of the answer: one of the Body constants. The
	// request is carried out, unless Status or Error is set.
	Body string

	// Drop closes the connection: one of the Drop constants. A client of
	// net/http sends a GET again by itself where a connection that it has used
	// before ends without an answer: that is another request.
	Drop string

	// Defect is the ID of one of Defects, which the request is served with, and
	// with no other. Those of the server as a whole, or of several requests
	// together, can't be bound to one: SetDefects is for them.
	Defect string
}

// What the body of an answer can be made into. It arrives as a whole: for one
// that doesn't, there is DropMidBody.
const (
	BodyEmpty     = "empty"     // nothing, and the media type is still that of JSON
	BodyTruncated = "truncated" // the first half
	BodyMalformed = "malformed" // all of it, and a comma too many
	BodyHTML      = "html"      // the page of a proxy, as text/html
	BodyText      = "text"      // the reason of the status, as text/plain
)

// When a connection can be closed.
const (
	DropAtOnce       = "at-once"       // the request has come; nothing was done with it
	DropBeforeAnswer = "before-answer" // it was carried out; nothing of the answer was sent
	DropAfterHeaders = "after-headers" // it was carried out; status and headers were sent
	DropMidBody      = "mid-body"      // it was carried out; half of the body was sent as well
)

// State is a scenario of a server, and how far it has got.
type State struct {
	Scenario
	ID      string // by which it can be removed
	Skipped int    // how many requests it has let through
	Applied int    // how many it has happened to
	Spent   bool   // whether it happens to no more
}

// ErrUnknown is the error of an ID that no scenario of the server has.
var ErrUnknown = errors.New("there is no scenario of this id")
