package repo

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

// maxBytes is how much the records and blobs of a server may be, all in all.
const maxBytes = 64 << 20

// Errors of records.
var (
	errFull   = errors.New("the mock holds as many records and blobs as it may")
	errExists = errors.New("there is a record of that key already")
)

// swapError is the error of a record that is not the one that was expected.
type swapError struct{ found string }

// Error names the record that is there.
func (e *swapError) Error() string {
	if e.found == "" {
		return "There is no such record"
	}
	return "Record was at " + e.found
}

// owner is whose a repository is: an account from its creation on, as a DID may
// be had again once its account is gone.
type owner struct {
	did   string
	since int64
}

// record is a record of a repository.
type record struct {
	key, cid string
	text     []byte // its JSON
}

// blob is a blob of an account.
type blob struct {
	owner
	cid string
}

// records holds repositories. It is safe for use by several goroutines.
type records struct {
	mutex sync.Mutex
	held  map[owner]map[string]map[string]record // by collection and key
	blobs map[blob]bool                          // that were uploaded
	bytes int
	last  int64 // the newest TID, in microseconds
}

// tid returns a key that is after all others.
// Source: https://atproto.com/specs/tid
func (s *records) tid(now time.Time) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.last = max(now.UnixMicro(), s.last+1)
	return syntax.NewTID(s.last, 0).String()
}

// expectation is what of a record must be there before it is changed: nil stands
// for anything, "" for none.
type expectation *string

// put writes a record; only makes one that isn't there yet.
func (s *records) put(of owner, collection string, written record, only bool, expected expectation) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	before, exists := s.held[of][collection][written.key]
	switch {
	case only && exists:
		return errExists
	case expected != nil && *expected != before.cid:
		return &swapError{before.cid}
	case s.bytes+len(written.text)-len(before.text) > maxBytes:
		return errFull
	}
	if s.held == nil {
		s.held = map[owner]map[string]map[string]record{}
	}
	if s.held[of] == nil {
		s.held[of] = map[string]map[string]record{}
	}
	if s.held[of][collection] == nil {
		s.held[of][collection] = map[string]record{}
	}
	s.held[of][collection][written.key] = written
	s.bytes += len(written.text) - len(before.text)
	return nil
}

func (s *records) get(of owner, collection, key string) (record, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, exists := s.held[of][collection][key]
	return found, exists
}

// delete takes a record away, if it is there.
func (s *records) delete(of owner, collection, key string, expected expectation) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	before := s.held[of][collection][key]
	if expected != nil && *expected != before.cid {
		return &swapError{before.cid}
	}
	s.bytes -= len(before.text)
	if delete(s.held[of][collection], key); len(s.held[of][collection]) == 0 {
		delete(s.held[of], collection)
	}
	return nil
}

// list returns records by key, the newest first or, reversed, the oldest first:
// at most so many of those after the cursor.
func (s *records) list(of owner, collection, cursor string, reverse bool, limit int) []record {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var keys []string
	for key := range s.held[of][collection] {
		if cursor == "" || key < cursor && !reverse || key > cursor && reverse {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if !reverse {
		slices.Reverse(keys)
	}
	found := []record{}
	for _, key := range keys[:min(limit, len(keys))] {
		found = append(found, s.held[of][collection][key])
	}
	return found
}

func (s *records) collections(of owner) []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	names := []string{}
	for name := range s.held[of] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// addBlob remembers that a blob was uploaded.
func (s *records) addBlob(uploaded blob) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	const entry = 256 // bytes, about as much as the memory takes
	switch {
	case s.blobs[uploaded]:
		return nil
	case s.bytes+entry > maxBytes:
		return errFull
	case s.blobs == nil:
		s.blobs = map[blob]bool{}
	}
	s.blobs[uploaded] = true
	s.bytes += entry
	return nil
}

func (s *records) hasBlob(named blob) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.blobs[named]
}

func (s *records) reset() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.held, s.blobs, s.bytes = nil, nil, 0
}
