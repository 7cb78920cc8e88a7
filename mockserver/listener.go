package mockserver

import (
	"context"
	_ "embed" // for the description of the control protocol
	"errors"
	"fmt"
	"github.com/pdsconform/pdsconform/mockserver/internal/control"
	"github.com/pdsconform/pdsconform/mockserver/internal/page"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"net"
	"net/http"
	"sync"
	"time"
)

// maxHeaderBytes bounds the head of a request, its path and query included.
const maxHeaderBytes = 32 << 10

// limits are the times that a client can take at most.
type limits struct {
	header time.Duration // to send the head of a request
	read   time.Duration // to send all of it
	write  time.Duration // until the answer has arrived
	idle   time.Duration // between two requests
	drain  time.Duration // to come to an end when the server is closed
}

// usualLimits are nowhere near what a client needs that means well.
func usualLimits() limits {
	return limits{
		header: 30 * time.Second, // as read, or every request would set one deadline more
		read:   30 * time.Second,
		write:  2 * time.Minute,
		idle:   15 * time.Minute,
		drain:  5 * time.Second,
	}
}

// listener is one http.Server that knows when its last connection has ended.
type listener struct {
	server      *http.Server
	limits      limits
	address     net.Addr
	scheme      string // net/http sets the server's TLSConfig by itself once it serves
	connections sync.WaitGroup

	mutex   sync.Mutex
	closing bool
	fresh   map[net.Conn]bool // connections that have not sent anything yet
}

// listen opens both ports, or none.
func (s *Server) listen() error {
	ctx, stop := context.WithCancelCause(context.Background())
	main, err := serve(ctx, s.options.Listen, s.stack(), usualLimits(), s.speak)
	if err != nil {
		stop(nil)
		return err
	}
	control, err := serve(ctx, s.options.ControlListen, whenAsked(s.controlHandler), usualLimits())
	if err != nil {
		stop(nil)
		main.close()
		return err
	}
	s.stop, s.serving = stop, []*listener{main, control}
	s.URL, s.ControlURL = main.url(), control.url()
	return nil
}

// Close stops the server: it takes no more connections, lets the requests
// under way be answered, sends the mail that waits to be sent, and returns when
// all of its goroutines have ended. Neither clients nor an SMTP server can
// hold it up for more than a few seconds.
func (s *Server) Close() {
	var closing sync.WaitGroup
	for _, l := range s.serving {
		closing.Go(l.close)
	}
	s.stop(pds.ErrClosing) // waits that were asked for end at once
	closing.Wait()
	s.stopMail()
	if client := s.client.Load(); client != nil {
		client.CloseIdleConnections()
	}
}

//go:embed control.openapi.yaml
var openAPI []byte

// controlHandler is the handler of the control listener.
func (s *Server) controlHandler() http.Handler {
	mock := control.Mock{
		URL: s.URL, Core: s.core, Faults: s.faults, Scenarios: s.scenarios, Requests: &s.requests, Further: s.further, Reset: s.Reset,
		Hostname: s.options.Hostname, OpenAPI: openAPI, Logger: s.options.Logger,
	}
	return control.Handler(mock, func(mux *http.ServeMux) { page.Serve(mock, mux) })
}

// whenAsked makes a handler at its first request: most tests send none to the
// control listener, and its many paths take time.
func whenAsked(build func() http.Handler) http.Handler {
	built := sync.OnceValue(build)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { built().ServeHTTP(w, r) })
}

// speak makes the main listener serve TLS, and HTTP/2 with it or without, where
// that is asked for. The real server speaks HTTP/1.1.
// Source: https://www.rfc-editor.org/rfc/rfc9113#section-3.3
func (s *Server) speak(server *http.Server) {
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(s.options.odd[oddHTTP2])
	server.Protocols.SetUnencryptedHTTP2(s.options.odd[oddHTTP2])
	if s.security != nil {
		server.TLSConfig = s.security.config
	}
}

func serve(ctx context.Context, address string, handler http.Handler, limits limits, adjust ...func(*http.Server)) (*listener, error) {
	port, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	l := &listener{limits: limits, address: port.Addr(), scheme: "http", fresh: map[net.Conn]bool{}}
	l.server = &http.Server{
		Handler:                      handler,
		ReadHeaderTimeout:            limits.header,
		ReadTimeout:                  limits.read,
		WriteTimeout:                 limits.write,
		IdleTimeout:                  limits.idle,
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
func (l *listener) track(conn net.Conn, state http.ConnState) {
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
func (l *listener) remember(conn net.Conn) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.fresh[conn] = true
	if l.closing {
		_ = conn.Close()
	}
}

func (l *listener) forget(conn net.Conn) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.fresh, conn)
}

func (l *listener) close() {
	l.mutex.Lock()
	l.closing = true
	for conn := range l.fresh {
		_ = conn.Close()
	}
	l.mutex.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), l.limits.drain)
	defer cancel()
	if err := l.server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
		_ = l.server.Close()
	}
	l.connections.Wait()
}

// url names the loopback interface where the listener is bound to all of them.
func (l *listener) url() string {
	address, ok := l.address.(*net.TCPAddr)
	if ok && address.IP.IsUnspecified() {
		return fmt.Sprintf("%s://127.0.0.1:%d", l.scheme, address.Port)
	}
	return l.scheme + "://" + l.address.String()
}
