package reports

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ComparisonSchema names the document of a comparison and its version.
const ComparisonSchema = "pdsconform.compare/v1"

// Kind says what became of a requirement between two reports.
type Kind string

// The kinds of change, in the order in which they are shown.
const (
	// Broken: it was passed or not observed, and now failed or errored.
	Broken Kind = "broken"

	// Fixed: it failed, as known or not, or errored, and now passed.
	Fixed Kind = "fixed"

	// Changed: it has another outcome that is neither, or the same for another
	// reason.
	Changed Kind = "changed"

	// Added: only the later report has it.
	Added Kind = "new"

	// Gone: only the earlier report has it.
	Gone Kind = "gone"
)

// Kinds returns the kinds of change in the order in which they are shown.
func Kinds() []Kind { return []Kind{Broken, Fixed, Changed, Added, Gone} }

// Comparison is what changed from one report to another.
type Comparison struct {
	Schema string   `json:"schema"`
	Before Compared `json:"before"`
	After  Compared `json:"after"`

	// Broke says that something is Broken.
	Broke bool `json:"broke"`

	Counts map[Kind]int `json:"counts"`
	Same   int          `json:"same"`

	Changes []Change `json:"changes"` // by kind, then ID
}

// Compared says which report was compared.
type Compared struct {
	Run          string    `json:"run"`
	StartedAt    time.Time `json:"startedAt"`
	Target       string    `json:"target"`
	Revision     string    `json:"revision"`
	Version      string    `json:"version"`
	Requirements int       `json:"requirements"`
	ExitCode     ExitCode  `json:"exitCode"`
}

// Change is one requirement that two reports differ in. Of one that only one
// report has, the other side is empty.
type Change struct {
	Kind     Kind    `json:"kind"`
	ID       string  `json:"id"`
	Title    string  `json:"title"`
	Endpoint string  `json:"endpoint"`
	Level    Level   `json:"level"`
	Before   Finding `json:"before,omitzero"`
	After    Finding `json:"after,omitzero"`
}

// Finding is what one report says of a requirement.
type Finding struct {
	Outcome Outcome `json:"outcome"`

	// Words is what the target did, or the reason of an outcome that says
	// nothing about it.
	Words string `json:"words,omitempty"`
}

// Compare returns what changed from one report to a later one, requirement by
// requirement. The reports may be of different targets, revisions or versions.
func Compare(before, after *Report) *Comparison {
	comparison := &Comparison{
		Schema: ComparisonSchema, Before: compared(before), After: compared(after),
		Counts: map[Kind]int{}, Changes: []Change{},
	}
	for _, kind := range Kinds() {
		comparison.Counts[kind] = 0
	}
	old := map[string]Result{}
	for _, result := range before.Results {
		old[result.ID] = result
	}
	for _, now := range after.Results {
		was, ok := old[now.ID]
		delete(old, now.ID)
		if !ok {
			comparison.add(Added, now, Finding{}, now.finding())
			continue
		}
		if kind, differs := kindOf(was, now, before.Target.URL, after.Target.URL); differs {
			comparison.add(kind, now, was.finding(), now.finding())
		} else {
			comparison.Same++
		}
	}
	for _, was := range old {
		comparison.add(Gone, was, was.finding(), Finding{})
	}
	comparison.Broke = comparison.Counts[Broken] > 0
	slices.SortFunc(comparison.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)), cmp.Compare(a.ID, b.ID))
	})
	return comparison
}

func (c *Comparison) add(kind Kind, result Result, before, after Finding) {
	c.Counts[kind]++
	c.Changes = append(c.Changes, Change{
		Kind: kind, ID: result.ID, Title: result.Title, Endpoint: result.Endpoint, Level: result.Level,
		Before: before, After: after,
	})
}

func compared(report *Report) Compared {
	return Compared{
		Run: report.Run.ID, StartedAt: report.Run.StartedAt.UTC(), Target: report.Target.URL,
		Revision: report.Run.Revision, Version: report.Tool.Version,
		Requirements: len(report.Results), ExitCode: report.Summary.ExitCode,
	}
}

func (r Result) finding() Finding {
	words := r.Reason
	if r.Outcome == Failed || r.Outcome == KnownFailure {
		words = cmp.Or(r.Actual, r.Reason)
	}
	return Finding{r.Outcome, oneLine(words)}
}

// kindOf compares two results of one requirement. What is different in every
// run, the address of the target and the DIDs of its accounts, is no change.
func kindOf(was, now Result, oldURL, newURL string) (kind Kind, differs bool) {
	bad := func(o Outcome) bool { return o == Failed || o == Errored }
	switch {
	case was.Outcome == now.Outcome:
		return Changed, now.Outcome != Passed && steady(was.finding().Words, oldURL) != steady(now.finding().Words, newURL)
	case bad(now.Outcome) && (was.Outcome == Passed || was.Outcome == NotObserved):
		return Broken, true
	case now.Outcome == Passed && (bad(was.Outcome) || was.Outcome == KnownFailure):
		return Fixed, true
	}
	return Changed, true
}

var didPattern = regexp.MustCompile(`did:plc:[a-z2-7]{24}`)

func steady(words, url string) string {
	if url != "" {
		words = strings.ReplaceAll(words, url, "TARGET")
	}
	return didPattern.ReplaceAllString(words, "did:plc:DID")
}
