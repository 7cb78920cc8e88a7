package suite

import (
	"context"
	"fmt"
	"io"

	"github.com/pdsconform/pdsconform/suite/internal/target"
	"github.com/pdsconform/pdsconform/suite/internal/xrpc"
)

// CleanUp removes from a target what the journal of a run that was cut off
// says is left there, and returns how many accounts it removed. Config says how
// to reach the target's mail, or has its admin credential; an empty Target
// means the journal's own.
//
// The error is a *UsageError where the journal can't be read, an
// *UnreachableError where the target can't be reached, and otherwise names what
// is still there.
func CleanUp(ctx context.Context, config Config, journal io.Reader) (removed int, err error) {
	remains, err := target.ReadJournal(journal)
	if err != nil {
		return 0, &UsageError{err.Error()}
	}
	if config.Target == "" {
		config.Target = remains.Target
	}
	config.Target, remains.Target = BaseURL(config.Target), BaseURL(remains.Target)
	if config.Target != remains.Target {
		return 0, &UsageError{fmt.Sprintf("the journal is of %s, not of %s", remains.Target, config.Target)}
	}
	if err := checkTarget("--target", config.Target); err != nil {
		return 0, err
	}
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	p := &plan{config: config, secrets: xrpc.NewSecrets()}
	server, closeDrivers, err := p.reach(ctx)
	if err != nil {
		return 0, err
	}
	defer closeDrivers()
	if err := server.CheckAdmin(ctx); err != nil {
		return 0, &UsageError{err.Error()}
	}
	return server.CleanUpRemains(ctx, remains)
}

// JournalInUse reports whether the run that keeps a journal is still under way,
// so that what it has made is not left behind.
func JournalInUse(path string) bool { return target.JournalInUse(path) }
