package spec

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLedgerIsBounded(t *testing.T) {
	t.Parallel()
	ledger := NewLedger()
	for i := range maxFindings + 5 {
		ledger.Add(Finding{ID: "server.read.a", Actual: fmt.Sprint(i), SeenIn: "server.read.x"})
	}
	ledger.Add(Finding{ID: "server.read.b", Actual: "b", SeenIn: "server.read.y"})
	got := ledger.Of("server.read.a")
	if len(got) != maxFindings || got[0].Actual != "0" || got[maxFindings-1].Actual != fmt.Sprint(maxFindings-1) {
		t.Errorf("kept %v, want the first %d", got, maxFindings)
	}
	if got := ledger.Of("server.read.b"); len(got) != 1 {
		t.Errorf("a bound is shared by requirements: %v", got)
	}
	if got := ledger.Of("server.read.c"); len(got) != 0 {
		t.Errorf("out of nowhere: %v", got)
	}
}

func TestLedgerGivesCopies(t *testing.T) {
	t.Parallel()
	ledger := NewLedger()
	ledger.Add(Finding{ID: "server.read.a", Actual: "x", SeenIn: "server.read.x"})
	ledger.Of("server.read.a")[0].Actual = "changed"
	ledger.SeenBy("server.read.x")[0].Actual = "changed"
	if got := ledger.Of("server.read.a")[0].Actual; got != "x" {
		t.Errorf("got %s", got)
	}
}

func TestSeenBy(t *testing.T) {
	t.Parallel()
	want := []string{"a 1", "a 3", "b 1", "c 1", "d 1", "e 1", "f 1"}
	for range 20 {
		ledger := NewLedger()
		for _, id := range []string{"f", "c", "a", "e", "b", "d"} {
			ledger.Add(Finding{ID: id, Actual: "1", SeenIn: "one"})
			ledger.Add(Finding{ID: id, Actual: "2", SeenIn: "another"})
		}
		ledger.Add(Finding{ID: "a", Actual: "3", SeenIn: "one"})
		var got []string
		for _, finding := range ledger.SeenBy("one") {
			got = append(got, finding.ID+" "+finding.Actual)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

func TestLedgerServesGoroutines(t *testing.T) {
	t.Parallel()
	ledger := NewLedger()
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			ledger.Add(Finding{ID: fmt.Sprint(i % 4), SeenIn: "one"})
			ledger.Of("0")
			ledger.SeenBy("one")
		})
	}
	group.Wait()
	if got := len(ledger.SeenBy("one")); got != 4*maxFindings {
		t.Errorf("%d findings, want %d", got, 4*maxFindings)
	}
}
