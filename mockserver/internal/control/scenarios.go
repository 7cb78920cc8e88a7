package control

import (
	"errors"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/scenario"
)

func (c controller) scenarios(*http.Request) (any, error) { return c.Scenarios.States(), nil }

func (c controller) addScenario(r *http.Request) (any, error) {
	var given scenario.Scenario
	if err := read(r, &given); err != nil {
		return nil, err
	}
	id, err := c.Scenarios.Add(given)
	var unknown *faults.UnknownError
	switch {
	case errors.As(err, &unknown):
		return nil, notFound(err.Error())
	case err != nil:
		return nil, badRequest(err.Error())
	}
	return scenario.State{Scenario: given, ID: id}, nil
}

func (c controller) clearScenarios(*http.Request) (any, error) {
	c.Scenarios.Clear()
	return empty{}, nil
}

func (c controller) removeScenario(r *http.Request) (any, error) {
	if err := c.Scenarios.Remove(r.PathValue("id")); err != nil {
		return nil, notFound("id: " + err.Error())
	}
	return empty{}, nil
}
