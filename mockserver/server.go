// Package mockserver is a complete account server of the com.atproto.server
// lexicon, in memory, for tests: of clients, and of the conformance suite.
//
// RunT starts one for the time of a test, New one that the caller closes. Each
// has two listeners: URL is where clients go, and ControlURL where its clock,
// its mail and its accounts can be reached from other processes; in the same
// process the methods of Server do that. Nothing lasts, and passwords are
// hashed cheaply: a mock is no place for real ones.
//
// It must not know the suite. What it does, it reads from the lexicon
// documents and from how servers of that revision behave.
package mockserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/further"
	"github.com/pdsconform/pdsconform/mockserver/internal/listen"
	"github.com/pdsconform/pdsconform/mockserver/internal/lockfile"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/ratelimit"
	"github.com/pdsconform/pdsconform/mockserver/internal/repo"
	"github.com/pdsconform/pdsconform/mockserver/internal/requests"
	"github.com/pdsconform/pdsconform/mockserver/internal/scenario"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// Server is a running mock server. All methods are safe for use by several
// goroutines.
type Server struct {
	// URL is the base URL of the XRPC listener, without a trailing slash.
	URL string
	// ControlURL is the base URL of the control listener, without a trailing
	// slash; its paths begin with /control/v1.
	ControlURL string

	options      Options
	core         *pds.Server
	courier      Courier // nil where mail stays in the outbox
	requests     requests.Log
	violations   violations
	limiter      ratelimit.Limiter
	occasional   faults.Occasional // of the variant of that name
	faults       *faults.Injector
	scenarios    *scenario.Set
	origin       origin
	stateLock    *lockfile.Lock              // nil without a state file
	security     *transportSecurity          // nil without TLS
	client       atomic.Pointer[http.Client] // nil until it is asked for
	router       *xrpc.Router
	further      *further.Methods
	repositories *repo.Repositories
	stop         context.CancelCauseFunc
	serving      []*listen.Listener
}

// New starts a server on two listeners and returns when both accept
// connections. The caller has to Close it.
//
// A catalogue with a query, procedure or subscription for which the mock has
// no handler is refused; the error names them all. A method that only another
// revision has is not served.
func New(options Options) (_ *Server, err error) {
	if options, err = options.complete(); err != nil {
		return nil, fmt.Errorf("mock server options: %w", err)
	}
	stateLock, err := lockState(options.StateFile)
	if err != nil {
		return nil, fmt.Errorf("mock server: %w", err)
	}
	defer func() {
		if err != nil {
			stateLock.Release()
		}
	}()
	s := &Server{options: options, stateLock: stateLock, requests: requests.Log{Logger: options.Logger}}
	s.requests.Known = s.secrets
	if err := s.build(); err != nil {
		return nil, fmt.Errorf("mock server: %w", err)
	}
	if err := s.applyFaults(); err != nil {
		return nil, fmt.Errorf("mock server options: %w", err)
	}
	if err := s.forwardMail(); err != nil {
		return nil, fmt.Errorf("mock server: %w", err)
	}
	if err := s.listen(); err != nil {
		s.stopMail()
		return nil, fmt.Errorf("mock server: %w", err)
	}
	return s, nil
}

// build makes everything that is there before anybody can connect.
func (s *Server) build() (err error) {
	saved, err := readState(s.options.StateFile)
	if err != nil {
		return err
	}
	if s.security, err = s.options.secure(); err != nil {
		return err
	}
	if s.core, err = pds.New(s.options.config(), saved.keys()); err != nil {
		return err
	}
	s.further = s.furtherMethods()
	s.repositories = repo.New(s.core, s.options.further.Record)
	records, err := s.repositories.Documents()
	if err != nil {
		return err
	}
	s.router, err = xrpc.New(xrpc.Options{
		Catalog:   s.options.Catalog,
		Endpoints: s.core.Endpoints(),
		Own:       []xrpc.Documents{records},
		Further:   s.further.Documents(),
		Before:    s.further.Before,
		Beyond:    s.further.Beyond,
		Fallback:  s.core.Fallback,
		Observe:   s.observe,
		Defect:    s.violations.add,
		Logger:    s.options.Logger,
		Now:       s.core.Clock.Now,
		Style:     s.options.variants.Style(&s.occasional),
		Inject:    func(r *http.Request) *xrpc.InjectedFault { return s.scenarios.Inject(r) },
	})
	if err != nil {
		return err
	}
	s.faults = faults.New(faults.NewCatalogue(s.options.Catalog, s.options.further...), s.core, s.router)
	s.scenarios = scenario.NewSet(s.options.Catalog, s.core, s.faults, s.options.Logger, func() []string {
		names := s.further.Names()
		for _, endpoint := range records.Endpoints {
			names = append(names, endpoint.NSID)
		}
		return names
	})
	return s.load(saved)
}

// applyFaults applies the defects, scenarios and answers of the options.
func (s *Server) applyFaults() error {
	return errors.Join(s.faults.Set(s.options.Defects...), s.SetAnswers(s.options.Answers...), s.scenarios.Replace(s.options.Scenarios))
}

// Tester is the part of testing.TB that RunT needs; GinkgoT() has it too.
type Tester interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// RunT starts a server for the time of a test and fails the test where that
// isn't possible. Without options the defaults hold; of several the last one
// counts.
func RunT(t Tester, options ...Options) *Server {
	t.Helper()
	var chosen Options
	if len(options) > 0 {
		chosen = options[len(options)-1]
	}
	server, err := New(chosen)
	if err != nil {
		t.Fatalf("start mock server: %v", err)
		return nil
	}
	t.Cleanup(server.Close)
	return server
}

// Handler returns the handler of the XRPC listener, for measurements and for
// listeners of the caller's own.
func (s *Server) Handler() http.Handler { return s.stack() }

// AdvanceClock moves the server's clock forward, whatever its base is. Going
// back, or more than two hundred years ahead, is an error.
func (s *Server) AdvanceClock(by time.Duration) error { return s.core.Clock.Advance(by) }

// Now is the time on the server's clock.
func (s *Server) Now() time.Time { return s.core.Clock.Now() }

// Reset brings the server back to its state at the start: the accounts and
// codes of the options, or what the state file held, and nothing else; no
// requests or latencies, the clock where it began, the defects, scenarios and
// answers of the options, and with a seed the same random stream again. Mail that waits to
// be sent is forgotten. Keys and addresses stay.
func (s *Server) Reset() {
	if s.origin.held != nil {
		s.core.Store.Restore(*s.origin.held)
	} else {
		s.core.Store.Reset()
	}
	s.core.Outbox.Restore(s.origin.mail)
	s.restoreIdentities()
	_ = s.core.SetSettings(s.options.settings()) // with which it started
	s.limiter.Reset()
	if s.courier != nil {
		s.courier.Forget()
	}
	s.requests.Reset()
	s.core.Latency.Reset()
	s.repositories.Reset()
	s.violations.reset()
	s.occasional.Reset()
	s.core.Clock.Reset()
	_ = s.applyFaults() // New has done the same
	if s.origin.position != nil {
		_ = s.core.Entropy.Seek(s.origin.position) // it was there before
	}
}
