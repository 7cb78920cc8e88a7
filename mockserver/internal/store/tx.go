package store

import "errors"

// ErrConflict is what Commit returns to a transaction that lost a race: one of
// the rows that it read has changed since, and nothing was written.
var ErrConflict = errors.New("conflict: another transaction was faster")

// Tx is a transaction. Its reads don't see its own writes. It serves one
// goroutine.
type Tx struct {
	store  *Store
	reads  []read
	writes []write

	// Room for as much as most transactions do, so that only others allocate.
	fewReads  [4]read
	fewWrites [2]write
}

type read struct {
	table   versioned
	key     string
	version uint64
}

// write changes the store; the lock is held.
type write func(version uint64)

// Begin starts a transaction. One that is given up needs no ending.
func (s *Store) Begin() *Tx {
	tx := &Tx{store: s}
	tx.reads, tx.writes = tx.fewReads[:0], tx.fewWrites[:0]
	return tx
}

// Commit writes everything or, with ErrConflict, nothing.
func (tx *Tx) Commit() error {
	s := tx.store
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, r := range tx.reads {
		if r.table.versionOf(r.key) != r.version {
			return ErrConflict
		}
	}
	s.commits++
	for _, apply := range tx.writes {
		apply(s.commits)
	}
	return nil
}

func (tx *Tx) write(apply write) { tx.writes = append(tx.writes, apply) }

// get reads one row and notes its version.
func get[V any](tx *Tx, from *table[V], key string) (V, bool) {
	tx.store.mutex.RLock()
	found, present := from.rows[key]
	tx.store.mutex.RUnlock()
	tx.reads = append(tx.reads, read{from, key, found.version})
	return found.value, present
}
