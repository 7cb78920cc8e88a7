package mockserver

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/pdsconform/pdsconform/mockserver/internal/strict"
)

// maxControlBody bounds what the control listener reads.
const maxControlBody = 64 << 10

// control is the handler of the control listener. It changes the world that
// the XRPC listener lives in, which is why it has a listener of its own.
func (s *Server) control() http.Handler {
	mux := http.NewServeMux()
	for path, answers := range s.controlPaths() {
		mux.Handle(path, answers)
	}
	s.servePage(mux)
	mux.Handle("/", verbs{})
	return contained(s.options.Logger, s.guarded(mux))
}

// controlPaths is all of the control protocol. What it takes and answers is in
// control.openapi.yaml.
func (s *Server) controlPaths() map[string]verbs {
	return map[string]verbs{
		"/control/v1/info":                    {http.MethodGet: s.controlInfo},
		"/control/v1/mail":                    {http.MethodGet: s.controlMail, http.MethodDelete: s.controlClearMail},
		"/control/v1/clock":                   {http.MethodGet: s.controlClock, http.MethodPost: s.controlAdvance},
		"/control/v1/accounts":                {http.MethodGet: s.controlAccounts, http.MethodPost: s.controlSeed},
		"/control/v1/accounts/{did}":          {http.MethodPatch: s.controlChange, http.MethodDelete: s.controlRemove},
		"/control/v1/sessions":                {http.MethodGet: s.controlSessions},
		"/control/v1/sessions/{id}":           {http.MethodDelete: s.controlEndSession},
		"/control/v1/invites":                 {http.MethodGet: s.controlInvites},
		"/control/v1/invites/{code}":          {http.MethodPatch: s.controlChangeInvite},
		"/control/v1/accounts/{did}/takedown": {http.MethodPost: s.controlTakedown, http.MethodDelete: s.controlReinstate},
		"/control/v1/reset":                   {http.MethodPost: s.controlReset},
		"/control/v1/requests":                {http.MethodGet: s.controlRequests},
		"/control/v1/defects":                 {http.MethodGet: s.controlDefects, http.MethodPut: s.controlActivate},
		"/control/v1/latency":                 {http.MethodPut: s.controlLatency},
		"/control/v1/scenarios": {
			http.MethodGet: s.controlScenarios, http.MethodPost: s.controlAddScenario, http.MethodDelete: s.controlClearScenarios,
		},
		"/control/v1/scenarios/{id}": {http.MethodDelete: s.controlRemoveScenario},
		"/control/v1/openapi.yaml":   {http.MethodGet: controlDocument},
	}
}

// controlError is an error of the control protocol.
type controlError struct {
	status  int
	name    string
	message string
}

// Error returns the message.
func (e *controlError) Error() string { return e.message }

func badRequest(message string) error {
	return &controlError{http.StatusBadRequest, "InvalidRequest", message}
}

func notFound(message string) error {
	return &controlError{http.StatusNotFound, "NotFound", message}
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
		writeControl(w, value, err)
	case len(v) == 0:
		writeControl(w, nil, notFound("there is nothing at "+r.URL.Path))
	default:
		allowed := v.names()
		w.Header().Set("Allow", allowed)
		writeControl(w, nil, &controlError{http.StatusMethodNotAllowed, "MethodNotAllowed", r.URL.Path + " takes " + allowed})
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

func writeControl(w http.ResponseWriter, value any, err error) {
	if text, isDocument := value.(document); isDocument {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(text) // the client may be gone
		return
	}
	status := http.StatusOK
	if err != nil {
		known := &controlError{http.StatusInternalServerError, "InternalServerError", err.Error()}
		errors.As(err, &known)
		status = known.status
		value = map[string]string{"error": known.name, "message": known.message}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client may be gone
}

// readControl decodes a body that must be one JSON object of known members.
func readControl(r *http.Request, into any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxControlBody+1))
	if err != nil {
		return badRequest("the body could not be read")
	}
	if len(body) > maxControlBody {
		return &controlError{http.StatusRequestEntityTooLarge, "PayloadTooLarge", "the body is too large"}
	}
	if err := strict.Decode(body, into); err != nil {
		return badRequest(err.Error())
	}
	return nil
}
