package lexicons

import (
	"io/fs"
	"slices"
	"strings"
)

// Catalog is a set of lexicon documents whose refs are resolved. It is
// immutable and safe for use by several goroutines.
type Catalog struct {
	documents []*Document // by ID
	methods   []*Method   // of the first folder, by NSID
	folders   []fs.FS
}

// Load decodes every lexicon document of the folders: each file that ends in
// ".json", at any depth, also behind symbolic links. A document is what its id
// says, wherever its file lies. Methods come from the first folder; the others
// are where refs are looked for as well, in their order.
//
// What makes a document of the first folder useless is an error: text that is
// no document, a type that is not known, a bound that no value can meet, a ref
// of a method that leads nowhere, two documents of one id. Every such problem
// is reported, one a line, each with its file and JSON pointer; the errors can
// be told apart with errors.As and *DocumentError. What is merely against the
// language is taken: Lint finds it. A folder without documents is an error
// too.
func Load(folders ...fs.FS) (*Catalog, error) {
	catalog, problems, err := Lint(folders...)
	if err != nil {
		return nil, err
	}
	if err := findings(problems).refused(); err != nil {
		return nil, err
	}
	return catalog, nil
}

// Lint loads documents as Load does and returns every problem that it finds in
// those of the first folder, in the order of their files. The catalogue holds
// what could be used. The error says that there is nothing to look at, or that
// a folder can't be read.
func Lint(folders ...fs.FS) (*Catalog, []*DocumentError, error) {
	catalog := &Catalog{folders: folders}
	var problems findings
	for i, folder := range folders {
		found, err := catalog.add(i, folder)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			problems = found
		}
	}
	slices.SortFunc(catalog.documents, func(a, b *Document) int { return strings.Compare(a.ID, b.ID) })
	problems = append(problems, catalog.resolveAll()...)
	slices.SortStableFunc(problems, func(a, b *DocumentError) int {
		fileA, _, _ := strings.Cut(string(a.Pointer), "#")
		fileB, _, _ := strings.Cut(string(b.Pointer), "#")
		return strings.Compare(fileA, fileB)
	})
	return catalog, problems, nil
}

// Documents returns all documents, ordered by ID.
func (c *Catalog) Documents() []*Document { return slices.Clone(c.documents) }

// Count is the number of documents of the first folder.
func (c *Catalog) Count() int {
	count := 0
	for _, document := range c.documents {
		if document.folder == 0 {
			count++
		}
	}
	return count
}

// Document returns the document of that NSID, or nil.
func (c *Catalog) Document(id string) *Document {
	i, found := slices.BinarySearchFunc(c.documents, id,
		func(d *Document, id string) int { return strings.Compare(d.ID, id) })
	if !found {
		return nil
	}
	return c.documents[i]
}

// Methods returns every query and procedure of the first folder, ordered by
// NSID.
func (c *Catalog) Methods() []*Method { return slices.Clone(c.methods) }

// Method returns the query or procedure of that NSID, or nil. It looks in the
// first folder only.
func (c *Catalog) Method(nsid string) *Method {
	i, found := slices.BinarySearchFunc(c.methods, nsid,
		func(m *Method, nsid string) int { return strings.Compare(m.NSID, nsid) })
	if !found {
		return nil
	}
	return c.methods[i]
}

// Open opens the file of the document that a pointer's path names, so that a
// catalogue is the file system of the documents it was loaded from, wherever
// they lie.
func (c *Catalog) Open(name string) (fs.File, error) {
	document := c.Document(idOf(name))
	if document == nil || !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return c.folders[document.folder].Open(document.File)
}
