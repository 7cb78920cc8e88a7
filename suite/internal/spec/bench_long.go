package spec

import (
	"crypto/sha256"
	"fmt"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// What an answer may take and still be kept for all cases that ask for it, and
// what all longer ones take together, in bytes.
const (
	usualAnswer    = 64 << 10
	maxLongAnswers = 16 << 20
)

// longEvidence is evidence with an absurdly long answer.
type longEvidence struct {
	name string
	size int
}

// bound drops the oldest evidence with long answers where all of it is too much:
// it is gathered anew for the next case that asks. The caller holds the mutex.
func (b *Bench) bound(name string, found *evidence) {
	size := 0
	switch value := found.value.(type) {
	case xrpc.Exchange:
		size = value.Size()
	case Baseline:
		size = value.Size()
	}
	if size <= usualAnswer {
		return
	}
	b.long = append(b.long, longEvidence{name, size})
	b.size += size
	for b.size > maxLongAnswers {
		oldest := b.long[0]
		b.long = b.long[1:]
		b.size -= oldest.size
		delete(b.memo, oldest.name)
	}
}

// memoName is the name of evidence, short also where a token is part of it.
func memoName(name string) string {
	const longest = 256
	if len(name) <= longest {
		return name
	}
	return fmt.Sprintf("%s… %x", name[:longest], sha256.Sum256([]byte(name)))
}
