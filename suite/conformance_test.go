package suite

import (
	"context"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/gomega"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// TestConformance runs the suite as Ginkgo specs against the reference mock,
// for `go test ./suite` and `ginkgo -p ./suite`: each process has a mock of
// its own.
func TestConformance(t *testing.T) {
	p, err := newPlan(mockConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	ginkgoMutex.Lock()
	defer ginkgoMutex.Unlock()
	globals.Reset()
	defer globals.Reset()
	bench, closeDrivers, err := p.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer closeDrivers()
	collector := newCollector(p, bench)
	buildTree(p, func(ctx context.Context, c spec.Case) {
		collector.try(ctx, c)
		result := collector.outcome(c)
		gomega.Expect(result.Outcome).To(gomega.BeElementOf(reports.Passed, reports.NotObserved),
			"%s\nexpected %s\nactual %s\n%s", result.Title, result.Expected, result.Actual, result.Reason)
	})
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "pdsconform")
}
