// Package spec holds what a requirement and its check are, as data, and what
// happens when a check runs.
//
// It must not know Ginkgo, nor any requirement by name: cases are built
// elsewhere as plain values before a run begins.
package spec

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/target"
)

// Requirement is one obligation of an account server.
type Requirement struct {
	reports.Requirement
	Error string              // the declared error that it is about, or empty
	Needs []target.Capability // without which it can't be checked in full
}

// Case is a requirement with its check. A check says what it saw through the
// Trial; returning without a word means that the requirement is met.
type Case struct {
	Requirement
	Run func(ctx context.Context, t *Trial)
}

// Prefix is what the IDs of a method's requirements begin with: its NSID,
// without the authority that all methods of the protocol share.
func Prefix(nsid string) string { return strings.TrimPrefix(nsid, "com.atproto.") }

// idSyntax is what an ID may be made of: it serves as a label of Ginkgo, where
// "& | ! , ( ) / :" have meanings.
var idSyntax = regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9_-]+)*$`)

// citesWhole reports whether a source does not say which of its words it means.
func citesWhole(source string) bool {
	document, place, placed := strings.Cut(source, "#")
	return strings.HasSuffix(document, ".json") && (place == "" || place == "/defs/main") ||
		strings.HasPrefix(source, "https://atproto.com/") && !placed
}

// sourceAdvice says what a source is, to whoever writes a requirement.
const sourceAdvice = "say which words ask for it, as source: description, input.NAME, output.NAME or params.NAME of the document, or a URL with section"

// Validate reports what is wrong with a list of cases as a whole: IDs that
// appear twice, or are ill-formed, or obligations without a source.
func Validate(cases []Case) error {
	seen := map[string]bool{}
	for _, c := range cases {
		switch {
		case seen[c.ID]:
			return fmt.Errorf("requirement %s is there twice", c.ID)
		case !idSyntax.MatchString(c.ID):
			return fmt.Errorf("requirement %q has an ill-formed ID", c.ID)
		case c.Title == "" || c.Run == nil:
			return fmt.Errorf("requirement %s lacks a title or a check", c.ID)
		case c.Source == "":
			return fmt.Errorf("requirement %s lacks a source: %s", c.ID, sourceAdvice)
		case citesWhole(c.Source):
			return fmt.Errorf("requirement %s cites a whole document, %s: %s", c.ID, c.Source, sourceAdvice)
		case c.Authority == reports.Lexicon && c.Level != reports.Must:
			return fmt.Errorf("requirement %s: what the document says is a must", c.ID)
		case c.Authority == reports.Reference && c.Level == reports.Must:
			return fmt.Errorf("requirement %s: what the reference server does is at most a should", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}
