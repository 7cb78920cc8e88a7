package spec

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// TestLongEvidenceIsBounded gathers evidence once while its answers are short, and
// keeps few of absurdly long ones.
func TestLongEvidenceIsBounded(t *testing.T) {
	t.Parallel()
	gathered := map[int]int{}
	bench := NewBench(nil, nil, nil)
	gatherAll := func(size int) {
		for i := range 100 {
			found := evidence{value: xrpc.Exchange{Body: []byte(strings.Repeat("b", size))}}
			name := memoName(fmt.Sprintf("%d %s %d", size, strings.Repeat("t", size), i))
			if bench.memo[name] == nil {
				gathered[size]++
				bench.memo[name] = &flight{found: &found}
				bench.bound(name, &found)
			}
		}
	}
	for range 2 {
		gatherAll(100)
		gatherAll(900_000)
	}
	if gathered[100] != 100 {
		t.Errorf("short answers were gathered %d times, want 100", gathered[100])
	}
	size := 0
	for name, under := range bench.memo {
		size += len(name) + under.found.value.(xrpc.Exchange).Size()
	}
	if size > maxLongAnswers+1<<20 {
		t.Errorf("%d bytes are kept", size)
	}
}
