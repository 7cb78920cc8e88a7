package xrpc_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pdsconform/pdsconform/lexicons"
	"github.com/pdsconform/pdsconform/mockserver/internal/lexval"
	"github.com/pdsconform/pdsconform/mockserver/internal/xrpc"
)

// documents describe methods of every shape that com.atproto.server has not.
var documents = map[string]string{
	"com.example.get": `{"type":"query",
		"parameters":{"type":"params","required":["did"],"properties":{
			"did":{"type":"string","format":"did"},
			"limit":{"type":"integer","minimum":1,"maximum":100,"default":50},
			"tags":{"type":"array","items":{"type":"string"},"maxLength":2},
			"flag":{"type":"boolean"}}},
		"output":{"encoding":"application/json","schema":{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}}}`,
	"com.example.put": `{"type":"procedure","input":{"encoding":"text/*"}}`,
	"com.example.any": `{"type":"procedure","input":{"encoding":"*/*"},"output":{"encoding":"application/json"}}`,
	"com.example.opt": `{"type":"procedure","input":{"encoding":"application/json","schema":{"type":"object","properties":{"a":{"type":"string"}}}}}`,
}

type service struct {
	*httptest.Server
	log       strings.Builder
	defects   []string
	exchanges []*xrpc.Exchange
}

type handler = func(context.Context, *xrpc.Call) (lexval.Object, error)

// serve answers every method by one handler.
func serve(t *testing.T, handle handler) *service {
	t.Helper()
	files := fstest.MapFS{}
	var endpoints []xrpc.Endpoint
	for nsid, main := range documents {
		files[strings.ReplaceAll(nsid, ".", "/")+".json"] = &fstest.MapFile{
			Data: []byte(`{"lexicon":1,"id":"` + nsid + `","defs":{"main":` + main + `}}`)}
		endpoints = append(endpoints, xrpc.Endpoint{NSID: nsid, Handle: handle})
	}
	catalog, err := lexicons.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{}
	router, err := xrpc.New(xrpc.Options{
		Catalog: catalog, Endpoints: endpoints, Now: time.Now,
		Observe: func(x *xrpc.Exchange) { s.exchanges = append(s.exchanges, x) },
		Defect:  func(text string) { s.defects = append(s.defects, text) },
		Logger:  slog.New(slog.NewTextHandler(&s.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(router)
	t.Cleanup(s.Close)
	return s
}

func (s *service) call(t *testing.T, verb, path, mediaType, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), verb, s.URL+"/xrpc/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func text(value any) handler {
	return func(context.Context, *xrpc.Call) (lexval.Object, error) {
		return lexval.Object{{Name: "text", Value: value}}, nil
	}
}

const internalError = `{"error":"InternalServerError","message":"Internal Server Error"}`

func TestFaultsAreContained(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		handle handler
		log    string
		defect string
	}{
		"panic": {func(context.Context, *xrpc.Call) (lexval.Object, error) { panic("gone wrong") }, "gone wrong", ""},
		"nil dereference": {func(context.Context, *xrpc.Call) (lexval.Object, error) {
			var call *xrpc.Call
			return lexval.Object{{Name: call.NSID}}, nil
		}, "nil pointer", ""},
		"unknown error":       {func(context.Context, *xrpc.Call) (lexval.Object, error) { return nil, errors.New("disk full") }, "disk full", ""},
		"missing property":    {func(context.Context, *xrpc.Call) (lexval.Object, error) { return lexval.Object{}, nil }, "Output must have", `com.example.get: Output must have the property "text"`},
		"no output":           {func(context.Context, *xrpc.Call) (lexval.Object, error) { return nil, nil }, "Output must have", `com.example.get: Output must have the property "text"`},
		"wrong type":          {text(int64(1)), "Output/text", "com.example.get: Output/text must be a string"},
		"value of no lexicon": {text(1.5), "Output/text", "com.example.get: Output/text must be a string"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, row.handle)
			for range 2 { // the second time shows that the process lives
				if status, body := s.call(t, "GET", "com.example.get?did=did:web:a", "", ""); status != 500 || body != internalError {
					t.Errorf("answer is %d %s", status, body)
				}
			}
			s.Close()
			if !strings.Contains(s.log.String(), "level=ERROR") || !strings.Contains(s.log.String(), row.log) {
				t.Errorf("log is %q, want it to hold %q", s.log.String(), row.log)
			}
			if row.defect != "" && (len(s.defects) != 2 || s.defects[0] != row.defect) {
				t.Errorf("defects are %q", s.defects)
			}
			if len(s.exchanges) != 2 || s.exchanges[0].Status != 500 || s.exchanges[0].Error != "InternalServerError" {
				t.Errorf("exchanges are %+v", s.exchanges)
			}
		})
	}
}

// TestOutputThatIsNotDeclared leaves it out: another revision may declare it.
func TestOutputThatIsNotDeclared(t *testing.T) {
	t.Parallel()
	s := serve(t, text("x"))
	if status, body := s.call(t, "POST", "com.example.put", "text/plain", "x"); status != 200 || body != "" || len(s.defects) != 0 {
		t.Errorf("answer is %d %s, defects %q", status, body, s.defects)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ context.Context, call *xrpc.Call) (lexval.Object, error) {
		if call.NSID == "com.example.any" {
			return lexval.Object{}, nil
		}
		return nil, nil
	})
	for _, row := range []struct {
		nsid, mediaType, body string
		status                int
	}{
		{"com.example.put", "text/plain", "x", 200},
		{"com.example.put", "text/html; charset=utf-8", "x", 200},
		{"com.example.put", "image/png", "x", 400},
		{"com.example.put", "", "x", 400},
		{"com.example.put", "text/plain", "", 400},
		{"com.example.any", "image/png", "x", 200},
		{"com.example.any", "application/json", `{"a":1}`, 200},
		{"com.example.any", "application/json", `{`, 400},
		{"com.example.opt", "application/json", `{}`, 200},
		{"com.example.opt", "application/json", `[]`, 400}, // nothing is missing, and yet it is no object
	} {
		if status, body := s.call(t, "POST", row.nsid, row.mediaType, row.body); status != row.status {
			t.Errorf("%s with %q %q is %d %s, want %d", row.nsid, row.mediaType, row.body, status, body, row.status)
		}
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ context.Context, call *xrpc.Call) (lexval.Object, error) {
		described, err := lexval.Append(nil, map[string]any(call.Params))
		return lexval.Object{{Name: "text", Value: string(described)}}, err
	})
	for query, want := range map[string]string{
		"did=did:web:a":                      `{"text":"{\"did\":\"did:web:a\",\"limit\":50}"}`,
		"did=did%3Aweb%3Aa&limit=7":          `{"text":"{\"did\":\"did:web:a\",\"limit\":7}"}`,
		"did=did:web:a&limit=&flag=":         `{"text":"{\"did\":\"did:web:a\",\"limit\":50}"}`,
		"did=did:web:a&flag=false":           `{"text":"{\"did\":\"did:web:a\",\"flag\":false,\"limit\":50}"}`,
		"did=did:web:a&tags=x&tags=y":        `{"text":"{\"did\":\"did:web:a\",\"limit\":50,\"tags\":[\"x\",\"y\"]}"}`,
		"did=did:web:a&tags[]=x":             `{"text":"{\"did\":\"did:web:a\",\"limit\":50,\"tags\":[\"x\"]}"}`,
		"":                                   `Error: Params must have the property \"did\"`,
		"did=x":                              "Error: Params/did must be a valid did",
		"did=did:web:a&did=did:web:b":        "Error: Params/did must be a string",
		"did=did:web:a&limit=0":              "Error: Params/limit must not be less than 1",
		"did=did:web:a&limit=101":            "Error: Params/limit must not be greater than 100",
		"did=did:web:a&limit=x":              "Error: Params/limit must be an integer",
		"did=did:web:a&limit=1.5":            "Error: Params/limit must be an integer",
		"did=did:web:a&limit=1&limit=2":      "Error: Params/limit must be an integer",
		"did=did:web:a&tags=1&tags=2&tags=3": "Error: Params/tags must not have more than 2 elements",
	} {
		status, body := s.call(t, "GET", "com.example.get?"+query, "", "")
		if !strings.Contains(body, want) || (status == 200) != strings.HasPrefix(want, "{") {
			t.Errorf("%s: answer is %d %s, want %s", query, status, body, want)
		}
	}
}
