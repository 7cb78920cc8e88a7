package suite

import (
	"context"
	"io"
	"math"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// ginkgoMutex guards Ginkgo's globals: two suites at once would end the
// process.
var ginkgoMutex sync.Mutex

// verdictOnly stands in for *testing.T: the verdict of a run is read from its
// results, not from Ginkgo.
type verdictOnly struct{}

// Fail is told when a spec failed.
func (verdictOnly) Fail() {}

// runTree runs the selected cases through Ginkgo in the order of the seed.
func runTree(ctx context.Context, p *plan, collector *collector) {
	ginkgoMutex.Lock()
	defer ginkgoMutex.Unlock()
	globals.Reset()
	defer globals.Reset()
	out := formatter.ColorableStdOut
	formatter.ColorableStdOut = io.Discard
	defer func() { formatter.ColorableStdOut = out }()

	buildTree(p, func(specContext context.Context, c spec.Case) {
		both, cancel := context.WithCancel(specContext)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		collector.try(both, c)
	})
	config := types.NewDefaultSuiteConfig()
	config.RandomSeed = p.config.Seed
	config.RandomizeAllSpecs = true
	config.Timeout = time.Duration(math.MaxInt64)
	ginkgo.RunSpecs(verdictOnly{}, "pdsconform", config, types.NewDefaultReporterConfig())
}

// buildTree makes one node of each selected case, a container for each
// endpoint. The cases are plain data by now: containers run late and, for a
// preview, more than once.
func buildTree(p *plan, run func(context.Context, spec.Case)) {
	byEndpoint := map[string][]spec.Case{}
	var endpoints []string
	for _, c := range p.cases {
		if !p.selected[c.ID] {
			continue
		}
		if byEndpoint[c.Endpoint] == nil {
			endpoints = append(endpoints, c.Endpoint)
		}
		byEndpoint[c.Endpoint] = append(byEndpoint[c.Endpoint], c)
	}
	for _, endpoint := range endpoints {
		ginkgo.Describe(endpoint, func() {
			for _, c := range byEndpoint[endpoint] {
				ginkgo.It(c.Title, ginkgo.Label(labels(c)...), priority(c), types.NewCustomCodeLocation(c.Source),
					func(ctx ginkgo.SpecContext) { run(ctx, c) })
			}
		})
	}
}

// priority puts the cases that move the clock last, whatever the seed: each
// move ends the sessions, codes and accounts that others could have shared. Of
// these, the derived ones come first, since they all wait for the same time, and
// processes that share the clock then wait for it together.
func priority(c spec.Case) ginkgo.SpecPriority {
	switch {
	case !movesClock(c):
		return 2
	case c.Origin == reports.Derived:
		return 1
	}
	return 0
}
