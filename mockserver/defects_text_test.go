package mockserver_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestTextDefects sends the one body by which each defect can be noticed, to a
// right server and to one that has it.
func TestTextDefects(t *testing.T) {
	t.Parallel()
	for _, d := range mockserver.Defects(nil) {
		if d.Facet != "text" {
			continue
		}
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			answered := func(s *fixture) answer { return s.make(s.unusualBody(d)) }
			right, wrong := answered(newFixture(t)), answered(newFixture(t).have(t, d.ID))
			if strings.HasSuffix(d.ID, ".cleaned") {
				if right.text("name") != "é" || wrong.text("name") != "" {
					t.Errorf("the name is %q, and with the defect %q", right.text("name"), wrong.text("name"))
				}
				return
			}
			if right.status >= http.StatusInternalServerError || wrong.status != http.StatusInternalServerError {
				t.Errorf("a right server answers %s, and one with the defect %s", right.shape(), wrong.shape())
			}
		})
	}
}

// unusualBody is what a server with that defect breaks on.
func (s *fixture) unusualBody(d mockserver.Defect) request {
	if d.Method == "" {
		r := s.valid("createSession")
		name := strings.TrimSuffix(strings.TrimPrefix(d.ID, "text."), "-server-error")
		identifier := map[string]string{
			"nul": `"\u0000"`, "surrogate": `"\ud800"`, "not-utf8": "\"\xff\"", "direction-marks": "\"\u202a\"", "quotes": `"'"`,
			"long": `"` + strings.Repeat("a", 300) + `"`, "very-long": `"` + strings.Repeat("a", 10_000) + `"`,
			"deep": strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "doubled-member": `"a","identifier":"b"`,
		}[name]
		if identifier == "" {
			s.Fatalf("nothing known of %s", name)
		}
		r.body = `{"identifier":` + identifier + `,"password":"wrong"}`
		return r
	}
	method := strings.TrimPrefix(d.Method, "com.atproto.server.")
	path := strings.Split(strings.TrimPrefix(d.ID, "text."+method+"."), ".")
	r := s.valid(method)
	switch path[1] {
	case "notation-server-error":
		r.input[path[0]] = json.RawMessage("1.0")
	case "overflow-server-error":
		r.input[path[0]] = json.RawMessage("-9007199254740993")
	case "item":
		r.input[path[0]] = []any{"é"}
	default:
		r.input[path[0]] = "é"
	}
	return r
}
