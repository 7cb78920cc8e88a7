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

// runTree carries the selected cases out as specs of Ginkgo, which puts them in
// the order of the seed. It takes one after the other; their bodies wait for the
// engine, which has several under way.
func runTree(ctx context.Context, p *plan, collector *collector) {
	ginkgoMutex.Lock()
	defer ginkgoMutex.Unlock()
	globals.Reset()
	defer globals.Reset()
	out := formatter.ColorableStdOut
	formatter.ColorableStdOut = io.Discard
	defer func() { formatter.ColorableStdOut = out }()

	ctx, interrupt := context.WithCancel(ctx)
	defer interrupt()
	buildTree(p, func(ctx context.Context, c spec.Case) {
		if !collector.await(ctx, c) {
			interrupt()
		}
	})
	config := types.NewDefaultSuiteConfig()
	config.RandomSeed = p.config.Seed
	config.RandomizeAllSpecs = true
	config.Timeout = time.Duration(math.MaxInt64)
	cases := p.inOrder(ginkgo.PreviewSpecs("pdsconform", config))
	var engine sync.WaitGroup
	engine.Go(func() { collector.carryOut(ctx, cases) })
	ginkgo.RunSpecs(verdictOnly{}, "pdsconform", config, types.NewDefaultReporterConfig())
	engine.Wait()
}

// inOrder returns the cases that Ginkgo is going to run, in its order.
func (p *plan) inOrder(preview ginkgo.Report) []spec.Case {
	byID := map[string]spec.Case{}
	for _, c := range p.cases {
		byID[c.ID] = c
	}
	var cases []spec.Case
	for _, report := range preview.SpecReports {
		if id := report.LeafNodeLabels; len(id) > 0 && !report.State.Is(types.SpecStateSkipped) {
			cases = append(cases, byID[id[0]])
		}
	}
	return cases
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
				ginkgo.It(c.Title, decorators(c), func(ctx ginkgo.SpecContext) { run(ctx, c) })
			}
		})
	}
}

// decorators are what Ginkgo is told of a case. One that moves the clock waits
// for those of all processes, which may share the target.
func decorators(c spec.Case) []any {
	all := []any{ginkgo.Label(labels(c)...), ginkgo.SpecPriority(priority(c)), types.NewCustomCodeLocation(c.Source)}
	if movesClock(c) {
		all = append(all, ginkgo.Serial)
	}
	return all
}
