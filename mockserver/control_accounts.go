package mockserver

import (
	"fmt"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

func (s *Server) controlSeed(r *http.Request) (any, error) {
	var account pds.Account
	if err := readControl(r, &account); err != nil {
		return nil, err
	}
	did, err := s.core.SeedAccount(account)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	seeded, _ := s.core.Store.Account(did)
	return map[string]string{"did": did, "handle": seeded.Handle, "email": seeded.Email}, nil
}

func (s *Server) controlTakedown(r *http.Request) (any, error)  { return s.takedownOf(r, true) }
func (s *Server) controlReinstate(r *http.Request) (any, error) { return s.takedownOf(r, false) }

func (s *Server) takedownOf(r *http.Request, down bool) (any, error) {
	did := r.PathValue("did")
	if !lexval.IsDID(did) {
		return nil, badRequest(fmt.Sprintf("did %q is no valid did", did))
	}
	if err := s.core.Takedown(did, down); err != nil {
		return nil, notFound(err.Error())
	}
	return map[string]any{"did": did, "takenDown": down}, nil
}
