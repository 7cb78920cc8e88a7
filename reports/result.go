package reports

import "strings"

// Requirement is one obligation of an account server, as listed before
// anything is sent.
type Requirement struct {
	// ID is dotted and stable, never positional and never used again for
	// something else: server.createSession.output.did.required.
	ID string `json:"id"`

	// Title is the obligation in one sentence.
	Title string `json:"title"`

	// Endpoint is the NSID that the obligation belongs to, or xrpc where it
	// belongs to the protocol as a whole.
	Endpoint string `json:"endpoint"`

	Level     Level     `json:"level"`
	Authority Authority `json:"authority"`

	// Source is a lexicon pointer
	// (com/atproto/server/createSession.json#/defs/main/errors/0) or a URL
	// with its section.
	Source string `json:"source"`

	Origin Origin `json:"origin"`

	// IntroducedIn is the lexicon revision that brought the requirement, and
	// RemovedIn the one that it no longer holds in. Empty where it holds in all
	// revisions known before, or after.
	IntroducedIn string `json:"introducedIn,omitempty"`
	RemovedIn    string `json:"removedIn,omitempty"`
}

// Below reports whether a dotted ID is a pattern or lies below it: a pattern is
// an ID or a prefix of whole parts, with or without a dot at its end.
func Below(id, pattern string) bool {
	pattern = strings.TrimSuffix(pattern, ".")
	return id == pattern || strings.HasPrefix(id, pattern+".")
}

// Result is what became of one requirement in one run.
type Result struct {
	Requirement

	Outcome Outcome `json:"outcome"`

	// Reason explains every outcome but passed and failed.
	Reason string `json:"reason"`

	DurationMs int64  `json:"durationMs"`
	Expected   string `json:"expected"`
	Actual     string `json:"actual"`

	// Exchanges is the evidence, oldest first, with secrets replaced.
	Exchanges []Exchange `json:"exchanges"`

	// Fault says whose fault an errored outcome is.
	Fault Fault `json:"fault,omitempty"`

	// Unlock names the flag or hook that would unlock a blocked requirement.
	Unlock string `json:"unlock,omitempty"`

	// BlockedBy is the ID of the requirement whose failure explains why this one
	// could not be checked.
	BlockedBy string `json:"blockedBy,omitempty"`

	// NotImplemented says of a failed success of a method that the target answers
	// as if there were no such method.
	NotImplemented bool `json:"notImplemented,omitempty"`

	// SeenIn lists the requirements during whose checks the evidence was
	// seen, where that was not this one's own check.
	SeenIn []string `json:"seenIn,omitempty"`

	// Error is the name of the declared error that the requirement is about.
	Error string `json:"error,omitempty"`
}

// Gates reports whether the result alone keeps a target from conforming: a
// failed must, and with strict a failed should. A may never gates.
func (r Result) Gates(strict bool) bool {
	return r.Outcome == Failed && r.binds(strict)
}

// binds reports whether a failure of the requirement would gate.
func (r Result) binds(strict bool) bool { return r.Level == Must || strict && r.Level == Should }

// Exchange is one request with what came back.
type Exchange struct {
	Request  Request  `json:"request"`
	Response Response `json:"response"`

	// Curl is a command line that sends the same request again.
	Curl string `json:"curl"`
}

// Request is what was sent.
type Request struct {
	Method  string              `json:"method"`
	URL     string              `json:"url"`
	Headers map[string][]string `json:"headers,omitempty"`
	Body    string              `json:"body"`
}

// Response is what came back. Where nothing did, Status is 0 and Error says
// what the transport reported.
type Response struct {
	Status     int                 `json:"status"`
	Headers    map[string][]string `json:"headers,omitempty"`
	Body       string              `json:"body"`
	DurationMs int64               `json:"durationMs"`
	Error      string              `json:"error,omitempty"`
}
