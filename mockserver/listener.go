package mockserver

import (
	"context"
	_ "embed" // for the description of the control protocol
	"net/http"
	"sync"

	"github.com/pdsconform/pdsconform/mockserver/internal/control"
	"github.com/pdsconform/pdsconform/mockserver/internal/listen"
	"github.com/pdsconform/pdsconform/mockserver/internal/page"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// listen opens both ports, or none.
func (s *Server) listen() error {
	ctx, stop := context.WithCancelCause(context.Background())
	main, err := listen.Serve(ctx, s.options.Listen, s.stack(), listen.Usual(), s.speak)
	if err != nil {
		stop(nil)
		return err
	}
	s.URL = main.URL() // before the control listener, whose handler reads it, takes whoever comes first
	control, err := listen.Serve(ctx, s.options.ControlListen, whenAsked(s.controlHandler), listen.Usual())
	if err != nil {
		stop(nil)
		main.Close()
		return err
	}
	s.stop, s.serving = stop, []*listen.Listener{main, control}
	s.ControlURL = control.URL()
	return nil
}

// Close stops the server: it takes no more connections, lets the requests
// under way be answered, sends the mail that waits to be sent, and returns when
// all of its goroutines have ended. Neither clients nor an SMTP server can
// hold it up for more than a few seconds.
func (s *Server) Close() {
	var closing sync.WaitGroup
	for _, l := range s.serving {
		closing.Go(l.Close)
	}
	s.stop(pds.ErrClosing) // waits that were asked for end at once
	closing.Wait()
	s.stopMail()
	s.stateLock.Release()
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
	server.Protocols.SetHTTP2(s.options.variants.HTTP2())
	server.Protocols.SetUnencryptedHTTP2(s.options.variants.HTTP2())
	if s.security != nil {
		server.TLSConfig = s.security.config
	}
}
