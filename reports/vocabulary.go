package reports

import (
	"fmt"
	"slices"
	"strings"
)

// Outcome is what became of a requirement. The vocabulary is closed and the
// same in every format.
type Outcome string

// The outcomes, in the order in which they are shown.
const (
	// Passed means that the check ran and the target did what is required.
	Passed Outcome = "passed"

	// Failed means that the check ran and the target did something else.
	Failed Outcome = "failed"

	// Errored means that the check could not come to a verdict, by the
	// suite's fault or the transport's; Result.Fault says whose.
	Errored Outcome = "errored"

	// Blocked means that a capability is missing; the reason says which, and
	// Result.Unlock what would supply it.
	Blocked Outcome = "blocked"

	// NotObserved means that the check ran and the target is within its
	// rights, but the condition could not be brought about.
	NotObserved Outcome = "not-observed"

	// Excluded means that the user deselected the requirement.
	Excluded Outcome = "excluded"

	// KnownFailure means that the requirement failed, as the user expected.
	KnownFailure Outcome = "known-failure"
)

// Outcomes returns the vocabulary in the order in which it is shown.
func Outcomes() []Outcome {
	return []Outcome{Passed, Failed, Errored, Blocked, NotObserved, Excluded, KnownFailure}
}

// UnmarshalText refuses a word that is no outcome.
func (o *Outcome) UnmarshalText(text []byte) error {
	return parseWord(o, text, "outcome", Outcomes())
}

// Level says how binding a requirement is, in the words of RFC 2119.
type Level string

// The levels, most binding first.
const (
	Must   Level = "must"
	Should Level = "should"
	May    Level = "may"
)

// Levels returns the levels, most binding first.
func Levels() []Level { return []Level{Must, Should, May} }

// UnmarshalText refuses a word that is no level.
func (l *Level) UnmarshalText(text []byte) error {
	return parseWord(l, text, "level", Levels())
}

// Authority says who asks for a requirement.
type Authority string

// The authorities.
const (
	// Lexicon is the lexicon document itself.
	Lexicon Authority = "lexicon"

	// XRPC is the protocol specification, https://atproto.com/specs/xrpc.
	XRPC Authority = "xrpc"

	// Reference is what the reference server does where the texts are silent.
	Reference Authority = "reference"

	// Security is what no account server may do, whatever its documents say.
	Security Authority = "security"
)

// Authorities returns all authorities.
func Authorities() []Authority { return []Authority{Lexicon, XRPC, Reference, Security} }

// UnmarshalText refuses a word that is no authority.
func (a *Authority) UnmarshalText(text []byte) error {
	return parseWord(a, text, "authority", Authorities())
}

// Origin says where the check of a requirement comes from.
type Origin string

// The origins.
const (
	// Derived means made from the lexicon documents, without code of its own.
	Derived Origin = "derived"

	// Behaviour means written by hand, for what a schema can't say.
	Behaviour Origin = "behaviour"
)

// Origins returns both origins.
func Origins() []Origin { return []Origin{Derived, Behaviour} }

// UnmarshalText refuses a word that is no origin.
func (o *Origin) UnmarshalText(text []byte) error {
	return parseWord(o, text, "origin", Origins())
}

// Fault says whose fault an errored outcome is.
type Fault string

// The faults.
const (
	// FaultSuite is a mistake of the suite: it says nothing about the target.
	FaultSuite Fault = "suite"

	// FaultTarget is a target that could not be reached or stopped answering.
	FaultTarget Fault = "target"

	// FaultInterference is somebody else who moved the target's clock while the
	// check was under way: it says nothing about the target.
	FaultInterference Fault = "interference"
)

// Faults returns all faults.
func Faults() []Fault { return []Fault{FaultSuite, FaultTarget, FaultInterference} }

// UnmarshalText refuses a word that is no fault.
func (f *Fault) UnmarshalText(text []byte) error {
	return parseWord(f, text, "fault", Faults())
}

// parseWord stores text where it is one of words, and otherwise says which
// words there are.
func parseWord[T ~string](into *T, text []byte, kind string, words []T) error {
	word := T(text)
	if !slices.Contains(words, word) {
		return fmt.Errorf("unknown %s %q (known: %s)", kind, text, join(words))
	}
	*into = word
	return nil
}

func join[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = string(word)
	}
	return strings.Join(texts, ", ")
}
