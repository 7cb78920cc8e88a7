package store

// table is one kind of rows, by key. The store's lock guards it.
type table[V any] struct{ rows map[string]row[V] }

// row is a value with the number of the commit that wrote it. No commit has
// the number 0, which therefore stands for an absent row.
type row[V any] struct {
	version uint64
	value   V
}

// versioned is a table of any kind.
type versioned interface {
	versionOf(key string) uint64
}

func (t *table[V]) versionOf(key string) uint64 { return t.rows[key].version }

func (t *table[V]) get(key string) (V, bool) {
	found, present := t.rows[key]
	return found.value, present
}

func (t *table[V]) put(key string, value V, version uint64) { t.rows[key] = row[V]{version, value} }

func (t *table[V]) delete(key string) { delete(t.rows, key) }

func (t *table[V]) reset() { t.rows = map[string]row[V]{} }
