package mockserver_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestDisclosureDefects sends a request that is refused, and TestRaceDefects two
// at once: what a right server answers to them is something else.
func TestDisclosureDefects(t *testing.T) {
	t.Parallel()
	for _, d := range mockserver.Defects(nil) {
		if d.Facet != "disclosure" && d.Facet != "isolation" {
			continue
		}
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			answered := func(s *stage) string {
				if d.Facet == "isolation" {
					r := s.valid(strings.TrimPrefix(d.Method, "com.atproto.server."))
					r.query = "?did=" + s.down.did
					a := s.make(r)
					return a.shape()
				}
				return s.make(s.refused("createSession", "AccountTakedown")).shape()
			}
			if right, wrong := answered(newStage(t)), answered(newStage(t).have(t, d.ID)); right == wrong {
				t.Errorf("no difference: %s", right)
			}
		})
	}
}

// TestRaceDefects lets equal calls meet, which the defect holds for a moment.
func TestRaceDefects(t *testing.T) {
	t.Parallel()
	for _, d := range mockserver.Defects(nil) {
		if d.Facet != "concurrency" {
			continue
		}
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			s := newStage(t).have(t, d.ID)
			r := s.valid(strings.TrimPrefix(d.Method, "com.atproto.server."))
			answers := together(8, func(int) answer { return s.make(r) })
			if !slices.ContainsFunc(answers, func(a answer) bool { return a.status == http.StatusInternalServerError }) {
				t.Errorf("of 8 at once none was answered with 500: %d", answers[0].status)
			}
		})
	}
}
