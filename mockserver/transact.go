package mockserver

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
func (s *PDS) transact(ctx context.Context, call *xrpc.Call, work func(*store.Tx) error) error {
	for {
		tx := s.store.Begin()
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
func (s *PDS) commit(ctx context.Context, nsid string, tx *store.Tx) error {
	delay := s.latency.of(nsid)
	if hooks := s.hooks.Load(); hooks != nil && hooks.Commit != nil {
		delay = max(delay, hooks.Commit(nsid, tx))
	}
	if delay > 0 {
		if err := s.wait(ctx, delay); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// errClosing is why the contexts of requests end when the server is closed.
var errClosing = errors.New("the server is being closed")

// wait blocks for a duration of the base clock. The end of the server ends the
// wait and not the request; that of the request is an error.
func (s *PDS) wait(ctx context.Context, duration time.Duration) error {
	err := s.clock.Wait(ctx, duration)
	if errors.Is(context.Cause(ctx), errClosing) {
		return nil
	}
	return err
}

// alter changes the store, whatever else goes on there.
func (s *PDS) alter(work func(*store.Tx)) {
	for {
		tx := s.store.Begin()
		work(tx)
		if !errors.Is(tx.Commit(), store.ErrConflict) {
			return
		}
	}
}

// find looks an account up by an address, a DID or a handle.
func (s *PDS) find(identifier string) (store.Account, bool) {
	return accountOf(s.store.Begin(), strings.ToLower(identifier))
}

// named is find for whoever need not be there.
func (s *PDS) named(identifier string) store.Account {
	account, _ := s.find(identifier)
	return account
}

// field is a member of an output.
func field(name string, value any) lexval.Member { return lexval.Member{Name: name, Value: value} }

// timestamp is the way in which all times are told.
// Source: https://atproto.com/specs/lexicon#datetime
func timestamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
