// Package lexicons holds the lexicon documents of the mission and the syntax
// tree into which documents are decoded.
//
// It is the only code that the suite and the mock server share, and therefore
// must not know what makes a value valid, how a method is called over HTTP or
// what a server answers: each half reads the tree for itself.
package lexicons

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

// DefaultRevision is the revision from which requirements are derived where
// nothing else is asked for.
const DefaultRevision = "2023-04"

//go:embed 2023-04 2026-07
var revisions embed.FS

// Revisions names the embedded revisions, oldest first.
func Revisions() []string { return []string{DefaultRevision, "2026-07"} }

// FS returns the folder of documents of an embedded revision. The error names
// the revisions that exist.
func FS(revision string) (fs.FS, error) {
	for _, known := range Revisions() {
		if known == revision {
			return fs.Sub(revisions, revision)
		}
	}
	return nil, fmt.Errorf("unknown lexicon revision %q: embedded are %s", revision, strings.Join(Revisions(), ", "))
}

// LoadRevision loads an embedded revision.
func LoadRevision(revision string) (*Catalog, error) {
	fsys, err := FS(revision)
	if err != nil {
		return nil, err
	}
	return Load(fsys)
}
