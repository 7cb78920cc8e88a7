package mockserver

import (
	"errors"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
)

func (s *Server) controlScenarios(*http.Request) (any, error) { return s.Scenarios(), nil }

func (s *Server) controlAddScenario(r *http.Request) (any, error) {
	var scenario Scenario
	if err := readControl(r, &scenario); err != nil {
		return nil, err
	}
	id, err := s.AddScenario(scenario)
	var unknown *faults.UnknownError
	switch {
	case errors.As(err, &unknown):
		return nil, notFound(err.Error())
	case err != nil:
		return nil, badRequest(err.Error())
	}
	return ScenarioState{Scenario: scenario, ID: id}, nil
}

func (s *Server) controlClearScenarios(*http.Request) (any, error) {
	s.ClearScenarios()
	return empty{}, nil
}

func (s *Server) controlRemoveScenario(r *http.Request) (any, error) {
	if err := s.RemoveScenario(r.PathValue("id")); err != nil {
		return nil, notFound("id: " + err.Error())
	}
	return empty{}, nil
}
