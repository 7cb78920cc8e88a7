package mockserver

import (
	"errors"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// Wherever a path names an account, its DID, its handle or its address will do.

func (s *Server) controlAccounts(*http.Request) (any, error) { return s.core.Accounts(), nil }

func (s *Server) controlSeed(r *http.Request) (any, error) {
	var account pds.Account
	if err := readControl(r, &account); err != nil {
		return nil, err
	}
	did, err := s.core.SeedAccount(account)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	return s.core.Account(did)
}

func (s *Server) controlChange(r *http.Request) (any, error) {
	var change pds.AccountChange
	if err := readControl(r, &change); err != nil {
		return nil, err
	}
	state, err := s.core.ChangeAccount(r.PathValue("did"), change)
	return state, controlProblem(err)
}

func (s *Server) controlRemove(r *http.Request) (any, error) {
	return map[string]string{}, controlProblem(s.core.RemoveAccount(r.PathValue("did")))
}

func (s *Server) controlTakedown(r *http.Request) (any, error)  { return s.takedownOf(r, true) }
func (s *Server) controlReinstate(r *http.Request) (any, error) { return s.takedownOf(r, false) }

func (s *Server) takedownOf(r *http.Request, down bool) (any, error) {
	state, err := s.core.Account(r.PathValue("did"))
	if err == nil {
		err = s.core.Takedown(state.DID, down)
	}
	return map[string]any{"did": state.DID, "takenDown": down}, controlProblem(err)
}

// controlProblem tells what is not there from what is wrong; nil stays nil.
func controlProblem(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pds.ErrUnknownAccount):
		return notFound(err.Error())
	}
	return badRequest(err.Error())
}

func (s *Server) controlSessions(*http.Request) (any, error) { return s.core.Sessions(), nil }

func (s *Server) controlEndSession(r *http.Request) (any, error) {
	if !s.core.EndSession(r.PathValue("id")) {
		return nil, notFound("there is no session of this id")
	}
	return map[string]string{}, nil
}

func (s *Server) controlInvites(*http.Request) (any, error) { return s.core.Invites(), nil }

func (s *Server) controlChangeInvite(r *http.Request) (any, error) {
	var change struct {
		Disabled *bool `json:"disabled"`
	}
	if err := readControl(r, &change); err != nil {
		return nil, err
	}
	if change.Disabled == nil {
		return nil, badRequest("disabled must be true or false")
	}
	if !s.core.SetInviteDisabled(r.PathValue("code"), *change.Disabled) {
		return nil, notFound("there is no such invite code")
	}
	return map[string]bool{"disabled": *change.Disabled}, nil
}
