package suite

import (
	"context"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/gomega"
	"github.com/pdsconform/pdsconform/reports"
	"github.com/pdsconform/pdsconform/suite/internal/spec"
)

// expected makes a known failure of one that is expected today.
func expected(result reports.Result, list []reports.ExpectedFailure) reports.Result {
	report := reports.Report{Results: []reports.Result{result}}
	report.Expect(list, time.Now())
	return report.Results[0]
}

// TestConformance runs the suite as Ginkgo specs, for `go test ./suite` and
// `ginkgo -p ./suite`, against the server that PDSCONFORM_TARGET names; the
// other PDSCONFORM_ variables of `pdsconform run` hold as well. Without it, each
// process has a reference mock of its own.
func TestConformance(t *testing.T) {
	p, err := newPlan(conformanceConfig(t))
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
		if p.config.Embedded {
			gomega.Expect(result.Outcome).To(gomega.BeElementOf(reports.Passed, reports.NotObserved), "%s", result.Reason)
		}
		conclude(ginkgo.GinkgoT(), expected(result, p.config.KnownFailures), p.config.Strict)
	})
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "pdsconform")
}
