package lexicons

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
)

// add decodes the documents of one folder and adds those whose id is new.
func (c *Catalog) add(index int, folder fs.FS) (findings, error) {
	var names []string
	if err := walk(folder, ".", nil, &names); err != nil {
		return nil, fmt.Errorf("read lexicon documents: %w", err)
	}
	reader := folderReader{index: index, folder: folder, texts: map[string][]byte{}, files: map[string]string{}}
	taken := map[string]bool{}
	for _, document := range c.documents {
		taken[document.ID] = true
	}
	for _, name := range names {
		if document := reader.read(name); document != nil && !taken[document.ID] {
			c.documents = append(c.documents, document)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("no lexicon documents: the folder holds no .json file")
	}
	if len(reader.files) == 0 { // of what is there, nothing can be used
		for _, problem := range reader.problems {
			problem.Severity = Refused
		}
	}
	return reader.problems, nil
}

// folderReader reads the files of one folder.
type folderReader struct {
	index    int
	folder   fs.FS
	texts    map[string][]byte // of documents, by ID
	files    map[string]string // the same documents' names
	problems findings
}

// read decodes one file and returns its document, or nil where it can't be
// used, is none, or is another copy of one.
func (r *folderReader) read(name string) *Document {
	at := Pointer(name + "#")
	raw, err := fs.ReadFile(r.folder, name)
	if err != nil {
		r.problems.add(Refused, at, "can't be read: %v", err)
		return nil
	}
	if !isDocument(raw) {
		r.problems.add(Doubtful, at, `is not a lexicon document, and not looked at: it has neither "lexicon" nor "defs"`)
		return nil
	}
	document, problems := decodeDocument(name, raw)
	r.problems = append(r.problems, problems...)
	if document == nil {
		return nil
	}
	document.folder = r.index
	if text, taken := r.texts[document.ID]; taken {
		if bytes.Equal(text, raw) {
			r.problems.add(Doubtful, at, "is a copy of %s: remove one of them", r.files[document.ID])
		} else {
			r.problems.add(Refused, at+"/id", "%q is the id of %s as well: remove or rename one of them", document.ID, r.files[document.ID])
		}
		return nil
	}
	r.texts[document.ID], r.files[document.ID] = raw, name
	return document
}

// walk collects the names of all files that end in ".json" below a folder, in
// lexical order. It follows symbolic links, though never into a folder that it
// is in already.
func walk(fsys fs.FS, folder string, within []fs.FileInfo, names *[]string) error {
	info, err := fs.Stat(fsys, folder)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(within, func(outer fs.FileInfo) bool { return os.SameFile(outer, info) }) {
		return nil
	}
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return err
	}
	within = append(slices.Clone(within), info)
	for _, entry := range entries {
		name := path.Join(folder, entry.Name())
		isFolder := entry.IsDir()
		if entry.Type()&fs.ModeSymlink != 0 {
			target, err := fs.Stat(fsys, name)
			isFolder = err == nil && target.IsDir()
		}
		switch {
		case isFolder:
			if err := walk(fsys, name, within, names); err != nil {
				return err
			}
		case path.Ext(name) == ".json":
			*names = append(*names, name)
		}
	}
	return nil
}
