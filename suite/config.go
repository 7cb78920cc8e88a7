// Package suite checks an account server of the AT Protocol against the
// requirements that follow from its lexicon documents.
//
// It must not know the reference mock server: a target is a URL.
package suite

import (
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// DefaultTimeout is the time limit for one request where Config names none.
const DefaultTimeout = 10 * time.Second

// Config says what to check, and how. Target is required; the zero value of
// every other field is a sensible default.
type Config struct {
	Target   string            // base URL of the server under test
	Embedded bool              // whether the target is the mock that the run started itself
	Catalog  *lexicons.Catalog // from which requirements are derived; nil: the embedded Revision
	Revision string            // name of the catalogue; empty: the default

	// RevisionReason says why the revision was taken, where ChooseRevision found it
	// out. Empty: it was asked for.
	RevisionReason string

	// RequestsSent is how many requests ChooseRevision has sent to the target.
	// The report counts them, and BudgetRequests is what they have left.
	RequestsSent int

	Version string // of the tool, for the report

	Profiles    []string // names of reports.Profiles; empty means all, and methods of none
	Endpoints   []string // NSIDs or their last segments; empty means all
	Only, Skip  []string // requirement IDs or dotted prefixes
	IDs         []string // exactly these requirements; empty means all
	LabelFilter string   // a Ginkgo label filter
	Strict      bool     // whether should requirements gate as well
	Require     []string // capabilities without which too little is checked, see reports.Needed
	MinChecked  int      // the least share of the selected requirements to check, in percent

	Shard Shard // of what is selected; the zero value is all of it

	AdminPassword   string // for Basic credentials of the user "admin"
	InviteCode      string // to sign up with
	AccountHandle   string // of an existing account, with AccountPassword
	AccountPassword string
	HandleDomain    string // for new handles; empty: the first that the target offers
	Control         string // base URL of a control server
	PLC             string // base URL of a PLC directory that the run may write to and the target reads
	Mail            string // "control", "smtp://HOST:PORT" or "exec:COMMAND"; empty: what there is
	Hooks           Hooks

	Timeout  time.Duration // for one request
	Patience time.Duration // to wait for expiry where no clock can be moved
	Seed     int64         // fixes the order of checks and the names of accounts

	// Parallel is how many requirements are checked at once; 0: as many as suit
	// the target's distance. Verdicts are the same for every number.
	Parallel int

	Rate Rate // never send more than this; the zero value: as the target allows

	// MaxWait is how long to wait, all in all, where the target limits requests; 0:
	// DefaultMaxWait.
	MaxWait time.Duration

	// FailFast ends the run at the first failure that gates. What is checked goes
	// in the order in which a server is built, one after the other.
	FailFast bool

	BudgetRequests, BudgetAccounts int // never send or make more; 0 means no limit

	// Journal is a file in which the run notes what it makes on the target, for
	// CleanUp should it be cut off. One that is there already is of a run that
	// was, and kept under another name. Empty: none, which is right for a target
	// that goes away by itself.
	Journal string

	// Throwaway says that the target is thrown away after the run: what was made on
	// it stays.
	Throwaway bool

	// ImmediateEffects says that mail and deletions show at once on the target, as on the
	// mock, so that what hasn't come within a moment never will.
	ImmediateEffects bool

	// VerdictsOnly keeps no exchanges, for whoever reads none.
	VerdictsOnly bool

	// Confirm is asked before the first account; nil means yes.
	Confirm func() bool

	// KnownFailures are expected to fail and do not gate.
	KnownFailures []reports.ExpectedFailure

	// OnEvent is told how the run goes, one event at a time. Secrets are replaced
	// in what it is told.
	OnEvent func(Event)

	pace *xrpc.Pace // that its requests keep to, once it has sent any
}

// sharesClock reports whether a run may be able to move a clock that others on
// the target feel. Patience only waits.
func (c Config) sharesClock() bool { return c.Control != "" || len(c.Hooks.AdvanceClock) > 0 }

// Hooks are commands that stand in for a control server, each a program with
// its arguments, run without a shell. Empty ones are not there.
type Hooks struct {
	AdvanceClock []string // told by PDSCONFORM_ADVANCE, such as "20m"
	Takedown     []string // told by PDSCONFORM_DID, and PDSCONFORM_ACTION: "takedown" or "reinstate"
	ReadMail     []string // told by PDSCONFORM_TO; prints the newest message to it, or the code in it
}

// EventKind tells events apart.
type EventKind string

// The kinds of events.
const (
	EventStart   EventKind = "start"    // the target was reached; Text says what it offers
	EventResult  EventKind = "result"   // a requirement was checked: Result
	EventNote    EventKind = "note"     // something worth a line: Text
	EventCleanUp EventKind = "clean-up" // what was made is being removed: Text
)

// Event is one step of a run. Done of Total requirements have been checked.
type Event struct {
	Kind        EventKind
	Text        string
	Done, Total int
	Result      *reports.Result
}

// UsageError is a configuration that can't be used, found before anything was
// sent or by the first questions to the target. Nothing was judged.
type UsageError struct{ Problem string }

// Error is one line that names the setting and the remedy.
func (e *UsageError) Error() string { return e.Problem }

// UnreachableError says that the target, or its control server, can't be
// reached.
type UnreachableError struct{ Problem string }

// Error is one line that says what was tried.
func (e *UnreachableError) Error() string { return e.Problem }
