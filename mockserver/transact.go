package mockserver

import (
	"context"
	"errors"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/store"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// transact runs work until its transaction wins or work fails. Every loss is
// another transaction's success, so the loop always gets somewhere.
func (s *Server) transact(ctx context.Context, call *xrpc.Call, work func(*store.Tx) error) error {
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
func (s *Server) commit(ctx context.Context, nsid string, tx *store.Tx) error {
	delay := s.latency.of(nsid)
	if s.faults.current.Load() != nil && s.overlook(nsid, tx) {
		delay = max(delay, raceWindow)
	}
	if delay > 0 {
		if err := s.wait(ctx, delay); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// field is a member of an output.
func field(name string, value any) lexval.Member { return lexval.Member{Name: name, Value: value} }

// timestamp is the way in which all times are told.
// Source: https://atproto.com/specs/lexicon#datetime
func timestamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
