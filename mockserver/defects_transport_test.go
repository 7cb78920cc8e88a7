package mockserver_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// TestTransportDefects sends the one request by which each defect can be
// noticed, to a right server and to one that has it.
func TestTransportDefects(t *testing.T) {
	t.Parallel()
	for _, d := range mockserver.Defects(nil) {
		if d.Facet != "transport" {
			continue
		}
		t.Run(d.ID, func(t *testing.T) {
			t.Parallel()
			answered := func(s *fixture) string {
				a := s.fromPage(d)
				return a.shape() + strings.Join(a.header.Values("Access-Control-Allow-Origin"), " ") + a.header.Get("Access-Control-Allow-Headers") + a.header.Get("Content-Encoding")
			}
			right, wrong := answered(newFixture(t)), answered(newFixture(t).have(t, d.ID))
			if right == wrong {
				t.Errorf("no difference: %s", right)
			}
		})
	}
}

// fromPage is the answer to a request of a page on another server.
func (s *fixture) fromPage(d mockserver.Defect) answer {
	short := strings.TrimPrefix(d.Method, "com.atproto.server.")
	switch d.ID {
	case "transport.cors.credential-refusals":
		return s.send(http.MethodGet, "/xrpc/com.atproto.server.getSession", nil, "Origin", "https://client.example", "Authorization", "Bearer garbage")
	case "transport.cors.oversized":
		return s.send(http.MethodPost, "/xrpc/com.atproto.server.createSession", strings.NewReader(`{"identifier":"`+strings.Repeat("x", 1<<20)+`"}`),
			"Origin", "https://client.example", "Content-Type", "application/json")
	case "transport.cors.refusals", "transport.gzip-named":
		return s.make(s.refused("createSession", "AccountTakedown"), "Origin", "https://client.example")
	case "transport.cors.successes", "transport.gzip-named-on-success":
		short = "describeServer"
	}
	var r request
	if short != "" {
		r = s.valid(short)
	}
	headers := []string{"Origin", "https://client.example"}
	switch name := d.ID[strings.LastIndexByte(d.ID, '.')+1:]; {
	case strings.HasPrefix(d.ID, "transport.preflight."):
		r = request{verb: http.MethodOptions, method: "getSession"}
		headers = append(headers, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization,dpop")
	case name == "accept-refused":
		headers = []string{"Accept", "text/html"}
	case name == "compression-refused":
		headers = []string{"Accept-Encoding", "gzip"}
	case name == "chunks-refused":
		return s.makeInChunks(r)
	case name == "parameters-refused":
		r.query = "?unknownToTheDocument=1"
	case d.ID == "transport.cors.unknown-methods":
		return s.send(http.MethodGet, "/xrpc/com.example.unknown", nil, headers...)
	case name == "content-type-refused":
		headers = []string{"Content-Type", "application/json"}
	}
	return s.make(r, headers...)
}

// makeInChunks sends a request whose body has no length.
func (s *fixture) makeInChunks(r request) answer {
	s.Helper()
	text, err := json.Marshal(r.input)
	if err != nil {
		s.Fatal(err)
	}
	return s.send(r.verb, "/xrpc/com.atproto.server."+r.method+r.query, io.MultiReader(bytes.NewReader(text)),
		"Content-Type", "application/json", "Authorization", r.authorization)
}
