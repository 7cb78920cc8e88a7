package client

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	scoreBegins = "<!-- score: go test ./suite/client -run TestEveryRequirementNotices -update -->\n"
	scoreEnds   = "<!-- /score -->\n"
)

// holdScore holds the published score against what was noticed. Where only part
// of the faults were tried there is no score to speak of.
func holdScore(t *testing.T, right rightRun, noticed <-chan string, faults int) {
	t.Helper()
	all, seen := map[string]int{}, map[string]int{}
	for _, one := range right.all {
		if unkilled[one.ID] == "" {
			all[subject(one.ID)]++
		}
	}
	count := 0
	for id := range noticed {
		seen[subject(id)]++
		count++
	}
	want := 0
	for _, n := range all {
		want += n
	}
	if count < want {
		t.Logf("%d of %d requirements were tried, so the published score is not looked at", count, want)
		return
	}
	var table strings.Builder
	table.WriteString("| subject | requirements | noticed |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&table, "| %s | %d | %d |\n", name, all[name], seen[name])
	}
	fmt.Fprintf(&table, "| **all** | **%d** | **%d** |\n\n", want, count)
	fmt.Fprintf(&table, "Score: %.1f %%, by %d faults; %d clients that are right and unusual fail nothing.\n",
		100*float64(count)/float64(want), faults, len(unusualWays()))
	name := filepath.Join("..", "..", "fixtures", "clients", "README.md")
	readme, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(readme), scoreBegins)
	old, after, ends := strings.Cut(rest, scoreEnds)
	switch {
	case !begins || !ends:
		t.Error("fixtures/clients/README.md has no score of the requirements")
	case old == table.String():
	case *update:
		if err := os.WriteFile(name, []byte(before+scoreBegins+table.String()+scoreEnds+after), 0o600); err != nil {
			t.Error(err)
		}
	default:
		t.Errorf("fixtures/clients/README.md has another score: go test ./suite/client -run TestEveryRequirementNotices -update writes it anew\n%s", table.String())
	}
}

// subject is what a requirement is about: the first part of its ID.
func subject(id string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(id, "client."), ".")
	return name
}
