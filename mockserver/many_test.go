package mockserver_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestHundredServers runs them at once in one process: they know nothing of
// each other, and leave no goroutine behind. It can't be parallel, as it counts
// goroutines.
func TestHundredServers(t *testing.T) {
	before := runtime.NumGoroutine()
	var servers [100]*mockserver.Server
	var all sync.WaitGroup
	for i := range servers {
		all.Go(func() {
			var err error
			servers[i], err = mockserver.New(mockserver.Options{TLS: i%10 == 0, Accounts: []mockserver.Account{
				{Handle: "n" + strconv.Itoa(i) + ".test", Email: "a@example.com", Password: "pw" + strconv.Itoa(i)},
			}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	for i, server := range servers {
		all.Go(func() {
			c := &client{TB: t, server: server, http: server.Client()}
			for j := range 3 {
				name := strconv.Itoa((i + j) % len(servers))
				if a := c.logIn("n"+name+".test", "pw"+name); (a.status == 200) != (j == 0) {
					t.Errorf("server %d, account %s: %d", i, name, a.status)
				}
			}
			if requests := server.Requests(); len(requests) != 3 {
				t.Errorf("server %d has seen %d requests", i, len(requests))
			}
		})
	}
	all.Wait()
	for _, server := range servers {
		all.Go(server.Close)
	}
	all.Wait()
	noMoreGoroutinesThan(t, before)
}

// noMoreGoroutinesThan fails the test where some are left. Those of clients end
// when they are scheduled, so it looks more than once.
func noMoreGoroutinesThan(t *testing.T, before int) {
	t.Helper()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
		runtime.GC()
	}
	stacks := make([]byte, 64<<10)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}

// BenchmarkRunT is what a test pays for a server of its own, and below it what
// it would pay for one of net/http/httptest.
func BenchmarkRunT(b *testing.B) {
	b.Run("mockserver", func(b *testing.B) {
		for b.Loop() {
			var t exampleTest
			mockserver.RunT(&t)
			t.end()
		}
	})
	b.Run("mockserver with accounts", func(b *testing.B) {
		for b.Loop() {
			var t exampleTest
			mockserver.RunT(&t, people())
			t.end()
		}
	})
	b.Run("mockserver with TLS", func(b *testing.B) {
		for b.Loop() {
			var t exampleTest
			mockserver.RunT(&t, mockserver.Options{TLS: true})
			t.end()
		}
	})
	b.Run("httptest", func(b *testing.B) {
		for b.Loop() {
			httptest.NewServer(http.NotFoundHandler()).Close()
		}
	})
	b.Run("two of httptest", func(b *testing.B) {
		for b.Loop() {
			one, other := httptest.NewServer(http.NotFoundHandler()), httptest.NewServer(http.NotFoundHandler())
			one.Close()
			other.Close()
		}
	})
}

// BenchmarkFirstAnswer is from nothing to the first answer that a client has
// read.
func BenchmarkFirstAnswer(b *testing.B) {
	for b.Loop() {
		var t exampleTest
		server := mockserver.RunT(&t)
		response, err := server.Client().Get(server.URL + "/xrpc/_health")
		if err != nil {
			b.Fatal(err)
		}
		response.Body.Close()
		t.end()
	}
}
