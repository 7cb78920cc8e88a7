// Package further answers calls of methods for which the server has no handler:
// by answers that were given, by a handler of the user's, by examples made from
// documents. It must not know which methods the server has.
package further

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/pdsconform/pdsconform/lexicons"
)

// Catalogs are further documents, by folder. Of methods that are in several
// folders the first counts.
type Catalogs []*lexicons.Catalog

// Load reads folders of documents. Refs are looked for in all of them, and in
// the documents of an embedded revision. The error begins with the folder's
// place in the list.
func Load(folders []fs.FS, revision string) (Catalogs, error) {
	if len(folders) == 0 {
		return nil, nil
	}
	embedded, err := lexicons.FS(revision)
	if err != nil {
		return nil, err
	}
	catalogs := make(Catalogs, 0, len(folders))
	for i, folder := range folders {
		others := slices.Delete(slices.Clone(folders), i, i+1)
		catalog, err := lexicons.Load(slices.Concat([]fs.FS{folder}, others, []fs.FS{embedded})...)
		if err != nil {
			return nil, fmt.Errorf("lexicons[%d]: %w", i, err)
		}
		catalogs = append(catalogs, catalog)
	}
	return catalogs, nil
}

// Method is the document of a method, or nil.
func (c Catalogs) Method(nsid string) *lexicons.Method {
	for _, catalog := range c {
		if method := catalog.Method(nsid); method != nil {
			return method
		}
	}
	return nil
}

// Record is the document of a record, or nil.
func (c Catalogs) Record(nsid string) *lexicons.Record {
	for _, catalog := range c {
		if document := catalog.Document(nsid); document != nil {
			if main := document.Definition("main"); main != nil {
				record, _ := main.Schema.(*lexicons.Record)
				return record
			}
		}
	}
	return nil
}
