package plc

import (
	"errors"
	"sync"
)

// maxIdentities and maxHistory bound what a directory holds: beyond them an
// operation is refused.
const (
	maxIdentities = 100_000
	maxHistory    = 100
)

// What Submit refuses an operation for, besides its form.
var (
	ErrSignature = errors.New("the signature is of none of the rotation keys")
	ErrDID       = errors.New("the operation does not begin this DID")
	ErrPrev      = errors.New("prev is not the CID of the last operation")
	ErrFull      = errors.New("the directory holds as much as it may")
)

// Directory holds identities in memory. Its zero value is empty and ready; it
// is safe for use by several goroutines.
type Directory struct {
	mutex      sync.RWMutex
	identities map[string]identity
}

// identity is what is known of one DID: given as it is, or as operations.
type identity struct {
	last       Operation
	operations int
}

// Submit adds an operation to a DID: the first must be signed by one of its own
// rotation keys and begin the DID, a later one by one of those before it.
func (d *Directory) Submit(did string, operation Operation) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	known, found := d.identities[did]
	if !found {
		if err := first(did, operation); err != nil {
			return err
		}
		return d.put(did, identity{operation, 1})
	}
	switch {
	case operation.Prev == nil || *operation.Prev != known.last.CID():
		return ErrPrev
	case !operation.signedBy(known.last.RotationKeys):
		return ErrSignature
	case known.operations >= maxHistory:
		return ErrFull
	}
	return d.put(did, identity{operation, known.operations + 1})
}

func first(did string, operation Operation) error {
	switch {
	case operation.Prev != nil:
		return ErrPrev
	case !operation.signedBy(operation.RotationKeys):
		return ErrSignature
	case operation.DID() != did:
		return ErrDID
	}
	return nil
}

func (d *Directory) put(did string, made identity) error {
	if d.identities == nil {
		d.identities = map[string]identity{}
	}
	if _, found := d.identities[did]; !found && len(d.identities) >= maxIdentities {
		return ErrFull
	}
	d.identities[did] = made
	return nil
}

// Put says what a DID says, without a history and whatever its method.
func (d *Directory) Put(did string, operation Operation) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.put(did, identity{operation, 1})
}

// Get returns what a DID says at present.
func (d *Directory) Get(did string) (Operation, bool) {
	d.mutex.RLock()
	defer d.mutex.RUnlock()
	known, found := d.identities[did]
	return known.last, found
}

// All is what every DID says at present.
func (d *Directory) All() map[string]Operation {
	d.mutex.RLock()
	defer d.mutex.RUnlock()
	said := make(map[string]Operation, len(d.identities))
	for did, known := range d.identities {
		said[did] = known.last
	}
	return said
}

// Reset empties the directory.
func (d *Directory) Reset() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.identities = nil
}
