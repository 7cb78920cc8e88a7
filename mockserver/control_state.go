package mockserver

import (
	_ "embed" // for the description of the control protocol
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"net/http"
	"slices"
	"time"
)

// offers names what the control protocol of this server can do.
func offers() []string {
	return []string{"mail", "clock", "takedown", "accounts", "reset", "requests", "defects", "latency", "scenarios"}
}

// empty is the answer of what has nothing to tell.
type empty struct{}

func (s *Server) controlInfo(*http.Request) (any, error) {
	served := []string{}
	for path, answers := range s.controlPaths() {
		for verb := range answers {
			served = append(served, verb+" "+path)
		}
	}
	slices.Sort(served)
	return map[string]any{"name": "pdsconform mock", "version": pds.Version(), "offers": offers(), "verbs": served}, nil
}

//go:embed control.openapi.yaml
var openAPI []byte

// document is an answer that is no JSON.
type document []byte

// controlDocument answers with the description of the control protocol.
func controlDocument(*http.Request) (any, error) { return document(openAPI), nil }

func (s *Server) controlMail(r *http.Request) (any, error) {
	return s.core.Mail(r.URL.Query().Get("to")), nil
}

func (s *Server) controlClearMail(*http.Request) (any, error) {
	s.core.Outbox.Clear()
	return empty{}, nil
}

// clockState is what the clock verbs answer with.
type clockState struct {
	Now    string `json:"now"`
	Offset string `json:"offset"` // how far it was moved
}

func (s *Server) controlClock(*http.Request) (any, error) {
	return clockState{pds.Timestamp(s.core.Clock.Now()), s.core.Clock.Offset().String()}, nil
}

func (s *Server) controlAdvance(r *http.Request) (any, error) {
	var order struct {
		Advance string `json:"advance"`
	}
	if err := readControl(r, &order); err != nil {
		return nil, err
	}
	by, err := time.ParseDuration(order.Advance)
	if err != nil {
		return nil, badRequest(`advance must be a duration such as "20m"`)
	}
	if err := s.core.Clock.Advance(by); err != nil {
		return nil, badRequest("advance: " + err.Error())
	}
	return s.controlClock(r)
}

func (s *Server) controlReset(*http.Request) (any, error) {
	s.Reset()
	return empty{}, nil
}

func (s *Server) controlRequests(*http.Request) (any, error) { return s.Requests(), nil }

// defectState lists the faults that the server can be made to have, and those
// that it has.
type defectState struct {
	Defects []describedDefect `json:"defects"`
	Active  []string          `json:"active"`
}

type describedDefect struct {
	Defect
	Active bool `json:"active"`
}

func (s *Server) controlDefects(*http.Request) (any, error) {
	state := defectState{[]describedDefect{}, s.ActiveDefects()}
	for _, known := range s.faults.Defects() {
		state.Defects = append(state.Defects, describedDefect{known, slices.Contains(state.Active, known.ID)})
	}
	return state, nil
}

func (s *Server) controlActivate(r *http.Request) (any, error) {
	var order struct {
		Active *[]string `json:"active"`
	}
	if err := readControl(r, &order); err != nil {
		return nil, err
	}
	if order.Active == nil {
		return nil, badRequest("active must be a list of defects")
	}
	if err := s.SetDefects(*order.Active...); err != nil {
		return nil, notFound("active: " + err.Error())
	}
	return s.controlDefects(r)
}

func (s *Server) controlLatency(r *http.Request) (any, error) {
	var order struct {
		NSID  string `json:"nsid"`
		Stage string `json:"stage"`
		Delay string `json:"delay"`
	}
	if err := readControl(r, &order); err != nil {
		return nil, err
	}
	delay, err := time.ParseDuration(order.Delay)
	if err != nil {
		return nil, badRequest(`delay must be a duration such as "50ms"`)
	}
	if err := s.core.SetLatency(order.NSID, order.Stage, delay); err != nil {
		return nil, badRequest(err.Error())
	}
	return order, nil
}
