package pds

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// transact runs work until its transaction wins or work fails. Every loss is
// another transaction's success, so the loop always gets somewhere.
func (s *Server) transact(ctx context.Context, call *xrpc.Call, work func(*store.Tx) error) error {
	for {
		tx := s.Store.Begin()
		if err := work(tx); err != nil {
			return err
		}
		err := s.commit(ctx, call.NSID, tx)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// commit commits, after the latency that was asked for.
func (s *Server) commit(ctx context.Context, nsid string, tx *store.Tx) error {
	if hooks := s.Hooks.Load(); hooks != nil && hooks.Commit != nil {
		hooks.Commit(nsid, tx)
	}
	if latency := s.Latency.of(nsid); latency != nil {
		if err := latency.wait(ctx, s.Wait); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// ErrClosing is why the contexts of requests end when the server is closed.
var ErrClosing = errors.New("the server is being closed")

// Wait blocks for a duration of the base clock. The end of the server ends the
// wait and not the request; that of the request is an error.
func (s *Server) Wait(ctx context.Context, duration time.Duration) error {
	err := s.Clock.Wait(ctx, duration)
	if errors.Is(context.Cause(ctx), ErrClosing) {
		return nil
	}
	return err
}

// Alter changes the store, whatever else goes on there.
func (s *Server) Alter(work func(*store.Tx)) {
	for {
		tx := s.Store.Begin()
		work(tx)
		if !errors.Is(tx.Commit(), store.ErrConflict) {
			return
		}
	}
}

// Find looks an account up by an address, a DID or a handle.
func (s *Server) Find(identifier string) (store.Account, bool) {
	return named(s.Store.Begin(), identifier)
}

// named is accountOf for an identifier in any letter case, which matters in a DID
// only.
func named(tx *store.Tx, identifier string) (store.Account, bool) {
	if strings.HasPrefix(identifier, "did:") {
		return tx.Account(identifier)
	}
	return accountOf(tx, strings.ToLower(identifier))
}

// Named is find for whoever need not be there.
func (s *Server) Named(identifier string) store.Account {
	account, _ := s.Find(identifier)
	return account
}

// Field is a member of an output.
func Field(name string, value any) lexval.Member { return lexval.Member{Name: name, Value: value} }

// Timestamp is the way in which all times are told.
// Source: https://atproto.com/specs/lexicon#datetime
func Timestamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
