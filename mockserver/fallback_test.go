package mockserver_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pdsconform/pdsconform/mockserver"
)

// stub tells what reached it.
func stub(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "getFeed"):
		http.Error(w, "not here", http.StatusNotFound)
		return
	case strings.HasSuffix(r.URL.Path, "getThread"):
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":"NotFound"}`)
		return
	case strings.HasSuffix(r.URL.Path, "getMuch"):
		for range 33 {
			_, _ = w.Write(make([]byte, 1<<20))
		}
		return
	}
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("X-Stub", "yes")
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, "%s %s did=%s handle=%s scope=%s credential=%t body=%s", r.Method, r.URL, r.Header.Get("X-Pdsconform-Did"),
		r.Header.Get("X-Pdsconform-Handle"), r.Header.Get("X-Pdsconform-Scope"), r.Header.Get("Authorization") != "", body)
}

// TestFallback forwards to a handler and to a URL alike.
func TestFallback(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(stub))
	t.Cleanup(elsewhere.Close)
	proxy, err := mockserver.FallbackTo(elsewhere.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, fallback := range map[string]http.Handler{"handler": http.HandlerFunc(stub), "URL": proxy} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, mockserver.Options{Fallback: fallback, Lexicons: lexiconFolders(profiles()), Answers: []mockserver.Answer{
				{Method: "com.example.answered", JSON: object{"by": "answer"}},
			}})
			alice := c.signUp("alice")
			_, app := c.appPassword(alice, "phone")
			for _, row := range []struct{ verb, path, bearer, input, want string }{
				{"GET", "app.bsky.actor.getProfile?actor=a", alice.access, "", "GET /xrpc/app.bsky.actor.getProfile?actor=a did=" + alice.did + " handle=alice.test scope=com.atproto.access credential=false body="},
				{"POST", "app.bsky.put", app.access, `{"a":1}`, "POST /xrpc/app.bsky.put did=" + alice.did + " handle=alice.test scope=com.atproto.appPass credential=false body={\"a\":1}"},
				{"GET", "app.bsky.actor.getProfile", "", "", "GET /xrpc/app.bsky.actor.getProfile did= handle= scope= credential=false body="},
				{"POST", "com.example.post", alice.access, `{"text":"hi"}`, "POST /xrpc/com.example.post did=" + alice.did + " handle=alice.test scope=com.atproto.access credential=false body={\"text\":\"hi\"}"},
			} {
				headers := append(authorization(row.bearer), "Content-Type", "application/json", "X-Pdsconform-Did", "did:web:forged", "X-Pdsconform-Scope", "forged")
				a := c.send(row.verb, "/xrpc/"+row.path, strings.NewReader(row.input), headers...)
				if a.status != 202 || string(a.body) != row.want || a.header.Get("X-Stub") != "yes" || a.header.Get("X-Pdsconform-Answered-By") != "fallback" {
					t.Errorf("%s %s is %d %s %v", row.verb, row.path, a.status, a.body, a.header)
				}
			}
			c.xrpc("GET", "app.bsky.actor.getProfile", "wrong", "").is(400, "InvalidToken", "")
			c.xrpc("POST", "com.example.post", alice.access, `{}`).is(400, "InvalidRequest", "")
			if a := c.xrpc("GET", "com.example.answered", alice.access, "").ok(); a.text("by") != "answer" {
				t.Errorf("answer is %s", a.body)
			}
			if a := c.get("getSession", alice.access).ok(); a.text("handle") != "alice.test" {
				t.Errorf("answer is %s", a.body)
			}
			c.xrpc("GET", "app.bsky.getFeed", alice.access, "").is(501, "MethodNotImplemented", "")
			if a := c.xrpc("GET", "app.bsky.getThread", alice.access, ""); a.status != 404 || a.text("error") != "NotFound" {
				t.Errorf("answer is %d %s", a.status, a.body)
			}
			c.xrpc("GET", "app.bsky.getMuch", alice.access, "").is(502, "UpstreamFailure", "The answer of the fallback is too large")
			if a := c.send("GET", "/oauth/jwks", nil); a.status != 202 || !strings.HasPrefix(string(a.body), "GET /oauth/jwks did= ") {
				t.Errorf("answer is %d %s", a.status, a.body)
			}
		})
	}
}

// TestFallbackThatFails is gone, panics, gets the credential.
func TestFallbackThatFails(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	proxy, err := mockserver.FallbackTo(gone.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, mockserver.Options{Fallback: proxy})
	c.xrpc("GET", "app.bsky.getFeed", "", "").is(502, "UpstreamFailure", "The fallback "+gone.URL+" did not answer")
	c = start(t, mockserver.Options{Fallback: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("gone wrong") })})
	c.xrpc("GET", "app.bsky.getFeed", "", "").is(500, "InternalServerError", "Internal Server Error")
	c = start(t, mockserver.Options{Fallback: http.HandlerFunc(stub), FallbackCredentials: true})
	if a := c.xrpc("GET", "app.bsky.a", c.signUp("alice").access, ""); !strings.Contains(string(a.body), "credential=true") {
		t.Errorf("answer is %s", a.body)
	}
	for _, bad := range []string{"", "localhost:80", "ftp://a", "http://a?b=c", "http://a:b@c"} {
		if _, err := mockserver.FallbackTo(bad); err == nil {
			t.Errorf("%q is taken for the URL of a fallback", bad)
		}
	}
}
