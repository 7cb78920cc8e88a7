package main

import (
	"testing"

	"github.com/pdsconform/pdsconform/cmd/pdsconform/internal/selftest"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
	"github.com/pdsconform/pdsconform/suite"
)

// BenchmarkTrial is what a selftest does for each defect.
func BenchmarkTrial(b *testing.B) {
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		b.Fatal(err)
	}
	config := suite.Config{Catalog: catalog, Revision: lexicons.DefaultRevision, Seed: 1}
	requirements, err := suite.List(config)
	if err != nil {
		b.Fatal(err)
	}
	bench := selftest.Bench{Config: config, Start: embed, Requirements: requirements}
	defects, err := selftest.Select(mockserver.Defects(catalog), []string{"behaviour.createSession.any-password-accepted"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if trial := bench.Try(b.Context(), defects[0]); trial.Broken != "" || len(trial.Failures) == 0 {
			b.Fatal(trial.Broken)
		}
	}
}
