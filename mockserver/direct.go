package mockserver

import (
	"fmt"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/repo"
)

// Session is a session with its tokens, AccessJwt and RefreshJwt, and whose it
// is: DID, Handle and Email.
type Session = pds.Session

// Record is a record of an account: its URI and CID, and what it holds.
type Record = repo.Record

// LogIn opens a session of the account that has a DID, handle or e-mail address,
// as its own password would; ErrUnknownAccount where none has. An account that
// was taken down has no sessions, which is an error too.
func (s *Server) LogIn(identifier string) (Session, error) { return s.core.LogIn(identifier) }

// Records lists what the account that has a DID, handle or e-mail address has
// written to a collection, the oldest first; ErrUnknownAccount where none has.
func (s *Server) Records(identifier, collection string) ([]Record, error) {
	return s.repositories.Records(identifier, collection)
}

// MustLogIn is LogIn for tests: it panics where that is an error.
func (s *Server) MustLogIn(identifier string) Session { return must(s.LogIn(identifier)) }

// MustAccount is Account for tests: it panics where there is none.
func (s *Server) MustAccount(identifier string) AccountState { return must(s.Account(identifier)) }

// MustSeedAccount is SeedAccount for tests, and returns the account: it panics
// where that is an error.
func (s *Server) MustSeedAccount(account Account) AccountState {
	return s.MustAccount(must(s.SeedAccount(account)))
}

// MustRecords is Records for tests: it panics where there is no such account.
func (s *Server) MustRecords(identifier, collection string) []Record {
	return must(s.Records(identifier, collection))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("mock server: %v", err))
	}
	return value
}
