package mockserver_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestRendezvous makes calls of a method meet on the real clock: the wait of
// each is a minute, and over for all once enough have come or been refused.
func TestRendezvous(t *testing.T) {
	t.Parallel()
	c := newClient(t, mockserver.RunT(t))
	s := c.signUp("alice")
	for name, calls := range map[string]func(int) answer{
		"all commit":       func(int) answer { return c.logIn(s.handle, s.password) },
		"some are refused": func(i int) answer { return c.logIn(s.handle, []string{s.password, "wrong"}[i%2]) },
	} {
		if err := c.server.Rendezvous("com.atproto.server.createSession", mockserver.BeforeCommit, 4, time.Minute); err != nil {
			t.Fatal(err)
		}
		for i, a := range together(4, calls) {
			if a.status != http.StatusOK && (name == "all commit" || i%2 == 0) {
				t.Errorf("%s: call %d is answered with %d %s", name, i, a.status, a.body)
			}
		}
		c.logIn(s.handle, s.password).ok() // without a wait
	}
	if err := c.server.Rendezvous("com.atproto.server.createSession", mockserver.BeforeCommit, -1, time.Minute); err == nil {
		t.Error("-1 calls can meet")
	}
}

// TestRendezvousEnds takes it back while somebody waits.
func TestRendezvousEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*client){
		"zero": func(c *client) {
			_ = c.server.SetLatency("com.atproto.server.createSession", mockserver.BeforeCommit, 0)
		},
		"reset": func(c *client) { c.server.Reset() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t)
			s := c.signUp("alice")
			c.meeting.expect(2) // nobody else comes, so that this wait has no end of its own
			if err := c.server.Rendezvous("com.atproto.server.createSession", mockserver.BeforeCommit, 2, time.Second); err != nil {
				t.Fatal(err)
			}
			held := make(chan answer)
			go func() { held <- c.logIn(s.handle, s.password) }()
			<-c.meeting.arrived
			end(c)
			<-held
		})
	}
}
