package suite

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

var updateCosts = flag.Bool("update-costs", false, "write costs.json from what is measured")

// measured counts the requests of each case in a run of its own order, in which
// the cases that move the clock come last.
func measured(t *testing.T, revision string) (*plan, map[string]int) {
	t.Helper()
	catalog := everyRevision(t)[revision]
	config := mockConfig(t, mockserver.Options{Catalog: catalog, InviteRequired: true, InviteInterval: 24 * time.Hour})
	config.Catalog, config.Revision = catalog, revision
	p, err := newPlan(config)
	if err != nil {
		t.Fatal(err)
	}
	bench, closeAll, err := p.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll()
	requests := map[string]int{}
	for _, clock := range []bool{false, true} {
		for _, c := range p.cases {
			if movesClock(c) == clock {
				before := bench.Target.Client().Sent()
				spec.Try(context.Background(), c, bench)
				requests[c.ID] = bench.Target.Client().Sent() - before
			}
		}
	}
	return p, requests
}

// The table needn't be exact: it has to keep what shards really cost alike, by
// the documents of each revision.
func TestShardsCostAlike(t *testing.T) {
	t.Parallel()
	if *updateCosts {
		updateCostTable(t)
	}
	for _, revision := range lexicons.Revisions() {
		t.Run(revision, func(t *testing.T) {
			t.Parallel()
			p, requests := measured(t, revision)
			for n, most := range map[int]float64{2: 1.1, 4: 1.15, 8: 1.25} {
				var loads []int
				sum := 0
				for _, ids := range divide(p.units(), n) {
					load := 0
					for id := range ids {
						load += requests[id]
					}
					loads, sum = append(loads, load), sum+load
				}
				if limit := most * float64(sum) / float64(n); float64(slices.Max(loads)) > limit {
					t.Errorf("%d shards cost %v requests, want %.0f at most; go test ./suite -run TestShardsCostAlike -update-costs measures anew", n, loads, limit)
				}
			}
		})
	}
}

// updateCostTable measures every unit of every revision. One of several revisions
// costs what it costs in the dearest.
func updateCostTable(t *testing.T) {
	t.Helper()
	table := map[string]int{}
	for _, revision := range lexicons.Revisions() {
		p, requests := measured(t, revision)
		sums := map[string]int{}
		for _, c := range p.cases {
			sums[unitOf(c)] += requests[c.ID]
		}
		for key, sum := range sums {
			table[key] = max(table[key], sum)
		}
	}
	text, err := json.MarshalIndent(table, "", "  ")
	if err == nil {
		err = os.WriteFile("costs.json", append(text, '\n'), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
