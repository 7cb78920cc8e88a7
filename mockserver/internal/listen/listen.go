// Package listen is one port at which HTTP is answered: bounded in what a client
// can take of it, and closed only once its last connection has ended. It must
// not know what is answered.
package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// maxHeaderBytes bounds the head of a request, its path and query included.
const maxHeaderBytes = 32 << 10

// Limits are the times that a client can take at most.
type Limits struct {
	Header time.Duration // to send the head of a request
	Read   time.Duration // to send all of it
	Write  time.Duration // until the answer has arrived
	Idle   time.Duration // between two requests
	Drain  time.Duration // to come to an end when the server is closed
}

// Usual are nowhere near what a client needs that means well.
func Usual() Limits {
	return Limits{
		Header: 30 * time.Second, // as read, or every request would set one deadline more
		Read:   30 * time.Second,
		Write:  2 * time.Minute,
		Idle:   15 * time.Minute,
		Drain:  5 * time.Second,
	}
}

// Listener is one http.Server that knows when its last connection has ended.
type Listener struct {
	server      *http.Server
	limits      Limits
	address     net.Addr
	scheme      string // net/http sets the server's TLSConfig by itself once it serves
	connections sync.WaitGroup

	mutex   sync.Mutex
	closing bool
	fresh   map[net.Conn]bool // connections that have not sent anything yet
}

// Serve opens a port and answers with a handler what comes there. The context
// is that of every request. Limits are Usual() but in tests; adjust changes the
// server before it accepts connections.
func Serve(ctx context.Context, address string, handler http.Handler, limits Limits, adjust ...func(*http.Server)) (*Listener, error) {
	port, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	l := &Listener{limits: limits, address: port.Addr(), scheme: "http", fresh: map[net.Conn]bool{}}
	l.server = &http.Server{
		Handler:                      handler,
		ReadHeaderTimeout:            limits.Header,
		ReadTimeout:                  limits.Read,
		WriteTimeout:                 limits.Write,
		IdleTimeout:                  limits.Idle,
		MaxHeaderBytes:               maxHeaderBytes,
		DisableGeneralOptionsHandler: true, // "OPTIONS *" gets the answer that every path gets
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		ConnState:                    l.track,
		ErrorLog:                     silent(),
	}
	for _, change := range adjust {
		change(l.server)
	}
	if l.server.TLSConfig != nil {
		l.scheme = "https"
		l.connections.Go(func() { _ = l.server.ServeTLS(refusingListener{port}, "", "") })
		return l, nil
	}
	l.connections.Go(func() { _ = l.server.Serve(refusingListener{port}) })
	return l, nil
}

// track counts connections, and keeps those that Shutdown would wait for
// although nothing has come from them.
func (l *Listener) track(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.connections.Add(1)
		l.remember(conn)
	case http.StateActive:
		l.forget(conn)
	case http.StateClosed, http.StateHijacked:
		l.forget(conn)
		l.connections.Done()
	}
}

// remember closes a connection that was accepted while the listener closes.
func (l *Listener) remember(conn net.Conn) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.fresh[conn] = true
	if l.closing {
		_ = conn.Close()
	}
}

func (l *Listener) forget(conn net.Conn) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.fresh, conn)
}

// Close takes no more connections, lets the requests under way be answered for
// as long as the limits say, and returns when all connections have ended.
func (l *Listener) Close() {
	l.mutex.Lock()
	l.closing = true
	for conn := range l.fresh {
		_ = conn.Close()
	}
	l.mutex.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), l.limits.Drain)
	defer cancel()
	if err := l.server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
		_ = l.server.Close()
	}
	l.connections.Wait()
}

// URL is the base URL of the listener, without a trailing slash; it names the loopback interface where the listener is bound to all of them.
func (l *Listener) URL() string {
	address, ok := l.address.(*net.TCPAddr)
	if ok && address.IP.IsUnspecified() {
		return fmt.Sprintf("%s://127.0.0.1:%d", l.scheme, address.Port)
	}
	return l.scheme + "://" + l.address.String()
}
