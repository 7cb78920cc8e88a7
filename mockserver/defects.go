package mockserver

import (
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
)

// Defect is one way in which a server can be wrong, and this one can be made
// to be: by Options.Defects, by SetDefects and through the control protocol.
// Whoever tests servers can test by them whether anybody notices.
type Defect = faults.Defect

// Defects lists what a server of these documents can be made to have, sorted
// by ID. Most of it comes from the documents, so that a new one brings its
// own; the behaviour is that of this server. Nil stands for the embedded
// documents.
func Defects(catalog *lexicons.Catalog) []Defect {
	if catalog = orEmbedded(catalog); catalog == nil {
		return nil
	}
	return faults.NewCatalogue(catalog).Defects()
}

// orEmbedded are the documents of the default revision where none are given.
func orEmbedded(catalog *lexicons.Catalog) *lexicons.Catalog {
	if catalog == nil {
		catalog, _ = embeddedCatalog(lexicons.DefaultRevision) // the embedded documents load, or no server starts
	}
	return catalog
}

// SetDefects makes the server have these defects and no others. An unknown
// one is an error that names it, and changes nothing. Reset takes the server
// back to the defects of its options.
func (s *Server) SetDefects(ids ...string) error { return s.faults.Set(ids...) }

// ActiveDefects returns the IDs of the defects that the server has, in the
// order in which they were given.
func (s *Server) ActiveDefects() []string { return s.faults.Active() }

// Freedom is a legal but unusual way of doing what the documents leave open,
// which Options.Odd makes a server use: what it does then is right, and hardly
// anyone expects it.
type Freedom = faults.Variant

// Freedoms lists what Options.Odd can name for the documents of the default
// revision, see FreedomsOf.
func Freedoms() []Freedom { return FreedomsOf(nil) }

// FreedomsOf lists what Options.Odd can name where a server is made of these
// documents: a variant of what they don't have is none. Of two that exclude each
// other the earlier one is used. "all", which stands for every one of them, is
// not listed. Nil stands for the embedded documents.
func FreedomsOf(catalog *lexicons.Catalog) []Freedom {
	if catalog = orEmbedded(catalog); catalog == nil {
		return nil
	}
	return faults.Variants(catalog)
}
