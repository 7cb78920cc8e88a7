package reports

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Cause is one finding: what failed for one reason, and what could not be
// checked because of it.
type Cause struct {
	// Failures have the same reason, as far as their answers tell, the one to
	// show first. They failed or errored, all of them.
	Failures []Result

	// Blocked could not be checked because one of the failures failed.
	Blocked []Result
}

// Lead is the failure that stands for all.
func (c Cause) Lead() Result { return c.Failures[0] }

// Explains is the number of requirements that the finding explains, the failures
// themselves among them.
func (c Cause) Explains() int { return len(c.Failures) + len(c.Blocked) }

// Gates reports whether a failure of it gates.
func (c Cause) Gates(strict bool) bool {
	return slices.ContainsFunc(c.Failures, func(r Result) bool { return r.Gates(strict) })
}

// Causes returns what failed or errored by cause: what gates first, then what
// errored, then the rest, each in the order in which a server is built.
func (r *Report) Causes() []Cause {
	var keys []string
	causes := map[string]*Cause{}
	of := map[string]*Cause{} // by the ID of a failure
	for _, result := range failures(r) {
		key := causeKey(result)
		if causes[key] == nil {
			causes[key] = &Cause{}
			keys = append(keys, key)
		}
		causes[key].Failures = append(causes[key].Failures, result)
		of[result.ID] = causes[key]
	}
	for _, result := range r.Results {
		if cause := of[result.BlockedBy]; cause != nil {
			cause.Blocked = append(cause.Blocked, result)
		}
	}
	list := make([]Cause, len(keys))
	for i, key := range keys {
		list[i] = *causes[key]
	}
	return list
}

// failures returns what failed or errored: what gates first, then what
// errored, then the rest, each in the order in which a server is built.
func failures(report *Report) []Result {
	var failing []Result
	for _, result := range report.Results {
		if result.Outcome == Failed || result.Outcome == Errored {
			failing = append(failing, result)
		}
	}
	rank := func(result Result) int {
		switch {
		case result.Gates(report.Run.Strict):
			return 0
		case result.Outcome == Errored:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(failing, func(a, b Result) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), InBuildOrder(a, b))
	})
	return failing
}

// inReadingOrder returns all results: what failed or errored by cause, and then
// the rest in the order in which a server is built.
func inReadingOrder(report *Report) []Result {
	var ordered, rest []Result
	for _, cause := range report.Causes() {
		ordered = append(ordered, cause.Failures...)
	}
	for _, result := range report.Results {
		if result.Outcome != Failed && result.Outcome != Errored {
			rest = append(rest, result)
		}
	}
	slices.SortStableFunc(rest, InBuildOrder)
	return append(ordered, rest...)
}

// causeKey is the same for failures that have one reason: the methods that are
// not there, the same fault of the server (5xx) everywhere, and for all else the
// same kind of requirement with the same thing expected and seen.
func causeKey(result Result) string {
	switch actual := steadyAnswer(result.Actual); {
	case result.Outcome == Errored:
		return "errored\n" + string(result.Fault) + "\n" + result.Reason
	case result.NotImplemented:
		return "not implemented\n" + actual
	case serverFault.MatchString(actual):
		return "fault\n" + actual
	default:
		return requirementKind(result) + "\n" + steadyAnswer(result.Expected) + "\n" + actual
	}
}

var (
	serverFault  = regexp.MustCompile(`^5\d\d( |$)`)
	quoted       = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'`)
	longWord     = regexp.MustCompile(`[A-Za-z0-9+/=_-]{24,}`)
	statusStart  = regexp.MustCompile(`^\d{3}`)
	documentPath = regexp.MustCompile(`\S+\.json#\S*`)
	placePrefix  = regexp.MustCompile(`^/\S+ `)
)

// steadyAnswer is a text without what differs from request to request: values in
// quotes, tokens, identifiers, places in documents. A status stays.
func steadyAnswer(text string) string {
	status := statusStart.FindString(text)
	text = text[len(status):]
	for _, pattern := range []*regexp.Regexp{didPattern, documentPath, quoted, longWord} {
		text = pattern.ReplaceAllString(text, "…")
	}
	return status + placePrefix.ReplaceAllString(text, "")
}

// kinds are the parts of an ID by which derived requirements of one kind are
// known, whatever the member that they are about.
var kinds = []string{"type", "format", "required", "optional", "bounds", "body", "default"}

// requirementKind is an ID without its method, and without the member and the wrong value
// that a derived requirement is about.
func requirementKind(result Result) string {
	parts := strings.Split(result.ID, ".")
	if len(parts) < 3 {
		return result.ID
	}
	rest := parts[2:]
	if facet := rest[0]; facet == "input" || facet == "params" || facet == "output" {
		for _, part := range rest[1:] {
			if slices.Contains(kinds, part) {
				return facet + "." + part
			}
		}
	}
	return strings.Join(rest, ".")
}
