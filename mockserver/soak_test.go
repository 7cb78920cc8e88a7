package mockserver_test

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

var (
	soakTime = flag.Duration("soak", 0, "how `long` TestSoak loads the mock; 0 is for a few rounds")
	soakIdle = flag.Int("soak.idle", 200, "`connections` that stand idle meanwhile")
	soakURL  = flag.String("soak.url", "", "where TestStandIdle holds connections, for TestSoak")
)

// TestSoak has people come and go while many connections stand idle: no request
// fails, and in the end there is nothing more than in the beginning. It can't be
// parallel, as it counts goroutines and memory. With -soak 10m -soak.idle 10000
// it is what the figures in the README come from.
func TestSoak(t *testing.T) {
	before := runtime.NumGoroutine()
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	standStill := standIdle(t, server.URL)
	crowd := &crowd{t: t, server: server}
	crowd.live(time.Second) // until everything that is made once has been made
	start, goroutines := crowd.gone(), runtime.NumGoroutine()
	crowd.live(*soakTime)
	end := crowd.gone()
	if int64(end)-int64(start) > 4<<20 {
		t.Errorf("the heap grew from %d to %d bytes", start, end)
	}
	noMoreGoroutinesThan(t, goroutines)
	standStill()
	t.Logf("%d idle connections, %d goroutines, %d lives, %d requests, heap %d KiB before and %d KiB after",
		*soakIdle, goroutines, crowd.lives, crowd.requests, start>>10, end>>10)
	server.Close()
	noMoreGoroutinesThan(t, before)
}

// standIdle holds connections in another process, so that the number of files
// that may be open is for this end of them. What it returns has each of them
// answered once more, and ends them.
func standIdle(t *testing.T, url string) (answered func()) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.CommandContext(t.Context(), program, "-test.run=^TestStandIdle$", "-test.timeout=0",
		"-soak.idle="+strconv.Itoa(*soakIdle), "-soak.url="+url)
	holder.Stderr = os.Stderr
	in, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "standing" {
		t.Fatalf("the connections could not be opened: %s", lines.Text())
	}
	return func() {
		in.Close()
		_, _ = io.Copy(io.Discard, out)
		if err := holder.Wait(); err != nil {
			t.Errorf("the idle connections: %v", err)
		}
	}
}

// TestStandIdle is the other process of TestSoak: it holds connections until its
// input ends, and then asks on each whether it still is one.
func TestStandIdle(t *testing.T) {
	if *soakURL == "" {
		t.Skip("skipped: TestSoak starts it")
	}
	conns := make([]net.Conn, *soakIdle)
	for i := range conns {
		conn, err := net.Dial("tcp", strings.TrimPrefix(*soakURL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		conns[i] = conn
		answersStill(t, conn)
	}
	fmt.Fprintln(os.Stdout, "standing")
	_, _ = io.Copy(io.Discard, os.Stdin)
	for _, conn := range conns {
		answersStill(t, conn)
		conn.Close()
	}
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

// gone is what lives on the heap when everybody has left, and their mail has
// been thrown away.
func (c *crowd) gone() uint64 {
	cleaner := newClient(c.t, c.server)
	cleaner.sendTo(c.server.ControlURL, http.MethodDelete, "/control/v1/mail", nil).ok()
	cleaner.http.CloseIdleConnections()
	return heapInUse()
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
