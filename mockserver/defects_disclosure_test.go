package mockserver_test

import (
	"net/http"
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
			answered := func(s *fixture) string {
				if d.Facet == "isolation" {
					r := s.valid(strings.TrimPrefix(d.Method, "com.atproto.server."))
					r.query = "?did=" + s.down.did
					// What was made or revoked shows in one's own list.
					return s.make(r).shape() + s.make(s.valid("listAppPasswords")).shape()
				}
				return s.make(s.refused("createSession", "AccountTakedown")).shape() + s.make(s.valid("createSession")).shape()
			}
			if right, wrong := answered(newFixture(t)), answered(newFixture(t).have(t, d.ID)); right == wrong {
				t.Errorf("no difference: %s", right)
			}
		})
	}
}

// TestRaceDefects sends a call while an equal one is under way: held before it
// commits until the second has its answer.
func TestRaceDefects(t *testing.T) {
	t.Parallel()
	for _, d := range mockserver.Defects(nil) {
		if d.Facet != "concurrency" {
			continue
		}
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t).have(t, d.ID)
			method := strings.TrimPrefix(d.Method, "com.atproto.server.")
			r := s.valid(method)
			meet(t, s.client, method, 2) // nobody else comes
			first := make(chan answer)
			go func() { first <- s.make(r) }()
			<-s.meeting.arrived
			second := s.make(r)
			s.meeting.release()
			if held := <-first; second.status != http.StatusInternalServerError || held.status == http.StatusInternalServerError {
				t.Errorf("the second is answered with %d, the first with %d", second.status, held.status)
			}
		})
	}
}
