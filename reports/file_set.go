package reports

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// staged is a file that is written aside and waits to take its place.
type staged struct {
	path  string
	aside string // the new file; empty: not written, or in its place
	old   string // a second name of the file that was there; empty: there was none
}

// writeSet replaces all files or none. Everything is written aside first, at the
// same time, as that is what a full disk or a missing permission stops; then each
// is renamed, and should one not be, the others get back what they were.
func writeSet(paths []string, encoders []func(io.Writer) error) error {
	files, failures := make([]staged, len(paths)), make([]error, len(paths))
	var writing sync.WaitGroup
	for i, path := range paths {
		writing.Go(func() { files[i], failures[i] = stage(path, encoders[i]) })
	}
	writing.Wait()
	err := errors.Join(failures...)
	var placed []*staged
	for i := range files {
		if err != nil {
			break
		}
		if err = files[i].place(); err == nil {
			placed = append(placed, &files[i])
		}
	}
	if err != nil {
		for _, file := range slices.Backward(placed) {
			err = errors.Join(err, file.restore())
		}
	}
	for _, file := range files {
		err = errors.Join(err, removeAll(file.aside, file.old))
	}
	return err
}

// stage writes a file aside.
func stage(path string, encode func(io.Writer) error) (staged, error) {
	file := staged{path: path}
	aside, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return file, fmt.Errorf("write %s: %w", path, err)
	}
	file.aside = aside.Name()
	if err := fill(aside, encode); err != nil {
		return file, fmt.Errorf("write %s: %w", path, err)
	}
	return file, nil
}

// place puts a file where it belongs. What was there keeps a second name where
// the file system has such a thing, so that it can come back.
func (s *staged) place() error {
	if old := s.aside + ".old"; os.Link(s.path, old) == nil {
		s.old = old
	}
	if err := os.Rename(s.aside, s.path); err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	s.aside = ""
	return nil
}

// restore undoes place.
func (s *staged) restore() error {
	var err error
	if s.old == "" {
		err = os.Remove(s.path)
	} else {
		err = os.Rename(s.old, s.path)
		s.old = ""
	}
	if err != nil {
		return fmt.Errorf("restore %s: %w", s.path, err)
	}
	return nil
}

// removeAll removes files, of which some may have no name and some be gone.
func removeAll(names ...string) error {
	var failures []error
	for _, name := range names {
		if err := os.Remove(name); name != "" && err != nil && !os.IsNotExist(err) {
			failures = append(failures, fmt.Errorf("remove: %w", err))
		}
	}
	return errors.Join(failures...)
}
