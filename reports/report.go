// Package reports holds the report document of a run (pdsconform.report/v1):
// its types, how a summary and an exit code follow from results, and the
// writers of every format.
//
// It must not know how results come about: it imports neither the suite nor
// the mock, sends nothing, and reads no environment. Whatever reaches it is
// written as it stands, so secrets have to be replaced before.
package reports

import (
	"encoding/json"
	"time"
)

// Schema names the document and its version. A change that a reader of v1
// could not live with gets another number.
const Schema = "pdsconform.report/v1"

// ToolName is the name under which every document is written.
const ToolName = "pdsconform"

// Report is the whole document: one run against one target.
type Report struct {
	Schema  string   `json:"schema"`
	Kind    string   `json:"kind,omitempty"` // KindClient, or empty where a server was checked
	Tool    Tool     `json:"tool"`
	Run     Run      `json:"run"`
	Target  Target   `json:"target"`
	Summary Summary  `json:"summary"`
	Results []Result `json:"results"` // sorted by ID
}

// KindClient is the kind of a report on a client: Target.URL is then the command
// that was run, and results are about what it sent and told.
const KindClient = "client"

// Tool says what wrote the document.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Run says when and how the requirements were checked. With the same Seed and
// Revision a run asks the same questions in the same order.
type Run struct {
	ID         string    `json:"id"`
	StartedAt  time.Time `json:"startedAt"`
	DurationMs int64     `json:"durationMs"`
	Seed       int64     `json:"seed"`
	Revision   string    `json:"revision"`

	// RevisionReason says why the revision was taken, where the target was asked.
	RevisionReason string `json:"revisionReason,omitempty"`

	Shard string `json:"shard"` // "I/N", 1-based

	// Strict says that should requirements gate as well.
	Strict bool `json:"strict,omitempty"`

	// Profiles are those that the run was limited to; none is the whole server.
	Profiles []string `json:"profiles,omitempty"`

	// Require names the capabilities without which too little is checked, see
	// Needed; MinChecked is the least share of the selected requirements that
	// must be checked to a verdict, in percent.
	Require    []string `json:"require,omitempty"`
	MinChecked int      `json:"minChecked,omitempty"`

	// Interrupted says that the run was stopped before its end: the results
	// are those of what had run by then.
	Interrupted bool `json:"interrupted,omitempty"`
}

// Target says what was checked.
type Target struct {
	URL      string `json:"url"`
	Embedded bool   `json:"embedded"`

	// DescribeServer is the target's answer to com.atproto.server.describeServer
	// as it came, an empty object where there was none.
	DescribeServer json.RawMessage `json:"describeServer"`

	Capabilities Capabilities `json:"capabilities"`
}

// Capabilities says what the run could do with the target besides plain
// requests. What is missing here is why requirements are blocked.
type Capabilities struct {
	Admin    bool   `json:"admin"`
	Mail     string `json:"mail"` // the driver, empty where mail can't be read
	Clock    bool   `json:"clock"`
	Takedown bool   `json:"takedown"`
	SignUp   bool   `json:"signUp"`
	PLC      bool   `json:"plc"`
}
