package main

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite"
)

// A run in several processes speaks with its parts over their standard input
// and output, one JSON value after the other. Secrets go this way as well: they
// would be seen by everybody on a command line.

// order is what a part is told first: what to check, and how.
type order struct {
	Config   suite.Config
	Revision string   // the flag of this name
	Lexicons []string // the flag of this name
	Leased   int      // requests of the budget that it may send without asking
	MailName string   // the driver, where the parent receives mail
}

// toPart is what a part is told later.
type toPart struct {
	Answer *reply     `json:",omitempty"`
	Wait   *time.Time `json:",omitempty"` // another part was asked to wait until then
	Stop   bool       `json:",omitempty"`
}

// reply is to the part's last question.
type reply struct {
	Yes      bool
	Move     time.Duration   `json:",omitempty"` // the clock, for all
	Messages []suite.Message `json:",omitempty"`
}

// fromPart is what a part tells.
type fromPart struct {
	Event    *suite.Event `json:",omitempty"`
	Question *question    `json:",omitempty"`
	Wait     *time.Time   `json:",omitempty"` // the target asks to wait until then
	End      *ending      `json:",omitempty"`
}

// question is one of: may so many more be sent or made, has so much time passed,
// is it over with moving the clock, does the user consent to accounts, which mail
// has come to an address.
type question struct {
	Requests, Accounts int           `json:",omitempty"`
	Advance            time.Duration `json:",omitempty"`
	Moved              *bool         `json:",omitempty"` // what came of Move
	Checked            bool          `json:",omitempty"`
	Consent            bool          `json:",omitempty"`
	MailTo             string        `json:",omitempty"`
}

// ending is the last that a part tells: its report, or why there is none.
type ending struct {
	Report  *reports.Report `json:",omitempty"`
	Kind    problemKind     `json:",omitempty"`
	Problem string          `json:",omitempty"`
}

// problemKind tells apart the errors of a run, which decide its exit code.
type problemKind string

const (
	problemUsage       problemKind = "usage"
	problemUnreachable problemKind = "unreachable"
	problemFault       problemKind = "fault"
)

// messages writes JSON values one at a time.
type messages struct {
	mutex   sync.Mutex
	encoder *json.Encoder
}

func newMessages(to io.Writer) *messages { return &messages{encoder: json.NewEncoder(to)} }

func (m *messages) send(message any) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.encoder.Encode(message)
}
