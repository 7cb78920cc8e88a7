package control

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pdsconform/pdsconform/mockserver/internal/clock"
	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
)

// offers names what the control protocol of this server can do.
func offers() []string {
	return []string{"mail", "clock", "takedown", "accounts", "sessions", "invites", "identities", "reset", "requests", "defects", "latency", "scenarios", "answers", "settings"}
}

// empty is the answer of what has nothing to tell.
type empty struct{}

func (c controller) info(*http.Request) (any, error) {
	served := []string{}
	for path, answers := range c.paths() {
		for verb := range answers {
			served = append(served, verb+" "+path)
		}
	}
	slices.Sort(served)
	return map[string]any{"name": "pdsconform mock", "version": pds.Version(), "offers": offers(), "verbs": served}, nil
}

// document is an answer that is no JSON.
type document []byte

// openAPI answers with the description of the control protocol.
func (c controller) openAPI(*http.Request) (any, error) { return document(c.OpenAPI), nil }

func (c controller) mail(r *http.Request) (any, error) {
	return c.Core.Mail(r.URL.Query().Get("to")), nil
}

func (c controller) clearMail(*http.Request) (any, error) {
	c.Core.Outbox.Clear()
	return empty{}, nil
}

// clockState is what the clock verbs answer with.
type clockState struct {
	Now    string `json:"now"`
	Offset string `json:"offset"` // how far it was moved
}

func (c controller) clock(*http.Request) (any, error) {
	return clockState{pds.Timestamp(c.Core.Clock.Now()), c.Core.Clock.Offset().String()}, nil
}

func (c controller) advance(r *http.Request) (any, error) {
	var order struct {
		Advance string `json:"advance"`
	}
	if err := read(r, &order); err != nil {
		return nil, err
	}
	by, err := time.ParseDuration(order.Advance)
	if err != nil {
		return nil, badRequest(fmt.Sprintf(`advance must be a duration such as "20m", of %s at most`, clock.Furthest))
	}
	if err := c.Core.Clock.Advance(by); err != nil {
		return nil, badRequest("advance: " + err.Error())
	}
	return c.clock(r)
}

func (c controller) reset(*http.Request) (any, error) {
	c.Reset()
	return empty{}, nil
}

func (c controller) requests(r *http.Request) (any, error) {
	after := r.URL.Query().Get("after")
	if after == "" {
		return c.Requests.Newest(), nil
	}
	id, err := strconv.Atoi(after)
	if err != nil || id < 0 {
		return nil, badRequest("after must be the id of a request, such as 12")
	}
	return c.Requests.After(id), nil
}

// defectState lists the faults that the server can be made to have, and those
// that it has.
type defectState struct {
	Defects []describedDefect `json:"defects"`
	Active  []string          `json:"active"`
}

type describedDefect struct {
	faults.Defect
	Active bool `json:"active"`
}

func (c controller) defects(*http.Request) (any, error) {
	state := defectState{[]describedDefect{}, c.Faults.Active()}
	for _, known := range c.Faults.Defects() {
		state.Defects = append(state.Defects, describedDefect{known, slices.Contains(state.Active, known.ID)})
	}
	return state, nil
}

func (c controller) activate(r *http.Request) (any, error) {
	var order struct {
		Active *[]string `json:"active"`
	}
	if err := read(r, &order); err != nil {
		return nil, err
	}
	if order.Active == nil {
		return nil, badRequest("active must be a list of defects")
	}
	if err := c.Faults.Set(*order.Active...); err != nil {
		return nil, notFound("active: " + err.Error())
	}
	return c.defects(r)
}

func (c controller) latency(r *http.Request) (any, error) {
	var order struct {
		NSID  string `json:"nsid"`
		Stage string `json:"stage"`
		Delay string `json:"delay"`
		Calls int    `json:"calls,omitempty"`
	}
	if err := read(r, &order); err != nil {
		return nil, err
	}
	delay, err := time.ParseDuration(order.Delay)
	if err != nil {
		return nil, badRequest(`delay must be a duration such as "50ms"`)
	}
	if err := c.Core.SetLatency(order.NSID, order.Stage, delay, order.Calls); err != nil {
		return nil, badRequest(err.Error())
	}
	return order, nil
}
