package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMockFurther serves methods that the mock has no handler for.
func TestMockFurther(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	documents, answers := filepath.Join(folder, "documents"), filepath.Join(folder, "answers.yaml")
	if err := os.Mkdir(documents, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(documents, "touch.json"), `{"lexicon":1,"id":"com.example.touch","defs":{"main":{"type":"procedure"}}}`)
	write(t, answers, "answers:\n  - {method: com.example.ping, text: pong, public: true}\n")
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "com.example.other") {
			w.WriteHeader(http.StatusNotImplemented)
		}
	}))
	t.Cleanup(stub.Close)
	m := startMock(t, "--quiet", "--lexicons", documents, "--answers", answers, "--fallback", stub.URL)
	_, session := m.post("createAccount", "", `{"handle":"alice.test","email":"a@example.com","password":"correct horse"}`)
	access, _ := session["accessJwt"].(string)
	for method, by := range map[string]string{"com.example.ping": "answer", "com.example.other": "fallback", "com.example.touch": "example", "com.example.none": ""} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.url+"/xrpc/"+method, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+access)
		response, err := m.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if got := response.Header.Get("X-Pdsconform-Answered-By"); got != by || (response.StatusCode == 200) != (by != "") {
			t.Errorf("%s is answered with %d by %q, want %q", method, response.StatusCode, got, by)
		}
	}
	if code, log := m.stop(); code != 0 {
		t.Errorf("exit code %d: %s", code, log)
	}
}

// TestMockFurtherUsage names the flag, and the place in the file.
func TestMockFurtherUsage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	answers, served := filepath.Join(folder, "answers.yaml"), filepath.Join(folder, "served.yaml")
	write(t, answers, "answers:\n  - {methd: com.example.ping}\n")
	write(t, served, "answers:\n  - {method: com.atproto.server.getSession, json: {}}\n")
	for args, want := range map[string]string{
		"--answers " + answers:      answers + ": answers[0].methd is no field of an answer",
		"--answers " + served:       "answers[0].method: com.atproto.server.getSession is served by the mock itself: say override: true",
		"--answers none.yaml":       "none.yaml: no such file",
		"--lexicons none":           "--lexicons none is no folder",
		"--lexicons " + folder:      "lexicons[0]: no lexicon documents",
		"--fallback localhost:3000": "--fallback localhost:3000 must be http:// or https:// and a host",
		"--fallback-credentials":    "--fallback-credentials is for what goes to --fallback",
	} {
		var h harness
		if code := h.run(t, append(strings.Fields("mock --listen 127.0.0.1:0 --control-listen 127.0.0.1:0"), strings.Fields(args)...)...); code != 2 {
			t.Errorf("%s: exit code %d, want 2", args, code)
		}
		if message := h.stderr.String(); !strings.Contains(message, want) || strings.Count(message, "\n") != 1 {
			t.Errorf("%s: %q, want one line with %q", args, message, want)
		}
	}
}
