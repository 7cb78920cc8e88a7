package reports

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/goccy/go-yaml"
)

// ExpectedFailure is one entry of a list of known failures: a requirement that
// the target is known not to meet.
type ExpectedFailure struct {
	ID     string `yaml:"id"`
	Reason string `yaml:"reason"`

	// Until is the last day, as 2006-01-02, on which the failure is expected;
	// empty for no end.
	Until string `yaml:"until,omitempty"`

	// Sometimes says that the failure depends on timing, as that of a race does:
	// an entry of which a run saw nothing is not stale then.
	Sometimes bool `yaml:"sometimes,omitempty"`
}

// Stale is an entry of a list of known failures that does not hold any more.
type Stale struct {
	ID      string `json:"id"`
	Problem string `json:"problem"`
}

// ReadExpectedFailures reads a YAML list. Unknown keys, an entry without ID or
// reason, an ID twice and an ill-formed date are errors that name the entry.
func ReadExpectedFailures(reader io.Reader) ([]ExpectedFailure, error) {
	var list []ExpectedFailure
	err := yaml.NewDecoder(reader, yaml.Strict()).Decode(&list)
	if err != nil && !errors.Is(err, io.EOF) { // io.EOF: an empty list
		return nil, fmt.Errorf("read known failures: %s", yaml.FormatError(err, false, false))
	}
	seen := map[string]bool{}
	for i, entry := range list {
		switch {
		case entry.ID == "":
			return nil, fmt.Errorf("known failures: entry %d has no id", i+1)
		case entry.Reason == "":
			return nil, fmt.Errorf("known failures: %s has no reason", entry.ID)
		case seen[entry.ID]:
			return nil, fmt.Errorf("known failures: %s is there twice", entry.ID)
		}
		if _, err := time.Parse(time.DateOnly, entry.Until); entry.Until != "" && err != nil {
			return nil, fmt.Errorf("known failures: %s: until is %q, not a date such as 2026-12-31", entry.ID, entry.Until)
		}
		seen[entry.ID] = true
	}
	return list, nil
}

// Expired reports whether the day lies after the last one on which the failure
// is expected.
func (e ExpectedFailure) Expired(day time.Time) bool {
	return e.Until != "" && day.Format(time.DateOnly) > e.Until
}

// EncodeExpectedFailures writes the report's failures in the form that
// ReadExpectedFailures reads. Of those that were known already, the reason
// stays, and until where it isn't over. Known ones that this run didn't come to
// check are written as well, since nothing speaks against them.
func EncodeExpectedFailures(writer io.Writer, report *Report, known []ExpectedFailure) error {
	earlier := map[string]ExpectedFailure{}
	for _, entry := range known {
		earlier[entry.ID] = entry
	}
	list := []ExpectedFailure{}
	for _, result := range report.Results {
		entry, was := earlier[result.ID]
		switch result.Outcome {
		case Failed:
			if !was {
				entry.Reason = lasting("expected "+result.Expected+", got "+result.Actual, report.Target.URL)
			}
			list = append(list, ExpectedFailure{ID: result.ID, Reason: entry.Reason, Sometimes: entry.Sometimes})
		case KnownFailure:
			if !was {
				entry = ExpectedFailure{ID: result.ID, Reason: result.Reason}
			}
			list = append(list, entry)
		case Errored, Blocked, NotObserved, Excluded:
			if was {
				list = append(list, entry)
			}
		case Passed:
			if entry.Sometimes {
				list = append(list, entry)
			}
		}
	}
	text, err := yaml.Marshal(list)
	if err != nil {
		return fmt.Errorf("encode known failures: %w", err)
	}
	if _, err := writer.Write(text); err != nil {
		return fmt.Errorf("encode known failures: %w", err)
	}
	return nil
}

// lasting is a reason without what the next run words differently, such as the
// DID of an account that was made for this one.
func lasting(reason, target string) string {
	reason = steady(oneLine(reason), target)
	for _, pattern := range []*regexp.Regexp{anyDID, longWord} {
		reason = pattern.ReplaceAllString(reason, "…")
	}
	return reason
}

var anyDID = regexp.MustCompile(`did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9]`)

// Expect makes known failures of those failed results that the list expects on
// the given day, and notes the entries that are stale: their requirement
// passed, though not one that fails only sometimes, or there is none. One that
// could not be checked is neither. The summary is computed anew.
func (r *Report) Expect(list []ExpectedFailure, day time.Time) {
	index := map[string]*Result{}
	for i := range r.Results {
		index[r.Results[i].ID] = &r.Results[i]
	}
	var stale []Stale
	for _, entry := range list {
		result := index[entry.ID]
		switch {
		case result == nil:
			stale = append(stale, Stale{entry.ID, "there is no such requirement"})
		case result.Outcome == Passed && !entry.Sometimes:
			stale = append(stale, Stale{entry.ID, "it passed"})
		case result.Outcome == Failed && !entry.Expired(day):
			result.Outcome, result.Reason = KnownFailure, entry.Reason
		}
	}
	r.Summary.Stale = stale
	r.Summarize()
}
