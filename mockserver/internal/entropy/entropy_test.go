package entropy

import (
	"regexp"
	"sync"
	"testing"
)

func TestSeed(t *testing.T) {
	t.Parallel()
	one, same, other := New(1), New(1), New(2)
	first := one.Base32(24)
	if first != same.Base32(24) || first == other.Base32(24) {
		t.Error("the seed does not fix the stream")
	}
	if one.Base32(24) == first {
		t.Error("the stream repeats itself")
	}
	place := one.Position()
	next := one.Base32(24)
	one.Bytes(3) // so that there is a rest of a block
	for _, source := range []*Source{one, same} {
		if err := source.Seek(place); err != nil || source.Base32(24) != next {
			t.Errorf("a stream does not go on from its place: %v", err)
		}
	}
	if one.Seek([]byte("nowhere")) == nil {
		t.Error("there is no such place")
	}
	random, random2 := New(0), New(0)
	if random.Base32(24) == random2.Base32(24) {
		t.Error("servers without a seed draw alike")
	}
}

func TestAlphabets(t *testing.T) {
	t.Parallel()
	source := New(0)
	for length := range 40 {
		if text := source.Base32(length); !regexp.MustCompile(`^[a-z2-7]*$`).MatchString(text) || len(text) != length {
			t.Errorf("%d characters: %q", length, text)
		}
	}
	if text := source.Base64(32); !regexp.MustCompile(`^[A-Za-z0-9+/]{43}$`).MatchString(text) {
		t.Errorf("base64: %q", text)
	}
}

func TestConcurrentDraws(t *testing.T) {
	t.Parallel()
	source := New(1)
	var drawn sync.Map
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if _, again := drawn.LoadOrStore(source.Base32(24), true); again {
					t.Error("drawn twice")
				}
			}
		})
	}
	all.Wait()
}
