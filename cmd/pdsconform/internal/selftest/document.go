package selftest

import (
	"encoding/json"
	"io"
	"math"
	"slices"

	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/reports"
)

// Schema names the version of Document.
const Schema = "pdsconform.selftest/v1"

// Document is the result of a selftest.
type Document struct {
	Schema  string    `json:"schema"`
	Defects []Verdict `json:"defects"`

	// RequirementsWithoutKiller are the must requirements that no defect broke.
	// It is empty where not all defects were tried.
	RequirementsWithoutKiller []Survivor `json:"requirementsWithoutKiller"`

	// Score is the share of defects that were noticed for the right reason, in
	// percent, rounded down to a tenth: 100 means all.
	Score float64 `json:"score"`
}

// Verdict is what became of one defect.
type Verdict struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Killed bool   `json:"killed"`

	// By are the requirements that noticed the defect; WrongReason are further
	// ones that failed among those that were checked for it, because of something
	// that follows from it.
	By          []string `json:"by"`
	WrongReason []string `json:"wrongReason"`

	// Facet is the side of the method at which the defect is, in the mock's words.
	Facet string `json:"facet"`

	// Level is the most binding one among By, or empty.
	Level reports.Level `json:"level,omitempty"`

	// Description says what is wrong with the mock, in a line.
	Description string `json:"description"`
}

// Survivor is a requirement that no defect broke. An empty reason means that
// nobody has said why.
type Survivor struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// New makes the document of trials of these defects. Trials without a verdict
// count as survivors.
func New(defects []mockserver.Defect, trials []Trial) Document {
	document := Document{Schema: Schema, Defects: []Verdict{}, RequirementsWithoutKiller: []Survivor{}}
	failed := map[string][]Failure{}
	for _, trial := range trials {
		failed[trial.Defect] = trial.Failures
	}
	killed := 0
	for _, defect := range defects {
		verdict := judged(defect, failed[defect.ID])
		if verdict.Killed {
			killed++
		}
		document.Defects = append(document.Defects, verdict)
	}
	if len(defects) > 0 {
		document.Score = math.Floor(1000*float64(killed)/float64(len(defects))) / 10
	}
	return document
}

// Unbroken completes the document of trials of all defects: the must
// requirements among these that none of them broke, nor any further trial.
func (d *Document) Unbroken(trials []Trial, requirements []reports.Requirement) {
	d.RequirementsWithoutKiller = withoutKiller(trials, requirements)
}

func judged(defect mockserver.Defect, failed []Failure) Verdict {
	by, wrong := Judge(defect, failed)
	verdict := Verdict{
		ID: defect.ID, Method: defect.Method, Killed: len(by) > 0, By: by, WrongReason: wrong,
		Facet: defect.Facet, Description: defect.Description,
	}
	for _, level := range reports.Levels() {
		if slices.ContainsFunc(failed, func(f Failure) bool { return f.Level == level && slices.Contains(by, f.ID) }) {
			verdict.Level = level
			break
		}
	}
	return verdict
}

func withoutKiller(trials []Trial, requirements []reports.Requirement) []Survivor {
	broken := map[string]bool{}
	for _, trial := range trials {
		for _, failure := range trial.Failures {
			broken[failure.ID] = true
		}
	}
	survivors := []Survivor{}
	for _, requirement := range requirements {
		if requirement.Level == reports.Must && !broken[requirement.ID] {
			survivors = append(survivors, Survivor{requirement.ID, Unbroken()[requirement.ID]})
		}
	}
	return survivors
}

// Passed reports whether every defect was noticed for the right reason, and
// every must requirement was broken or has its reason why not.
func (d Document) Passed() bool {
	return !slices.ContainsFunc(d.Defects, func(v Verdict) bool { return !v.Killed }) &&
		!slices.ContainsFunc(d.RequirementsWithoutKiller, func(s Survivor) bool { return s.Reason == "" })
}

// EncodeJSON writes the document as JSON.
func (d Document) EncodeJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(d)
}
