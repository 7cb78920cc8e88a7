package main

import (
	"testing"

	"github.com/pdsconform/pdsconform/cmd/pdsconform/internal/selftest"
	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/suite"
)

// BenchmarkTrial is what a selftest does for each defect.
func BenchmarkTrial(b *testing.B) {
	catalog, err := lexicons.LoadRevision(lexicons.DefaultRevision)
	if err != nil {
		b.Fatal(err)
	}
	config := suite.Config{Catalog: catalog, Revision: lexicons.DefaultRevision, Seed: 1}
	for b.Loop() {
		if trial := selftest.Try(b.Context(), config, embed, "behaviour.createSession.any-password-accepted"); trial.Broken != "" {
			b.Fatal(trial.Broken)
		}
	}
}
