// Package control serves the control protocol: what steers the mock from other
// processes, on a listener of its own. It must not know that listener, nor what
// the options of the mock are called.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/faults"
	"github.com/pdsconform/pdsconform/mockserver/internal/further"
	"github.com/pdsconform/pdsconform/mockserver/internal/pds"
	"github.com/pdsconform/pdsconform/mockserver/internal/requests"
	"github.com/pdsconform/pdsconform/mockserver/internal/scenario"
	"github.com/pdsconform/pdsconform/mockserver/internal/strict"
)

// maxBody bounds what the control listener reads.
const maxBody = 64 << 10

// maxDrained bounds what is read of a body that is too large, and thrown away.
const maxDrained = 64 << 20

// Mock is the server that is controlled, room by room.
type Mock struct {
	URL       string // of the XRPC listener
	Core      *pds.Server
	Faults    *faults.Injector
	Scenarios *scenario.Set
	Requests  *requests.Log
	Further   *further.Methods
	Reset     func()
	Hostname  string // the server's own
	OpenAPI   []byte // the description of the protocol, in YAML
	Logger    *slog.Logger
}

// Handler answers the control protocol, and what else is added: what the mock
// shows of itself to people. It changes the world that the XRPC listener lives
// in, which is why it has a listener of its own.
func Handler(mock Mock, add func(*http.ServeMux)) http.Handler {
	c := controller{mock}
	mux := http.NewServeMux()
	for path, answers := range c.paths() {
		mux.Handle(path, answers)
	}
	add(mux)
	mux.Handle("/", verbs{})
	return contained(mock.Logger, guarded(mock.Hostname, mux))
}

// controller answers the requests of the protocol.
type controller struct{ Mock }

// paths is all of the control protocol. What it takes and answers is in
// control.openapi.yaml.
func (c controller) paths() map[string]verbs {
	return map[string]verbs{
		"/control/v1/info":                    {http.MethodGet: c.info},
		"/control/v1/mail":                    {http.MethodGet: c.mail, http.MethodDelete: c.clearMail},
		"/control/v1/clock":                   {http.MethodGet: c.clock, http.MethodPost: c.advance},
		"/control/v1/accounts":                {http.MethodGet: c.accounts, http.MethodPost: c.seed},
		"/control/v1/accounts/{did}":          {http.MethodPatch: c.change, http.MethodDelete: c.remove},
		"/control/v1/sessions":                {http.MethodGet: c.sessions, http.MethodPost: c.logIn},
		"/control/v1/sessions/{id}":           {http.MethodDelete: c.endSession},
		"/control/v1/invites":                 {http.MethodGet: c.invites, http.MethodPost: c.addInvite},
		"/control/v1/invites/{code}":          {http.MethodPatch: c.changeInvite},
		"/control/v1/accounts/{did}/takedown": {http.MethodPost: c.takedown, http.MethodDelete: c.reinstate},
		"/control/v1/identities":              {http.MethodPut: c.putIdentity},
		"/control/v1/reset":                   {http.MethodPost: c.reset},
		"/control/v1/requests":                {http.MethodGet: c.requests},
		"/control/v1/defects":                 {http.MethodGet: c.defects, http.MethodPut: c.activate},
		"/control/v1/latency":                 {http.MethodPut: c.latency},
		"/control/v1/settings":                {http.MethodGet: c.settings, http.MethodPatch: c.changeSettings},
		"/control/v1/answers":                 {http.MethodGet: c.answers, http.MethodPut: c.setAnswers},
		"/control/v1/scenarios": {
			http.MethodGet: c.scenarios, http.MethodPost: c.addScenario, http.MethodDelete: c.clearScenarios,
		},
		"/control/v1/scenarios/{id}": {http.MethodDelete: c.removeScenario},
		"/control/v1/openapi.yaml":   {http.MethodGet: c.openAPI},
	}
}

// protocolError is an error of the control protocol.
type protocolError struct {
	status  int
	name    string
	message string
}

// Error returns the message.
func (e *protocolError) Error() string { return e.message }

func badRequest(message string) error {
	return &protocolError{http.StatusBadRequest, "InvalidRequest", message}
}

func notFound(message string) error {
	return &protocolError{http.StatusNotFound, "NotFound", message}
}

// verbs are the answers of one path by HTTP method; no verbs, no such path.
type verbs map[string]func(*http.Request) (any, error)

// ServeHTTP writes what the verb's function returns, or its error, as JSON.
func (v verbs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	verb := r.Method
	if verb == http.MethodHead {
		verb = http.MethodGet
	}
	answer, known := v[verb]
	switch {
	case known:
		value, err := answer(r)
		write(w, value, err)
	case len(v) == 0:
		write(w, nil, notFound("there is nothing at "+r.URL.Path))
	default:
		allowed := v.names()
		w.Header().Set("Allow", allowed)
		write(w, nil, &protocolError{http.StatusMethodNotAllowed, "MethodNotAllowed", r.URL.Path + " takes " + allowed})
	}
}

func (v verbs) names() string {
	var names []string
	for _, verb := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if v[verb] != nil {
			names = append(names, verb)
		}
	}
	return strings.Join(names, ", ")
}

func write(w http.ResponseWriter, value any, err error) {
	if text, isDocument := value.(document); isDocument {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(text) // the client may be gone
		return
	}
	status := http.StatusOK
	if err != nil {
		known := &protocolError{http.StatusInternalServerError, "InternalServerError", err.Error()}
		errors.As(err, &known)
		status = known.status
		value = map[string]string{"error": known.name, "message": known.message}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client may be gone
}

// read decodes a body that must be one JSON object of known members.
func read(r *http.Request, into any) error { return readUpTo(r, maxBody, into) }

// readUpTo is read for a body of at most so many bytes.
func readUpTo(r *http.Request, most int64, into any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil {
		return badRequest("the body could not be read")
	}
	if int64(len(body)) > most {
		// Who is still sending when the connection is closed never sees the answer.
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained)
		return &protocolError{http.StatusRequestEntityTooLarge, "PayloadTooLarge",
			fmt.Sprintf("the body is too large: %s takes %d bytes at most", r.URL.Path, most)}
	}
	if err := strict.Decode(body, into); err != nil {
		return badRequest(err.Error())
	}
	return nil
}
