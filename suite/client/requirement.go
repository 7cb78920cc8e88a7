package client

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/reports"
)

// requirement is an obligation of a client, with the scenarios in which it
// shows and what it is judged by.
type requirement struct {
	reports.Requirement
	in    []string // names of scenarios; empty: all
	needs string   // a condition on the documents without which there is no such obligation, see lexicons.Catalog.Holds

	// wire says that requests alone show it, so that a command can be judged.
	wire  bool
	judge func(*seen) verdict
}

// seen is what one scenario showed, beside what the plain one did.
type seen struct {
	*record
	all map[string]*record // every scenario that was carried out, by name
}

// verdict is what one scenario says of a requirement.
type verdict struct {
	outcome          reports.Outcome
	reason           string // where it is neither passed nor failed
	expected, actual string
	requests         []request
}

func passed() verdict { return verdict{outcome: reports.Passed} }

func unseen(format string, a ...any) verdict {
	return verdict{outcome: reports.NotObserved, reason: fmt.Sprintf(format, a...)}
}

func failed(expected, actual string, requests ...request) verdict {
	return verdict{outcome: reports.Failed, expected: expected, actual: actual, requests: requests}
}

// either passes where the condition holds.
func either(holds bool, expected, actual string, requests ...request) verdict {
	if holds {
		return passed()
	}
	return failed(expected, actual, requests...)
}

// missing says why a call was not made.
func (s *seen) missing(label string) verdict {
	switch {
	case s.impossible != "":
		return verdict{outcome: reports.Blocked, reason: s.impossible}
	case s.stopped != "":
		return unseen("it did not come to that: %s", s.stopped)
	}
	return unseen("the scenario has no call %s", label)
}

// made finds a call that was made and that the client offers; where there is
// none, the verdict says why.
func (s *seen) made(label string) (callRecord, *verdict) {
	c, found := s.call(label)
	switch {
	case !found:
		v := s.missing(label)
		return c, &v
	case c.NotOffered:
		v := unseen("the client does not offer %s", c.what())
		return c, &v
	}
	return c, nil
}

// passedOn finds a call that was made with an argument, which is then in the
// body of a request: a driver that was written before there was the argument
// leaves it out, and so may a client.
func (s *seen) passedOn(label string) (callRecord, *verdict) {
	c, none := s.made(label)
	requests := s.during(c)
	if none != nil || len(requests) == 0 && c.failed() { // it did not come to a request
		return c, none
	}
	for _, q := range requests {
		value, _ := decoded(q.Body)
		if object, isObject := value.(map[string]any); isObject && object[c.with] != nil {
			return c, nil
		}
	}
	v := unseen("no request of %s has %s", c.name, c.with)
	return c, &v
}

// valueWith asks that a call with an argument comes to a value, and those after
// it too.
func (s *seen) valueWith(label string, after ...string) verdict {
	if _, none := s.passedOn(label); none != nil {
		return *none
	}
	return s.value(append([]string{label}, after...)...)
}

// value asks that calls come to a value. One that fails at the plain server as
// well says nothing about this scenario.
func (s *seen) value(labels ...string) verdict {
	last := unseen("nothing was called")
	for _, label := range labels {
		c, none := s.made(label)
		switch {
		case none != nil:
			if last.outcome != reports.Passed {
				last = *none
			}
		case c.failed() && s.failsAnyway(c.name):
			return unseen("%s fails at the plain server too", c.name)
		case c.failed():
			return failed(c.name+" comes to a value", c.told(), s.during(c)...)
		default:
			last = passed()
		}
	}
	return last
}

// failsAnyway reports whether a call failed in the plain scenario, where
// nothing is in its way.
func (s *seen) failsAnyway(name string) bool {
	baseline := s.all[plain]
	if baseline == nil || baseline == s.record {
		return false
	}
	for _, c := range baseline.calls {
		if c.name == name && c.label != "wrong-password" {
			return c.failed()
		}
	}
	return false
}

// refused asks that a call comes to an error, of one of the names where the
// client tells names at all.
func (s *seen) refused(label string) verdict {
	c, none := s.made(label)
	switch {
	case none != nil:
		return *none
	case c.Value != nil:
		return failed(c.name+" is told to have failed", "a value: "+shorten(scrub(string(c.Value)), 120), s.during(c)...)
	case c.Error == nil:
		return failed(c.name+" comes to an error", c.told(), s.during(c)...)
	}
	return passed()
}

// named asks that an error which is told has the server's name, where the
// server's answer had one.
func (s *seen) named(label string) verdict {
	c, none := s.made(label)
	if none != nil {
		return *none
	}
	requests := s.during(c)
	if c.Error == nil || len(requests) == 0 {
		return unseen("%s came to no error", c.name)
	}
	last := requests[len(requests)-1]
	if last.Error == "" || last.Status < 400 {
		return unseen("the last answer had no name of an error")
	}
	return either(c.Error.Name == last.Error || strings.Contains(c.Error.Message, last.Error),
		"the error's name is told, "+last.Error, c.told(), requests...)
}

// bounded asks that a method is called at most so often during one call.
func (s *seen) bounded(label, method string, most int) verdict {
	c, none := s.made(label)
	if none != nil {
		return *none
	}
	calls := of(s.during(c), method)
	if c.hung {
		// A client that waits longer and longer is within its rights.
		most = max(most, 10)
	}
	return either(len(calls) <= most, fmt.Sprintf("%s is called at most %s", method, times(most)),
		"it was called "+times(len(calls)), firstOf(calls, 6)...)
}

// paced asks that tries after the first two have pauses between them.
func (s *seen) paced(label, method string) verdict {
	c, none := s.made(label)
	if none != nil {
		return *none
	}
	calls := of(s.during(c), method)
	const free, pause = 3, 100 * time.Millisecond
	if len(calls) == 0 {
		return unseen("%s was not called", method)
	}
	if len(calls) > free {
		if took := calls[free].At.Sub(calls[0].At); took < pause {
			return failed(fmt.Sprintf("pauses between tries: more than %d take %s at least", free, pause),
				fmt.Sprintf("%d tries within %s", free+1, took.Round(time.Millisecond)), firstOf(calls, 6)...)
		}
	}
	return passed()
}

// kept asks that nothing is sent to a method before a time is over.
func (s *seen) kept(label, method string, status int, pause func(request) time.Duration) verdict {
	c, none := s.made(label)
	if none != nil {
		return *none
	}
	calls := of(s.during(c), method)
	refusedAt := slices.IndexFunc(calls, func(q request) bool { return q.Status == status })
	if refusedAt < 0 {
		return unseen("%s was not refused", method)
	}
	if refusedAt+1 == len(calls) {
		return passed() // it leaves that to its caller
	}
	const tolerance = 50 * time.Millisecond // timers of clients may be early by a tick
	refused, again := calls[refusedAt], calls[refusedAt+1]
	want := pause(refused)
	got := again.At.Sub(refused.At)
	return either(got >= want-tolerance, fmt.Sprintf("nothing is sent to %s for %s", method, want.Round(time.Millisecond)),
		fmt.Sprintf("it was called again after %s", got.Round(time.Millisecond)), refused, again)
}

// first returns the first verdict that is not passed.
func first(verdicts ...func() verdict) verdict {
	last := unseen("nothing was seen")
	for _, judge := range verdicts {
		if last = judge(); last.outcome != reports.Passed {
			return last
		}
	}
	return last
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func firstOf(requests []request, n int) []request { return requests[:min(n, len(requests))] }

// worst joins what several scenarios say: a failure outweighs all, and one that
// passed what says nothing, a driver's mistake in another scenario too.
func worst(verdicts []verdict) verdict {
	for _, outcome := range []reports.Outcome{reports.Failed, reports.Passed, reports.Errored, reports.NotObserved, reports.Blocked} {
		for _, v := range verdicts {
			if v.outcome == outcome {
				return v
			}
		}
	}
	return verdict{outcome: reports.Blocked, reason: "no scenario in which it shows was carried out"}
}

// Sources that several requirements have.
const (
	specEndpoints = "https://atproto.com/specs/xrpc#lexicon-http-endpoints"
	specErrors    = "https://atproto.com/specs/xrpc#error-responses"
	specAuth      = "https://atproto.com/specs/xrpc#authentication"
	specAdmin     = "https://atproto.com/specs/xrpc#admin-token-temporary-specification"
	specHeaders   = "https://atproto.com/specs/xrpc#summary-of-http-headers"
	specStatuses  = "https://atproto.com/specs/xrpc#summary-of-http-status-codes"
	specGuide     = "https://atproto.com/specs/xrpc#usage-and-implementation-guidelines"
	specLexicon   = "https://atproto.com/specs/lexicon#lexicon-evolution"
	specData      = "https://atproto.com/specs/data-model#data-types"
	rfcIdempotent = "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2"
	rfcRetryAfter = "https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3"
	rfcSecrets    = "https://www.rfc-editor.org/rfc/rfc6750#section-5.3"
	rfcRedirect   = "https://www.rfc-editor.org/rfc/rfc9110#section-15.4"
	rfcJSON       = "https://www.rfc-editor.org/rfc/rfc8259#section-4"
	rfcMessage    = "https://www.rfc-editor.org/rfc/rfc9112#section-7"
	rfcMediaType  = "https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1"
	rfcSingle     = "https://www.rfc-editor.org/rfc/rfc6749#section-10.4"
)

// document is the pointer to a place in the document of a method.
func document(method, place string) string {
	return "com/atproto/server/" + method + ".json#/defs/main" + place
}

// should is a requirement of that level by the protocol's specification.
func should(id, title, method, source string, in ...string) requirement {
	return obligation(reports.Should, reports.XRPC, id, title, method, source, in...)
}

func must(id, title, method, source string, in ...string) requirement {
	return obligation(reports.Must, reports.XRPC, id, title, method, source, in...)
}

func obligation(level reports.Level, authority reports.Authority, id, title, method, source string, in ...string) requirement {
	endpoint := "xrpc"
	if method != "" {
		endpoint = prefix + method
	}
	return requirement{Requirement: reports.Requirement{
		ID: "client." + id, Title: title, Endpoint: endpoint, Level: level, Authority: authority, Source: source, Origin: reports.Behaviour,
	}, in: in}
}

// by says what a requirement is judged by.
func (r requirement) by(judge func(*seen) verdict) requirement {
	r.judge = judge
	return r
}

// onWire says that requests alone show it.
func (r requirement) onWire() requirement {
	r.wire = true
	return r
}

// of says which document it depends on.
func (r requirement) dependsOn(what string) requirement {
	r.needs = what
	return r
}
