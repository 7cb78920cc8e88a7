package listen

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestSlowClients sends too little in every place where a client can stop: the
// server hangs up, and doesn't wait for it when it is closed.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const head = "POST / HTTP/1.1\r\nHost: a\r\n"
	for name, row := range map[string]struct {
		sent   string
		limits Limits
	}{
		"nothing":         {"", Limits{Header: 20 * time.Millisecond, Read: time.Minute}},
		"half a line":     {"POST", Limits{Header: 20 * time.Millisecond, Read: time.Minute}},
		"half a head":     {head + "X-A: b", Limits{Header: 20 * time.Millisecond, Read: time.Minute}},
		"half a body":     {head + "Content-Length: 10\r\n\r\n{}", Limits{Header: time.Minute, Read: 20 * time.Millisecond}},
		"half a chunk":    {head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{}", Limits{Header: time.Minute, Read: 20 * time.Millisecond}},
		"no next request": {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Limits{Header: time.Minute, Read: time.Minute, Idle: 20 * time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := connect(t, row.sent, row.limits)
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Errorf("connection ended with %v", err)
			}
		})
	}
}

// TestClosingOnSlowClients closes the listener while clients take their time.
func TestClosingOnSlowClients(t *testing.T) {
	t.Parallel()
	slow := Limits{Header: time.Minute, Read: time.Minute, Write: time.Minute, Idle: time.Minute, Drain: 20 * time.Millisecond}
	for _, sent := range []string{"", "POST", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{}", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"} {
		connect(t, sent, slow) // the end of the test closes it
	}
}

// connect starts a listener, sends something to it, and closes it when the
// test ends.
func connect(t *testing.T, sent string, limits Limits) net.Conn {
	t.Helper()
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
	l, err := Serve(context.Background(), "127.0.0.1:0", echo, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, sent); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestConnectionWhileClosing is accepted after the listener has looked for
// connections to close.
func TestConnectionWhileClosing(t *testing.T) {
	t.Parallel()
	client, accepted := net.Pipe()
	defer client.Close()
	l := &Listener{fresh: map[net.Conn]bool{}, closing: true}
	l.track(accepted, http.StateNew)
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("connection ended with %v", err)
	}
	l.track(accepted, http.StateClosed)
	l.connections.Wait()
	if len(l.fresh) != 0 {
		t.Errorf("%d connections are remembered", len(l.fresh))
	}
}
