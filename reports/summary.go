package reports

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Summary counts the results. Requirements that were blocked, not observed or
// excluded are never among the passed.
type Summary struct {
	Requirements int `json:"requirements"`
	Counts

	ByLevel    map[Level]Counts  `json:"byLevel"`    // every level, also with nothing in it
	ByEndpoint map[string]Counts `json:"byEndpoint"` // by NSID

	Errors   Errors   `json:"errors"`
	Requests int      `json:"requests"`
	Accounts Accounts `json:"accounts"`

	// GatingFailures is the number of failures that keep the target from
	// conforming, see Result.Gates.
	GatingFailures int `json:"gatingFailures"`

	// Stale lists the entries of the list of known failures that do not hold
	// any more.
	Stale []Stale `json:"stale,omitempty"`

	// Profiles are the verdicts on the parts of a server, in the order in which
	// one is built.
	Profiles []ProfileVerdict `json:"profiles"`

	// Verdict is the verdict in words, see Report.Verdict.
	Verdict string `json:"verdict"`

	ExitCode ExitCode `json:"exitCode"`
}

// Counts is a number of requirements for each outcome.
type Counts struct {
	Passed        int `json:"passed"`
	Failed        int `json:"failed"`
	Errored       int `json:"errored"`
	Blocked       int `json:"blocked"`
	NotObserved   int `json:"notObserved"`
	Excluded      int `json:"excluded"`
	KnownFailures int `json:"knownFailures"`
}

// Of returns the number for one outcome.
func (c Counts) Of(outcome Outcome) int {
	if field := c.field(outcome); field != nil {
		return *field
	}
	return 0
}

// Total returns the number of requirements counted.
func (c Counts) Total() int {
	total := 0
	for _, outcome := range Outcomes() {
		total += c.Of(outcome)
	}
	return total
}

// Add counts one requirement more with that outcome.
func (c *Counts) Add(outcome Outcome) {
	if field := c.field(outcome); field != nil {
		*field++
	}
}

func (c *Counts) field(outcome Outcome) *int {
	switch outcome {
	case Passed:
		return &c.Passed
	case Failed:
		return &c.Failed
	case Errored:
		return &c.Errored
	case Blocked:
		return &c.Blocked
	case NotObserved:
		return &c.NotObserved
	case Excluded:
		return &c.Excluded
	case KnownFailure:
		return &c.KnownFailures
	}
	return nil
}

// Errors counts the errors that the documents declare, each once per
// endpoint, and those among them that the target was seen to raise.
type Errors struct {
	Declared int `json:"declared"`
	Observed int `json:"observed"`
}

// Accounts counts the accounts that a run made on the target, and those that
// it could not delete again.
type Accounts struct {
	Created int `json:"created"`
	Left    int `json:"left"`
}

// Content is what a run hands over to become a Report.
type Content struct {
	Kind     string // see Report.Kind
	Version  string // of the tool
	Run      Run
	Target   Target
	Results  []Result // in any order
	Requests int
	Accounts Accounts
}

// New returns the document of a run: results sorted by ID, the summary
// computed, and nothing null that a reader may expect to be there. The given
// results are left as they are.
func New(content Content) *Report {
	report := &Report{
		Schema:  Schema,
		Kind:    content.Kind,
		Tool:    Tool{Name: ToolName, Version: content.Version},
		Run:     content.Run,
		Target:  content.Target,
		Results: make([]Result, len(content.Results)),
	}
	copy(report.Results, content.Results)
	report.Summary.Requests, report.Summary.Accounts = content.Requests, content.Accounts
	report.Run.StartedAt = report.Run.StartedAt.UTC()
	if report.Run.Shard == "" {
		report.Run.Shard = "1/1"
	}
	if len(report.Target.DescribeServer) == 0 {
		report.Target.DescribeServer = json.RawMessage("{}")
	}
	report.Summarize()
	return report
}

// Summarize sorts the results by ID and computes the summary anew, keeping
// what doesn't follow from results: requests, accounts and stale entries.
func (r *Report) Summarize() {
	slices.SortStableFunc(r.Results, func(a, b Result) int { return cmp.Compare(a.ID, b.ID) })
	summary := Summary{
		Requirements: len(r.Results),
		ByLevel:      map[Level]Counts{Must: {}, Should: {}, May: {}},
		ByEndpoint:   map[string]Counts{},
		Errors:       countErrors(r.Results),
		Requests:     r.Summary.Requests,
		Accounts:     r.Summary.Accounts,
		Stale:        r.Summary.Stale,
		Profiles:     profileVerdicts(r.Results, r.Run.Strict),
	}
	for i := range r.Results {
		result := &r.Results[i]
		if result.Exchanges == nil {
			result.Exchanges = []Exchange{}
		}
		summary.add(*result, r.Run.Strict)
	}
	summary.ExitCode = exitCode(r.Results, r.Run, len(summary.Stale) > 0, len(r.Unmet()) > 0)
	r.Summary = summary
	r.Summary.Verdict = r.Verdict().String()
}

func (s *Summary) add(result Result, strict bool) {
	level, endpoint := s.ByLevel[result.Level], s.ByEndpoint[result.Endpoint]
	for _, counts := range []*Counts{&s.Counts, &level, &endpoint} {
		counts.Add(result.Outcome)
	}
	s.ByLevel[result.Level], s.ByEndpoint[result.Endpoint] = level, endpoint
	if result.Gates(strict) {
		s.GatingFailures++
	}
}

// countErrors counts endpoint and name as a pair: the documents declare some
// names, InvalidToken among them, for several endpoints.
func countErrors(results []Result) Errors {
	type declared struct{ endpoint, name string }
	observed := map[declared]bool{}
	for _, result := range results {
		if result.Error != "" {
			key := declared{result.Endpoint, result.Error}
			observed[key] = observed[key] || result.Outcome == Passed
		}
	}
	errors := Errors{Declared: len(observed)}
	for _, seen := range observed {
		if seen {
			errors.Observed++
		}
	}
	return errors
}
