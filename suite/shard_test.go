package suite

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/reports"
)

func TestParseShard(t *testing.T) {
	t.Parallel()
	if got, err := ParseShard("2/4"); err != nil || got != (Shard{2, 4}) || got.String() != "2/4" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", "x", "0/3", "4/3", "-1/3", "2", "2/", "/3", "1/0", " 1/3", "1/3 ", "01/3", "1/99999", "1.5/3"} {
		_, err := ParseShard(text)
		if usage := new(UsageError); !errors.As(err, &usage) || !strings.Contains(err.Error(), "I/N") {
			t.Errorf("%q: got %v, want a usage error that says how it is written", text, err)
		}
	}
	if whole := (Shard{}).String(); whole != "1/1" {
		t.Errorf("the whole is %s", whole)
	}
}

// selections are some of which shards are made.
func selections(t *testing.T) []Config {
	t.Helper()
	all := []Config{{}, {Endpoints: []string{"createSession"}}, {LabelFilter: "should"}}
	for i := range all {
		all[i].Catalog = everyRevision(t)[lexicons.DefaultRevision]
	}
	return all
}

// Each requirement is in one shard, whatever else is selected, and the same
// one every time.
func TestShardsAreDisjointAndComplete(t *testing.T) {
	t.Parallel()
	for _, config := range selections(t) {
		one, err := newPlan(config)
		if err != nil {
			t.Fatal(err)
		}
		another, err := newPlan(config)
		if err != nil {
			t.Fatal(err)
		}
		whole := divide(one.units(), 1)[0]
		for _, n := range []int{2, 7, 40} {
			in := map[string]int{}
			for _, parts := range [][]map[string]bool{divide(one.units(), n), divide(another.units(), n)} {
				for i, part := range parts {
					for id := range part {
						if before := in[id]; before != 0 && before != i+1 {
							t.Errorf("%s is in shards %d and %d of %d", id, before, i+1, n)
						}
						in[id] = i + 1
					}
				}
			}
			if len(in) != len(whole) {
				t.Errorf("%d requirements in %d shards, %d as a whole", len(in), n, len(whole))
			}
		}
	}
}

// What is listed for shards is the whole, each requirement once.
func TestShardsAreListed(t *testing.T) {
	t.Parallel()
	for _, config := range selections(t) {
		whole, err := List(config)
		if err != nil {
			t.Fatal(err)
		}
		var listed []reports.Requirement
		for i := range 3 {
			config.Shard = Shard{i + 1, 3}
			part, err := List(config)
			if err != nil {
				t.Fatal(err)
			}
			listed = append(listed, part...)
		}
		slices.SortFunc(listed, func(a, b reports.Requirement) int { return strings.Compare(a.ID, b.ID) })
		if !slices.Equal(listed, whole) {
			t.Errorf("the shards list %d requirements, the whole %d, or others", len(listed), len(whole))
		}
	}
}

// The documents of shards, merged, are the document of one run but for what
// differs from run to run.
func TestShardsMergeToTheWhole(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Only = []string{"server.createSession", "server.getSession", "server.refreshSession"}
	// Every shard logs in, and so sees what only one of them is to check.
	config.Target = altered(t, config.Target, "com.atproto.server.createSession", func(answer map[string]any) { answer["email"] = 5 })
	whole := runSuite(t, config)
	var shards []*reports.Report
	for i := range 3 {
		config.Shard, config.Seed = Shard{i + 1, 3}, int64(i+10)
		shard := runSuite(t, config)
		if want := config.Shard.String(); shard.Run.Shard != want {
			t.Errorf("the report is of shard %s, want %s", shard.Run.Shard, want)
		}
		shards = append(shards, shard)
	}
	merged, err := reports.Merge(shards...)
	if err != nil {
		t.Fatal(err)
	}
	if merged.Summary.Counts != whole.Summary.Counts || merged.Summary.ExitCode != whole.Summary.ExitCode || merged.Summary.Failed == 0 {
		t.Errorf("merged %+v, whole %+v", merged.Summary.Counts, whole.Summary.Counts)
	}
	one := outcomes(whole)
	for _, result := range merged.Results {
		want := one[result.ID]
		if result.Outcome != want.Outcome || result.Reason != want.Reason || (result.Exchanges == nil) != (want.Exchanges == nil) {
			t.Errorf("%s: %s (%s), as a whole %s (%s)", result.ID, result.Outcome, result.Reason, want.Outcome, want.Reason)
		}
	}
}

func TestWhatAnotherShardChecksIsNotDeselected(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Only, config.Shard = []string{"server.describeServer", "server.getSession"}, Shard{1, 2}
	reasons := map[string]int{}
	for _, result := range runSuite(t, config).Results {
		if result.Outcome == reports.Excluded {
			reasons[result.Reason]++
		}
	}
	if len(reasons) != 2 || reasons["checked in shard 2/2"] == 0 || reasons["deselected"] == 0 {
		t.Errorf("excluded for the reasons %v", reasons)
	}
}

// The shard that moves the clock says so, no other does.
func TestShardThatMovesTheClock(t *testing.T) {
	t.Parallel()
	config := mockConfig(t)
	config.Embedded, config.Only = false, []string{"server.refreshSession.rotation", "server.refreshSession.session", "server.getSession.success"}
	warned := []string{}
	config.OnEvent = func(event Event) {
		if strings.Contains(event.Text, "moves the clock") {
			warned = append(warned, event.Text)
		}
	}
	runSuite(t, config)
	for i := range 3 {
		config.Shard = Shard{i + 1, 3}
		runSuite(t, config)
	}
	if len(warned) != 1 || !strings.HasPrefix(warned[0], "shard ") || !strings.Contains(warned[0], "/3 moves the clock of "+config.Target) {
		t.Errorf("warned of %q", warned)
	}
}
