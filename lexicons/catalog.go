package lexicons

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Catalog is a set of lexicon documents whose refs are all resolved. It is
// immutable and safe for use by several goroutines.
type Catalog struct {
	documents []*Document // by ID
	methods   []*Method   // by NSID
}

// Load decodes every file of fsys that ends in ".json" and resolves all refs.
//
// It is strict: a member that is no keyword of its type, an unknown type or
// format, a ref that leads nowhere, two documents of one id, or a file whose
// path does not follow from its id is an error. Every problem is reported, one
// a line, each with its document and JSON pointer; the errors can be told
// apart with errors.As and *DocumentError. A folder without documents is an
// error too.
func Load(fsys fs.FS) (*Catalog, error) {
	catalog := &Catalog{}
	var problems []error
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		document, err := loadDocument(fsys, name)
		if err != nil {
			problems = append(problems, err)
			return nil
		}
		catalog.documents = append(catalog.documents, document)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read lexicon documents: %w", err)
	}
	if len(catalog.documents) == 0 && len(problems) == 0 {
		return nil, errors.New("no lexicon documents: the folder holds no .json file")
	}
	problems = append(problems, catalog.index()...)
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return catalog, nil
}

func loadDocument(fsys fs.FS, name string) (*Document, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, &DocumentError{Pointer: Pointer(name), Problem: err.Error()}
	}
	document, err := decodeDocument(name, raw)
	if err != nil {
		return nil, err
	}
	if want := strings.ReplaceAll(document.ID, ".", "/") + ".json"; name != want {
		return nil, &DocumentError{Pointer: Pointer(name + "#/id"),
			Problem: fmt.Sprintf("id %q belongs in a file named %s", document.ID, want)}
	}
	return document, nil
}

// index sorts the documents, resolves their refs and collects the methods.
func (c *Catalog) index() []error {
	slices.SortFunc(c.documents, func(a, b *Document) int { return strings.Compare(a.ID, b.ID) })
	var problems []error
	for _, document := range c.documents {
		problems = append(problems, c.resolve(document)...)
		if main := document.Definition("main"); main != nil {
			if method, ok := main.Schema.(*Method); ok {
				c.methods = append(c.methods, method)
			}
		}
	}
	return problems
}

// Documents returns all documents, ordered by ID.
func (c *Catalog) Documents() []*Document { return slices.Clone(c.documents) }

// Document returns the document of that NSID, or nil.
func (c *Catalog) Document(id string) *Document {
	i, found := slices.BinarySearchFunc(c.documents, id,
		func(d *Document, id string) int { return strings.Compare(d.ID, id) })
	if !found {
		return nil
	}
	return c.documents[i]
}

// Methods returns every query and procedure, ordered by NSID.
func (c *Catalog) Methods() []*Method { return slices.Clone(c.methods) }

// Method returns the query or procedure of that NSID, or nil.
func (c *Catalog) Method(nsid string) *Method {
	document := c.Document(nsid)
	if document == nil {
		return nil
	}
	main := document.Definition("main")
	if main == nil {
		return nil
	}
	method, _ := main.Schema.(*Method)
	return method
}
