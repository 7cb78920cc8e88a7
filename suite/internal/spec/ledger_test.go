package spec

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
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
	if got := ledger.Of("server.read.a")[0].Actual; got != "x" {
		t.Errorf("got %s", got)
	}
}

// seenBy returns the findings that one case saw, ordered by requirement.
func seenBy(ledger *Ledger, seenIn string) []Finding {
	ledger.mutex.Lock()
	defer ledger.mutex.Unlock()
	var seen []Finding
	for _, id := range slices.Sorted(maps.Keys(ledger.findings)) {
		for _, finding := range ledger.findings[id] {
			if finding.SeenIn == seenIn {
				seen = append(seen, finding)
			}
		}
	}
	return seen
}

func TestLedgerServesGoroutines(t *testing.T) {
	t.Parallel()
	ledger := NewLedger()
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			ledger.Add(Finding{ID: fmt.Sprint(i % 4), SeenIn: "one"})
			ledger.Of("0")
			seenBy(ledger, "one")
		})
	}
	group.Wait()
	if got := len(seenBy(ledger, "one")); got != 4*maxFindings {
		t.Errorf("%d findings, want %d", got, 4*maxFindings)
	}
}

// TestLedgerTellsWhatAnswersLack names the members that answers of a method have
// lacked, and nothing of what is in them or of other methods.
func TestLedgerTellsWhatAnswersLack(t *testing.T) {
	t.Parallel()
	ledger := NewLedger()
	for _, id := range []string{
		"server.createSession.output.handle.required", "server.createSession.output.did.required",
		"server.createSession.output.list.items.name.required", "server.createSession.output.did.type", "server.getSession.output.did.required",
	} {
		ledger.Add(Finding{ID: id, SeenIn: "x"})
	}
	want := []string{"server.createSession.output.did.required", "server.createSession.output.handle.required"}
	if got := ledger.Lacking("com.atproto.server.createSession"); !slices.Equal(got, want) {
		t.Errorf("lacking are %q, want %q", got, want)
	}
	ledger.Forget("x")
	if got := ledger.Lacking("com.atproto.server.createSession"); len(got) != 0 {
		t.Errorf("forgotten, and lacking are %q", got)
	}
}
