package mockserver_test

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

var (
	soakTime = flag.Duration("soak", 0, "how `long` TestSoak loads the mock; 0 is for a few rounds")
	soakIdle = flag.Int("soak.idle", 200, "`connections` that stand idle meanwhile")
)

// TestSoak has people come and go while many connections stand idle: no request
// fails, and in the end there is nothing more than in the beginning. It can't be
// parallel, as it counts goroutines and memory. With -soak 10m -soak.idle 10000
// it is what the figures in the README come from.
func TestSoak(t *testing.T) {
	allowFiles(t, uint64(2**soakIdle+1000))
	before := runtime.NumGoroutine()
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	idle := standIdle(t, server.URL, *soakIdle)
	crowd := &crowd{t: t, server: server}
	crowd.live(time.Second) // until everything that is made once has been made
	start, goroutines := heapInUse(), runtime.NumGoroutine()
	crowd.live(*soakTime)
	server.Client().CloseIdleConnections()
	if grown := int64(heapInUse()) - int64(start); grown > 4<<20 {
		t.Errorf("the heap grew from %d by %d bytes", start, grown)
	}
	noMoreGoroutinesThan(t, goroutines)
	for _, conn := range idle {
		answersStill(t, conn)
		conn.Close()
	}
	t.Logf("%d idle connections, %d lives, %d requests, heap %d KiB before and %d KiB after",
		len(idle), crowd.lives, crowd.requests, start>>10, heapInUse()>>10)
	server.Close()
	noMoreGoroutinesThan(t, before)
}

// allowFiles raises the number of files that may be open, both ends of all
// connections being in this process.
func allowFiles(t *testing.T, files uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur, limit.Max = max(limit.Cur, files), max(limit.Max, files)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Skipf("skipped: %d open files are needed, see ulimit -n: %v", files, err)
	}
}

// standIdle opens connections that have each had an answer.
func standIdle(t *testing.T, url string, number int) []net.Conn {
	t.Helper()
	conns := make([]net.Conn, number)
	for i := range conns {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		conns[i] = conn
		answersStill(t, conn)
	}
	return conns
}

func answersStill(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := fmt.Fprint(conn, "GET /xrpc/com.atproto.server.describeServer HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	read(t, response).ok()
}

// heapInUse is what lives on the heap.
func heapInUse() uint64 {
	var stats runtime.MemStats
	for range 3 { // pools give theirs up after two
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// crowd is people who use a server at the same time.
type crowd struct {
	t               *testing.T
	server          *mockserver.Server
	lives, requests int
}

// live has them come and go for that long, or each of them once.
func (c *crowd) live(long time.Duration) {
	c.t.Helper()
	var all sync.WaitGroup
	var mutex sync.Mutex
	deadline := time.Now().Add(long)
	first := c.lives
	for i := range connections {
		person := newClient(c.t, c.server)
		all.Go(func() {
			for n := 0; n == 0 || time.Now().Before(deadline); n++ {
				sent := wholeLife(person, fmt.Sprintf("soak-%d-%d-%d", first, i, n))
				mutex.Lock()
				c.lives, c.requests = c.lives+1, c.requests+sent
				mutex.Unlock()
				if c.t.Failed() {
					return
				}
			}
		})
	}
	all.Wait()
}

// wholeLife is an account from sign-up to deletion, on connections of its own, and
// returns how many requests it took.
func wholeLife(c *client, name string) int {
	defer c.http.CloseIdleConnections()
	sent := 3
	s := c.signUp(name)
	for range 3 {
		_, opened := c.appPassword(s, fmt.Sprint("app ", sent))
		c.get("getSession", opened.access).ok()
		refreshed := c.post("refreshSession", opened.refresh, nil).ok()
		c.get("listAppPasswords", s.access).ok()
		c.post("deleteSession", refreshed.text("refreshJwt"), nil).ok()
		c.logIn(s.handle, "wrong").is(http.StatusUnauthorized, "AuthenticationRequired", "")
		c.get("describeServer", "").ok()
		sent += 8
	}
	c.post("requestPasswordReset", "", object{"email": s.email}).ok()
	s.password = "another password"
	c.post("resetPassword", "", object{"token": c.mailToken(s.email), "password": s.password}).ok()
	s.access = c.logIn(s.email, s.password).ok().text("accessJwt")
	c.post("requestAccountDelete", s.access, nil).ok()
	c.post("deleteAccount", "", object{"did": s.did, "password": s.password, "token": c.mailToken(s.email)}).ok()
	return sent + 3
}
