package mockserver_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver"
)

// TestGeneratedDefects makes the one request by which each can be noticed, on
// a sound server and on one that has it.
func TestGeneratedDefects(t *testing.T) {
	t.Parallel()
	methods := methodsOf(t)
	for _, d := range mockserver.Defects(nil) {
		probe := probeOf(methods, d)
		if probe == nil {
			continue // hand-written: has a test of its own
		}
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			sound := probe(newFixture(t)).shape()
			corrupted := probe(newFixture(t).have(t, d.ID)).shape()
			if sound == corrupted {
				t.Errorf("no difference: %s", sound)
			}
			if want := statusOf(d.ID); want != "" && !strings.HasPrefix(corrupted, want) {
				t.Errorf("answer is %s, want %s", corrupted, want)
			}
		})
	}
}

// statusOf is the status that a family of defects always has, or "".
func statusOf(id string) string {
	for suffix, status := range map[string]string{
		".connection-dropped": "no answer", ".demanded": "400", ".not-served": "501",
		".server-error": "500", "-server-error": "500", ".wrong-status": "500", ".html": "4", ".nameless": "4", ".wrong-name": "4", ".generic-name": "4",
		"refused": "400",
	} {
		if strings.HasSuffix(id, suffix) {
			return status
		}
	}
	if strings.HasPrefix(id, "protocol.") {
		return ""
	}
	return "200" // a success: one that isn't due, or one that is and looks wrong
}

// probeOf is the request that tells, nil for a defect that no family has.
func probeOf(methods map[string]*lexicons.Method, d mockserver.Defect) func(*fixture) answer {
	method := strings.TrimPrefix(d.Method, "com.atproto.server.")
	name := strings.TrimPrefix(d.ID, d.Facet+"."+method+".")
	switch d.Facet {
	case "output":
		if strings.HasSuffix(name, ".empty-null") {
			return func(s *fixture) answer { return s.make(s.empty(method)) }
		}
		return func(s *fixture) answer { return s.make(s.valid(method)) }
	case "errors":
		return probeOfError(method, name)
	case "input":
		return probeOfInput(methods[method], method, name)
	case "auth":
		return func(s *fixture) answer {
			r := s.valid(method)
			r.authorization = s.wrongAuthorization(method, name)
			return s.make(r)
		}
	case "method":
		return func(s *fixture) answer {
			r := s.valid(method)
			if name == "any-verb" {
				r.verb = http.MethodPut
			}
			return s.make(r)
		}
	}
	return nil
}

func probeOfError(method, name string) func(*fixture) answer {
	if declared, _, ok := strings.Cut(name, "."); ok {
		if declared == "DuplicateCreate" {
			return duplicateCreate
		}
		return func(s *fixture) answer { return s.make(s.refused(method, declared)) }
	}
	return func(s *fixture) answer {
		r := s.valid(method)
		r.verb = http.MethodPatch
		return s.make(r)
	}
}

// duplicateCreate returns the answer of one who lost.
func duplicateCreate(s *fixture) answer {
	advance(s, s.server, 3*day)
	s.again(&s.alice)
	meet(s, s.client, "getAccountInviteCodes", 8)
	answers := together(8, func(int) answer { return s.get("getAccountInviteCodes", s.alice.access) })
	slices.SortFunc(answers, func(a, b answer) int { return strings.Compare(b.shape(), a.shape()) })
	if answers[0].status != http.StatusOK {
		return answers[0]
	}
	return answers[len(answers)-1] // all won: one with the plain success
}

// probeOfDropping looks for the end of a connection.
func probeOfDropping(short string) func(*fixture) answer {
	return func(s *fixture) answer {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodPut, s.server.URL+"/xrpc/com.atproto.server."+short, nil)
		if err != nil {
			s.Fatal(err)
		}
		response, err := s.http.Do(request)
		if err != nil {
			return answer{}
		}
		return read(s.TB, response)
	}
}

func probeOfInput(method *lexicons.Method, short, name string) func(*fixture) answer {
	if name == "connection-dropped" {
		return probeOfDropping(short)
	}
	return func(s *fixture) answer {
		r := s.valid(short)
		parameter, how, _ := strings.Cut(name, ".")
		switch name {
		case "server-error":
			r.body, r.media = `{"cut":`, "application/json"
		case "unknown-parameter-refused", "unknown-parameter-server-error":
			r.query = "?odd=1"
		case "escape-server-error":
			r.query = "?odd=%zz"
		case "media-type-unchecked":
			r.media = "text/plain"
		case "malformed-accepted":
			r.body = `{"cut":`
		case "extra-refused":
			r.input["extra"] = true
		default:
			switch {
			case how == "demanded", how == "absence-server-error":
				delete(r.input, parameter)
				r.query = ""
			case how == "doubled-server-error":
				r.query = "?" + parameter + "=true&" + parameter + "=true"
			case method.IsQuery():
				r.query = "?" + parameter + "=maybe"
			default:
				s.corrupt(r.input, method.Input.Object(), strings.Split(name, "."))
			}
		}
		return s.make(r)
	}
}

// corrupt breaks the value at a path, whose last step says how.
func (s *fixture) corrupt(input object, schema *lexicons.Object, path []string) {
	name := path[0]
	if len(path) > 2 { // an element of a list: wrong in the same way
		input[name] = []any{12.0}
		if path[2] == "format-unchecked" {
			input[name] = []any{"no format at all"}
		}
		return
	}
	switch path[1] {
	case "absence-unchecked":
		delete(input, name)
	case "format-unchecked":
		input[name] = "no format at all"
	case "type-unchecked":
		input[name] = 12.5
		if _, isText := schema.Property(name).(*lexicons.String); isText {
			input[name] = object{"text": 1}
		}
	default:
		s.Fatalf("nothing known of %s", path)
	}
}

// wrongAuthorization is good enough for a server with that defect only.
func (s *fixture) wrongAuthorization(method, name string) string {
	isAdmin := strings.HasPrefix(method, "createInvite")
	isRefresh := method == "deleteSession" || method == "refreshSession"
	switch name {
	case "not-needed":
		return ""
	case "server-error":
		return bearer("garbage")
	case "wrong-kind":
		if isRefresh || isAdmin {
			return bearer(s.alice.access)
		}
		return bearer(s.alice.refresh)
	case "forged":
		if isAdmin {
			return basic("admin:guess")
		}
		return bearer(tampered(s.alice.refresh))
	case "expired":
		if isRefresh {
			old := s.stale.refresh
			advance(s, s.server, 90*day)
			return bearer(old)
		}
		return bearer(s.stale.access)
	}
	s.Fatalf("nothing known of %s", name)
	return ""
}
