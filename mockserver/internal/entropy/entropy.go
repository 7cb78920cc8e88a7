// Package entropy is the one source of randomness of a mock server, so that a
// seed fixes everything that is drawn. It knows nothing of what is drawn.
package entropy

import (
	cryptorand "crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"sync"
)

// lower is the alphabet of did:plc identifiers and of invite codes.
var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Source is a stream of random bytes that is safe for use by several
// goroutines. Equal seeds give equal streams.
type Source struct {
	mutex sync.Mutex
	bytes *rand.ChaCha8
}

// New returns the stream of a seed; a seed of 0 stands for one that nobody
// can foresee.
func New(seed uint64) *Source {
	var long [32]byte
	if seed == 0 {
		_, _ = cryptorand.Read(long[:]) // it never fails
	} else {
		binary.BigEndian.PutUint64(long[:], seed)
	}
	return &Source{bytes: rand.NewChaCha8(long)}
}

// Position is a place in the stream, for Seek. Whoever has it knows all that
// will be drawn.
func (s *Source) Position() []byte {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	position, _ := s.bytes.MarshalBinary() // it never fails
	return position
}

// Seek goes on from a place that Position returned, or that is an error.
func (s *Source) Seek(position []byte) error {
	fresh := &rand.ChaCha8{} // a used one would keep bytes that were drawn ahead
	if err := fresh.UnmarshalBinary(position); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.bytes = fresh
	return nil
}

// Fill overwrites destination with random bytes.
func (s *Source) Fill(destination []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, _ = s.bytes.Read(destination) // it never fails
}

// Bytes returns n random bytes.
func (s *Source) Bytes(n int) []byte {
	drawn := make([]byte, n)
	s.Fill(drawn)
	return drawn
}

// Base32 returns n random characters of a-z and 2-7.
func (s *Source) Base32(n int) string {
	return lower.EncodeToString(s.Bytes((n*5 + 7) / 8))[:n]
}

// Digits returns n random decimal digits.
func (s *Source) Digits(n int) string {
	digits := s.Bytes(n)
	for i, drawn := range digits {
		digits[i] = '0' + drawn%10 // some are a little more likely, which is good enough here
	}
	return string(digits)
}

// Base64 returns n random bytes in unpadded standard base64.
func (s *Source) Base64(n int) string {
	return base64.RawStdEncoding.EncodeToString(s.Bytes(n))
}
